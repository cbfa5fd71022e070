// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/expected.h"

#include <qcorotask.h>

#include <limits>

namespace nextchat::broker {

// Reads what the broker's log still holds of a group. Callable from any thread that owns a Mailbox; answers
// there.
class RecentMessages
{
public:
    // Messages with after < seq < before: the newest ones, or else the oldest ones, of them.
    struct Query
    {
        QString groupId;
        qint64 after = 0;
        qint64 before = std::numeric_limits<qint64>::max();
        int limit = 0; // messages
        qsizetype bytes = 0; // of ids and texts; one message is given in any case
        bool newest = true;
    };
    struct Page
    {
        QList<chat::Message> messages; // oldest first
        bool more = false; // of those that were asked for, in the direction of reading, in the log
        bool reached = false; // the log goes back to `after`, or to the group's first message
        qint64 newestSeq = 0; // of the group's last message, in the log or not; 0: none
    };

    virtual ~RecentMessages() = default;

    // NotFound; Unavailable when Redis can't be asked.
    [[nodiscard]] virtual QCoro::Task<Expected<Page>> recent(Query query) = 0;
};

} // namespace nextchat::broker
