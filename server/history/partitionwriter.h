// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/logpace.h"
#include "server/broker/storehealth.h"
#include "server/history/historywriter.h"
#include "server/history/partitionleases.h"

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

    QCoro::Task<> run();
    // True when there is a database.
    [[nodiscard]] bool connectDatabase();
    void databaseFailed(const Error &error);
    void databaseWorks();
    // Gives false when the database failed.
    [[nodiscard]] QCoro::Task<bool> keepHouse();
    [[nodiscard]] QCoro::Task<> askStates();
    [[nodiscard]] QCoro::Task<bool> compareGroups();
    [[nodiscard]] Expected<std::vector<LogFeed::Group>>
    storeGroups(int k, const std::vector<QString> &groups, std::optional<std::vector<QString>> &stored);

    // Reads and stores once; gives how many entries, or nothing when something failed.
    [[nodiscard]] QCoro::Task<std::optional<int>> turn(std::chrono::milliseconds wait);
    [[nodiscard]] bool store(const std::vector<WriterDatabase::Batch> &batches);
    [[nodiscard]] MessageInserter::Pace pace();
    void report(const std::vector<WriterDatabase::Batch> &batches, const MessageInserter::Outcome &outcome);
    [[nodiscard]] QCoro::Task<> notePositions();
    [[nodiscard]] QCoro::Task<> pause(std::chrono::milliseconds time);

    const HistoryWriterOptions m_options;
    WriterMetrics &m_metrics;
    broker::StoreHealth &m_health;
    const QByteArray m_owner;
    std::vector<std::unique_ptr<LogFeed>> m_feeds;
    std::vector<WrittenPartition> m_partitions; // all
    PartitionLeases m_leases;
    BatchReader m_reader;
    std::unique_ptr<WriterDatabase> m_database;
    int m_failures = 0; // in a row
    QString m_problem; // that was logged last
    int m_batchSize;
    Clock::time_point m_nextHousekeeping;
    Clock::time_point m_nextStates;
    qint64 m_longestBacklog = 0; // of a partition
    Clock::time_point m_nextPace;
    quint64 m_sent = 0; // to clients, when it was looked at last
    bool m_areClientsServed = false;
    broker::LogPace m_letterPace;
    bool m_isStopping = false;
    std::function<void()> m_stopped;
    QTimer m_pause;
    std::function<void()> m_wake; // ends the pause
};

} // namespace nextchat::history
