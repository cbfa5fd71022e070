// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/logpace.h"
#include "server/history/logfeed.h"
#include "server/history/writerdatabase.h"
#include "server/history/writermetrics.h"

#include <map>

namespace nextchat::history {

// What a writer knows of a partition. Value type.
struct WrittenPartition
{
    LogFeed *feed = nullptr; // of the Redis that it is on
    int connection = -1; // of the feed, that `state` is of
    LogState state;
    // What the writer owns of it.
    bool isOwned = false;
    qint64 fence = 0;
    StoredPosition position; // the database's
    std::chrono::steady_clock::time_point leaseEnd; // at the latest
    bool isNoted = false; // Redis knows the position
    bool hasGroups = false; // the database and Redis have the same

    // Whether the state is that of the Redis that is connected, and its epoch is the one to store.
    [[nodiscard]] bool isCurrent() const
    {
        return feed->isReady() && connection == feed->connection() && state.isOpened;
    }
    // Where the next entry is read.
    [[nodiscard]] StoredPosition next() const;
};

// Reads the logs of the partitions that a writer owns. Belongs to its thread.
class BatchReader
{
public:
    // By their numbers. They, and the metrics, outlive this.
    BatchReader(const std::vector<WrittenPartition> &partitions, WriterMetrics &metrics)
        : m_partitions(partitions)
        , m_metrics(metrics)
    { }

    // About `size` entries, if there are as many, behind what is stored; of each partition with any, a batch.
    // Waits up to `wait` for the first.
    [[nodiscard]] QCoro::Task<std::vector<WriterDatabase::Batch>> read(int size,
                                                                       std::chrono::milliseconds wait);
    // Whether the last read left something.
    [[nodiscard]] bool hasMore() const { return m_hasMore; }
    // Whether the states of the partitions are to be asked again since then.
    [[nodiscard]] bool isOutdated() const { return m_isOutdated; }

private:
    using Batches = std::map<int, WriterDatabase::Batch>; // by partition

    [[nodiscard]] QCoro::Task<std::vector<LogFeed::Entries>> readOnce(const std::vector<int> &wanted,
                                                                      const Batches &batches, int count,
                                                                      std::chrono::milliseconds wait);
    void add(LogFeed::Entries entries, Batches &batches);
    void reportMissing(int partition, qint64 count);

    const std::vector<WrittenPartition> &m_partitions;
    WriterMetrics &m_metrics;
    broker::LogPace m_missingPace;
    bool m_hasMore = false;
    bool m_isOutdated = false;
};

} // namespace nextchat::history
