// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/expected.h"

#include <qcorotask.h>

#include <optional>

namespace nextchat::history {

// How much one answer may hold (contract.md 1.3).
struct PageLimit
{
    int messages = 50;
    qsizetype bytes = 256 * 1024; // estimated as encoded JSON; at least one message is given
};

// Reads stored messages. Callable from any thread that owns a Mailbox; answers there, within
// `history.readTimeout` or with TimedOut. A worker is never blocked. Fails with Unavailable while the
// database is away.
class HistoryStore
{
public:
    virtual ~HistoryStore() = default;

    // The newest messages with seq below `beforeSeq` (absent: all), oldest first; hasMore tells of older
    // ones.
    [[nodiscard]] virtual QCoro::Task<Expected<chat::HistoryPage>>
    newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit) = 0;

    // The oldest messages with afterSeq < seq <= upToSeq, oldest first; hasMore tells of newer ones up to
    // upToSeq.
    [[nodiscard]] virtual QCoro::Task<Expected<chat::HistoryPage>> after(QString groupId, qint64 afterSeq,
                                                                         qint64 upToSeq, PageLimit limit) = 0;

    // Whether the group has a message with that seq, in that epoch.
    [[nodiscard]] virtual QCoro::Task<Expected<bool>> knows(QString groupId, qint64 seq, QString epoch) = 0;
};

} // namespace nextchat::history
