// SPDX-License-Identifier: MIT
#pragma once

#include "server/history/batchreader.h"

namespace nextchat::history {

// Which partitions a writer owns: its even share of them, each under a lease in the database. Belongs to the
// writer's thread.
class PartitionLeases
{
public:
    // All partitions, by their numbers. They, and the metrics, outlive this.
    PartitionLeases(std::vector<WrittenPartition> &partitions, std::chrono::milliseconds lease,
                    WriterMetrics &metrics)
        : m_partitions(partitions)
        , m_lease(lease)
        , m_metrics(metrics)
    { }

    // Makes the leases last, gives up what is above the share and takes what is below it.
    [[nodiscard]] Expected<void> renew(WriterDatabase &database);
    void lose(int k);
    void loseAll();

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] Expected<void> sharePartitions(WriterDatabase &database, int writers);
    [[nodiscard]] Expected<void> shareOut(WriterDatabase &database, int writers);
    [[nodiscard]] Expected<void> take(WriterDatabase &database, int k);
    [[nodiscard]] int owned() const;

    std::vector<WrittenPartition> &m_partitions;
    const std::chrono::milliseconds m_lease;
    WriterMetrics &m_metrics;
    int m_lastOwned = 0; // partitions, as was logged
};

} // namespace nextchat::history
