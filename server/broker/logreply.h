// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/logentry.h"
#include "server/broker/redis/reply.h"

namespace nextchat::broker {

// The id of a stream's entry as XREAD and XRANGE give it: [id, [name, value, ...]].
[[nodiscard]] inline std::optional<LogId> logIdOf(const redis::Reply &entry)
{
    return LogId::parse(entry[0].text());
}

// The entry, as views of the reply; nothing when it is not one of ours.
[[nodiscard]] inline std::optional<LogEntry> logEntryOf(const redis::Reply &entry)
{
    const std::optional<LogId> id = logIdOf(entry);
    if (!id)
        return std::nullopt;
    LogEntry result(*id);
    const redis::Reply fields = entry[1];
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
        result.add(fields[i].text(), fields[i + 1].text());
    return result.isOurs() ? std::optional(result) : std::nullopt;
}

} // namespace nextchat::broker
