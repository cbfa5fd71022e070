// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/history/historyreaderthread.h"
#include "server/history/historystore.h"

#include <vector>

namespace nextchat::history {

struct SqlHistoryOptions
{
    sqlmigrate::DatabaseUrl database{};
    int readers = 2; // threads, each with a connection of its own (history.readers); one more searches
    std::chrono::milliseconds readTimeout{2000}; // history.readTimeout
    std::chrono::milliseconds maximumIdle{60000}; // then a connection is not trusted any more, but made anew
    int maximumWaiting = 1000; // reads that wait for a reader; more are refused as Unavailable
    int maximumSearches = 100; // at a time; likewise
};

// Reads the table `messages` in threads of its own, searches in another one, a slice of each search after the
// other: they delay no other read, nor one another for long. SQLite and MySQL. The database need not be there
// when this is made. Made and destroyed by one thread, after the last call was answered.
class SqlHistoryStore : public StoredHistory
{
public:
    SqlHistoryStore(SqlHistoryOptions options, MetricsRegistry &metrics);
    ~SqlHistoryStore() override;

    [[nodiscard]] QCoro::Task<Expected<chat::HistoryPage>>
    newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit) override;
    [[nodiscard]] QCoro::Task<Expected<chat::HistoryPage>> after(QString groupId, qint64 afterSeq,
                                                                 qint64 upToSeq, PageLimit limit) override;
    [[nodiscard]] QCoro::Task<Expected<chat::SearchPage>> search(QString groupId, SearchQuery query) override;
    [[nodiscard]] QCoro::Task<Expected<bool>> knows(QString groupId, qint64 seq, QString epoch) override;
    [[nodiscard]] QCoro::Task<Expected<qint64>> storedUpTo(QString groupId) override;

private:
    using Clock = std::chrono::steady_clock;

    template <typename T, typename Query> [[nodiscard]] QCoro::Task<Expected<T>> read(Query query);
    // The answer of `query`, or TimedOut at the deadline.
    template <typename T, typename Query>
    [[nodiscard]] QCoro::Task<Expected<T>> askReader(HistoryReaderThread &reader, Clock::time_point deadline,
                                                     Query query);
    // The reader with the fewest waiting, rather one that is connected; null when all that may wait does, or
    // all are stuck: who asks then is not made to wait.
    [[nodiscard]] HistoryReaderThread *leastBusy() const;

    const SqlHistoryOptions m_options;
    Counter &m_reads;
    Counter &m_searches;
    Counter &m_refused;
    Counter &m_failed;
    Counter &m_timedOut;
    Histogram &m_seconds;
    std::vector<std::unique_ptr<HistoryReaderThread>> m_readers;
    HistoryReaderThread m_searcher;
};

} // namespace nextchat::history
