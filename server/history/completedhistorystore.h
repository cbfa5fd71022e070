// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/broker/recentmessages.h"
#include "server/history/completedpage.h"
#include "server/history/historystore.h"

#include <memory>

namespace nextchat::history {

// The history of a database that is written behind the broker's log, completed from that log: messages are
// found from the moment they were accepted, however far the writer lags. The log is asked first and the
// database only for what it does not have, so that a lively group costs the database nothing.
//
// While the database is away or too slow, answers are what the log has, and not complete unless that is
// everything; likewise the other way round. Only when neither answers is it an error. A call takes no longer
// than the log's time-out and half as much again as the database's.
class CompletedHistoryStore final : public HistoryStore
{
public:
    // The log outlives this. No further read of the database begins after half of `patience`
    // (history.readTimeout).
    CompletedHistoryStore(std::unique_ptr<StoredHistory> database, broker::RecentMessages &log,
                          std::chrono::milliseconds patience, MetricsRegistry &metrics);

    [[nodiscard]] QCoro::Task<Expected<chat::HistoryPage>>
    newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit) override;
    // Ends before what is missing.
    [[nodiscard]] QCoro::Task<Expected<chat::HistoryPage>> after(QString groupId, qint64 afterSeq,
                                                                 qint64 upToSeq, PageLimit limit) override;
    // Looks in the log for what is not stored yet, and goes on in the database. Passes over what neither has.
    [[nodiscard]] QCoro::Task<Expected<chat::SearchPage>> search(QString groupId, SearchQuery query) override;
    // While the database is away, a group's last message is known in whatever epoch, as a seq is never used
    // twice, and what is neither that nor in the log is not.
    [[nodiscard]] QCoro::Task<Expected<bool>> knows(QString groupId, qint64 seq, QString epoch) override;

private:
    using Clock = std::chrono::steady_clock;

    // Puts a page together by `complete` (PageSources to CompletedPage), asking the database by `read` (to
    // a task of a page) if the log does not do.
    template <typename Complete, typename Read>
    [[nodiscard]] QCoro::Task<Expected<chat::HistoryPage>> page(broker::RecentMessages::Query query,
                                                                Complete complete, Read read);
    // The page, counted.
    [[nodiscard]] chat::HistoryPage given(CompletedPage completed);
    [[nodiscard]] QCoro::Task<Expected<chat::SearchPage>> searchBoth(QString groupId, SearchQuery query,
                                                                     std::optional<qint64> storedUpTo);

    const std::unique_ptr<StoredHistory> m_database;
    broker::RecentMessages &m_log;
    const std::chrono::milliseconds m_patience;
    Counter &m_logAlone;
    Counter &m_incomplete;
};

} // namespace nextchat::history
