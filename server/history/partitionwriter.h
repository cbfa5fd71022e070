// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/logpace.h"
#include "server/broker/storehealth.h"
#include "server/history/historywriter.h"
#include "server/history/logfeed.h"
#include "server/history/writerdatabase.h"

#include <QTimer>

#include <functional>

namespace nextchat::history {

// One thread's part of the HistoryWriter: it owns some partitions, reads their logs in turn with storing what
// it read, and has nothing under way in Redis while the database makes it wait. Made, used and destroyed in
// its thread.
class PartitionWriter
{
public:
    PartitionWriter(const HistoryWriterOptions &options, std::vector<std::unique_ptr<LogFeed>> feeds,
                    int index, WriterMetrics &metrics, broker::StoreHealth &health);
    ~PartitionWriter();

    void start();
    // Calls when everything is over, from the event loop.
    void stop(std::function<void()> stopped);

private:
    using Clock = std::chrono::steady_clock;

    struct Partition
    {
        LogFeed *feed = nullptr;
        int connection = -1; // of the feed, that `state` is of
        LogState state;
        // What this writer owns of it.
        bool isOwned = false;
        qint64 fence = 0;
        StoredPosition position; // the database's
        Clock::time_point leaseEnd; // at the latest
        bool isNoted = false; // Redis knows the position
        bool hasGroups = false; // the database has those that Redis knew

        // Whether the state is that of the Redis that is connected, and its epoch is the one to store.
        [[nodiscard]] bool isCurrent() const
        {
            return feed->isReady() && connection == feed->connection() && state.isOpened;
        }
        // Where the next entry is read.
        [[nodiscard]] StoredPosition next() const;
    };

    QCoro::Task<> run();
    // True when there is a database.
    [[nodiscard]] bool connectDatabase();
    void databaseFailed(const Error &error);
    void databaseWorks();
    // Gives false when the database failed.
    [[nodiscard]] QCoro::Task<bool> keepHouse();
    [[nodiscard]] QCoro::Task<> askStates();
    [[nodiscard]] Expected<void> renewLeases();
    [[nodiscard]] Expected<void> sharePartitions(int writers);
    [[nodiscard]] Expected<void> take(int k);
    [[nodiscard]] QCoro::Task<bool> storeGroups();
    void lose(int k);
    void loseAll();

    // Reads and stores once; gives how many entries, or nothing when something failed.
    [[nodiscard]] QCoro::Task<std::optional<int>> turn(std::chrono::milliseconds wait);
    [[nodiscard]] QCoro::Task<std::vector<WriterDatabase::Batch>> readLogs(std::chrono::milliseconds wait);
    [[nodiscard]] QCoro::Task<std::vector<LogFeed::Entries>>
    readOnce(const std::vector<int> &wanted, const std::map<int, WriterDatabase::Batch> &batches, int count,
             std::chrono::milliseconds wait);
    void add(LogFeed::Entries entries, std::map<int, WriterDatabase::Batch> &batches);
    void reportMissing(int partition, qint64 count);
    [[nodiscard]] bool store(const std::vector<WriterDatabase::Batch> &batches);
    void report(const std::vector<WriterDatabase::Batch> &batches, const MessageInserter::Outcome &outcome);
    [[nodiscard]] QCoro::Task<> notePositions();
    [[nodiscard]] QCoro::Task<> pause(std::chrono::milliseconds time);

    const HistoryWriterOptions m_options;
    WriterMetrics &m_metrics;
    broker::StoreHealth &m_health;
    const QByteArray m_owner;
    std::vector<std::unique_ptr<LogFeed>> m_feeds;
    std::vector<Partition> m_partitions; // all
    std::unique_ptr<WriterDatabase> m_database;
    int m_failures = 0; // in a row
    QString m_problem; // that was logged last
    int m_batchSize;
    bool m_hasMore = false; // the last read did not come to the end of all logs
    Clock::time_point m_nextHousekeeping;
    Clock::time_point m_nextStates;
    broker::LogPace m_letterPace;
    broker::LogPace m_missingPace;
    bool m_isStopping = false;
    std::function<void()> m_stopped;
    QTimer m_pause;
    std::function<void()> m_wake; // ends the pause
};

} // namespace nextchat::history
