// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "server/broker/logreply.h"

namespace nextchat::history {

// An entry of the log, as it is stored. Value type.
struct HistoryEntry
{
    enum class Kind {
        Message,
        GroupCreated,
        Nothing, // there is nothing to store
        Unreadable, // of a later version, or damaged; group, seq and epoch are known
        Foreign, // written by somebody else
    };

    // The entry as XREAD gives it.
    [[nodiscard]] static HistoryEntry of(const broker::redis::Reply &entry);

    // All that the entry held, for a person: JSON.
    [[nodiscard]] QByteArray content() const;

    broker::LogId id;
    Kind kind = Kind::Foreign;
    qint64 number = 0; // dense in the partition; not of what is foreign
    QByteArray group; // UTF-8 unless it is damaged
    qint64 seq = 0;
    QByteArray epoch;
    chat::Message message; // of a Message; of others only the group's id, if it is valid
    QByteArray raw; // content() of what is no message
};

} // namespace nextchat::history
