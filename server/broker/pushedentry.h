// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/logentry.h"

namespace nextchat::broker {

// A message of a partition's log as the script that accepts it publishes it, so that servers need not wait in
// a blocking read: id, version, group, seq, epoch, number, author, time and length of the client id, each
// with U+001F behind it, then client id and text. A view of `payload`; nothing when it is of another version,
// or somebody else's.
[[nodiscard]] std::optional<LogEntry> pushedEntryOf(std::string_view payload);

} // namespace nextchat::broker
