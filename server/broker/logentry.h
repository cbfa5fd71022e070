// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/tracecontext.h"

#include <array>
#include <compare>
#include <string_view>

namespace nextchat::broker {

// The id of an entry in a stream of Redis: `<milliseconds>-<counter>`.
struct LogId
{
    quint64 milliseconds = 0;
    quint64 counter = 0;

    [[nodiscard]] static std::optional<LogId> parse(std::string_view text);
    [[nodiscard]] QByteArray toBytes() const;

    friend auto operator<=>(const LogId &, const LogId &) = default;
};

// One entry of a partition's log, as views of what was read. Group, seq, epoch and number are readable in
// every version of the format.
class LogEntry
{
public:
    enum class Kind {
        Message,
        GroupCreated,
        EpochBegan,
        Unknown, // of a later version
    };

    // From the fields of an entry, in any order: added one by one, then asked whether they make one. What
    // lacks a field, or has no number where one belongs, was written by someone else.
    explicit LogEntry(LogId entryId)
        : id(entryId)
    { }
    void add(std::string_view name, std::string_view value);
    [[nodiscard]] bool isOurs() const;

    LogId id;
    Kind kind = Kind::Unknown;
    std::string_view group; // UTF-8
    qint64 seq = 0; // 0 where the entry is of no message
    std::string_view epoch;
    qint64 number = 0; // of the entry in its partition: dense

    // The message, of the group whose id that is. Nothing when there is none, or it can't be read.
    [[nodiscard]] std::optional<chat::Message> message(const QString &groupId) const;
    // Of the call that sent it; none where that has none, or is not sampled.
    [[nodiscard]] TraceContext trace() const;

private:
    std::string_view m_kind;
    std::string_view m_version;
    std::string_view m_author;
    std::string_view m_time;
    std::string_view m_clientId;
    std::string_view m_text;
    std::string_view m_trace;
    unsigned m_found = 0; // a bit for each field that every version has
    bool m_isBroken = false;
};

} // namespace nextchat::broker
