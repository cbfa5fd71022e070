// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "server/history/pagelimit.h"

#include <qcorotask.h>

#include <optional>

namespace nextchat::history {

// What to look for, and where.
struct SearchQuery
{
    QString text; // what messages must contain, as SearchText says
    std::optional<qint64> beforeSeq = {}; // only below it; absent: everywhere
    PageLimit limit = {.messages = 50};
    int mostLooked = 100'000; // messages looked at, found or not (contract.md 1.2)
};

// Reads stored messages. Callable from any thread that owns a Mailbox; answers there, within
// `history.readTimeout` or with TimedOut. A worker is never blocked. Fails with Unavailable while the
// database is away.
class HistoryStore
{
public:
    virtual ~HistoryStore() = default;

    // Whether messages may be gone for good, so that a page that is not complete need not ever be. Any
    // thread.
    [[nodiscard]] virtual bool forgets() const { return false; }

    // The newest messages with seq below `beforeSeq` (absent: all), oldest first; hasMore tells of older
    // ones.
    [[nodiscard]] virtual QCoro::Task<Expected<chat::HistoryPage>>
    newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit) = 0;

    // The oldest messages with afterSeq < seq <= upToSeq, oldest first; hasMore tells of newer ones up to
    // upToSeq.
    [[nodiscard]] virtual QCoro::Task<Expected<chat::HistoryPage>> after(QString groupId, qint64 afterSeq,
                                                                         qint64 upToSeq, PageLimit limit) = 0;

    // Looks from the newest message downwards; gives what it found oldest first. hasMore tells that it
    // stopped before the group's first message: when the page was full, enough were looked at, or the time
    // was over. It goes on below nextBeforeSeq then, even if the page is empty.
    [[nodiscard]] virtual QCoro::Task<Expected<chat::SearchPage>> search(QString groupId,
                                                                         SearchQuery query) = 0;

    // Whether the group has a message with that seq, in that epoch.
    [[nodiscard]] virtual QCoro::Task<Expected<bool>> knows(QString groupId, qint64 seq, QString epoch) = 0;
};

// A history that is written some time after the messages were sent, in their order: what it does not have yet
// of a group is above all that it has.
class StoredHistory : public HistoryStore
{
public:
    // Every message of the group up to this seq is there, or was until it got too old. 0: none was stored.
    [[nodiscard]] virtual QCoro::Task<Expected<qint64>> storedUpTo(QString groupId) = 0;
};

} // namespace nextchat::history
