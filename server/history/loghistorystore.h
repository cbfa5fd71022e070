// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/recentmessages.h"
#include "server/history/historystore.h"

namespace nextchat::history {

// History mode `none`: the broker's log is the only history, as far as it goes back (`redis.retention`). What
// it has deleted by then counts as not being there, and no page is incomplete for it.
class LogHistoryStore final : public HistoryStore
{
public:
    // The log outlives this. A search begins no further read of it after `patience` (history.readTimeout).
    explicit LogHistoryStore(broker::RecentMessages &log,
                             std::chrono::milliseconds patience = std::chrono::seconds(2))
        : m_log(log)
        , m_patience(patience)
    { }

    [[nodiscard]] bool forgets() const override { return true; }
    [[nodiscard]] QCoro::Task<Expected<chat::HistoryPage>>
    newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit) override;
    // Not complete when messages after `afterSeq` were deleted.
    [[nodiscard]] QCoro::Task<Expected<chat::HistoryPage>> after(QString groupId, qint64 afterSeq,
                                                                 qint64 upToSeq, PageLimit limit) override;
    [[nodiscard]] QCoro::Task<Expected<chat::SearchPage>> search(QString groupId, SearchQuery query) override;
    // A group's last message is known, in whatever epoch, when the log has deleted it: a seq is never used
    // twice.
    [[nodiscard]] QCoro::Task<Expected<bool>> knows(QString groupId, qint64 seq, QString epoch) override;

private:
    broker::RecentMessages &m_log;
    const std::chrono::milliseconds m_patience;
};

} // namespace nextchat::history
