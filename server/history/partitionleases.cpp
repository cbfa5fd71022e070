// SPDX-License-Identifier: MIT
#include "server/history/partitionleases.h"

#include "common/support/logging.h"
#include "server/history/historylog.h"

#include <QRandomGenerator>

#include <random>

namespace nextchat::history {

Expected<void> PartitionLeases::renew(WriterDatabase &database)
{
    const auto now = Clock::now();
    std::map<int, qint64> fences;
    for (std::size_t k = 0; k < m_partitions.size(); ++k) {
        WrittenPartition &partition = m_partitions[k];
        // One whose Redis can't be reached from here is left to others.
        if (partition.isOwned && partition.feed->isReady())
            fences.emplace(int(k), partition.fence);
        else if (partition.isOwned && partition.leaseEnd < now)
            lose(int(k));
    }
    const auto lost = database.renew(fences);
    if (!lost)
        return tl::unexpected(lost.error());
    for (const auto &[k, fence] : fences)
        m_partitions[std::size_t(k)].leaseEnd = now + m_lease;
    for (const int k : *lost) {
        m_metrics.partitionsLost.add();
        lose(k);
    }
    const auto isReady = [](const WrittenPartition &partition) { return partition.feed->isReady(); };
    if (std::none_of(m_partitions.begin(), m_partitions.end(), isReady))
        return {};
    const auto writers = database.appear();
    return writers ? sharePartitions(database, *writers) : tl::unexpected(writers.error());
}

Expected<void> PartitionLeases::sharePartitions(WriterDatabase &database, int writers)
{
    auto shared = shareOut(database, writers);
    const int now = owned();
    if (std::exchange(m_lastOwned, now) != now)
        qCInfo(historyLog) << "Stores partitions of the log" << field("count", qint64(now));
    return shared;
}

Expected<void> PartitionLeases::shareOut(WriterDatabase &database, int writers)
{
    const int count = int(m_partitions.size());
    const int share = (count + writers - 1) / writers;
    int held = owned();
    for (int k = count - 1; k >= 0 && held > share; --k) {
        if (!m_partitions[std::size_t(k)].isOwned)
            continue;
        if (auto released = database.release(k, m_partitions[std::size_t(k)].fence); !released)
            return released;
        lose(k);
        --held;
    }
    if (held >= share)
        return {};
    auto unowned = database.unowned(count);
    if (!unowned)
        return tl::unexpected(unowned.error());
    std::ranges::shuffle(*unowned, std::mt19937(QRandomGenerator::global()->generate()));
    for (const int k : *unowned) {
        const WrittenPartition &partition = m_partitions[std::size_t(k)];
        if (held >= share || partition.isOwned || !partition.isCurrent())
            continue;
        if (auto taken = take(database, k); !taken)
            return taken;
        held += partition.isOwned ? 1 : 0;
    }
    return {};
}

Expected<void> PartitionLeases::take(WriterDatabase &database, int k)
{
    WrittenPartition &partition = m_partitions[std::size_t(k)];
    const auto begun = Clock::now();
    // A database that lost its last commits would give a fence twice; Redis knows the last one that was used.
    const auto taken = database.take(k, partition.state.storedFence + 1);
    if (!taken)
        return tl::unexpected(taken.error());
    if (!*taken)
        return {};
    partition.isOwned = true;
    partition.fence = (*taken)->fence;
    partition.position = (*taken)->position;
    partition.leaseEnd = begun + m_lease;
    partition.isNoted = false;
    partition.hasGroups = false;
    m_metrics.owned.add();
    m_metrics.takeOvers.add();
    qCDebug(historyLog) << "Took a partition" << field("partition", qint64(k))
                        << field("fence", partition.fence) << field("number", partition.position.number);
    return {};
}

void PartitionLeases::lose(int k)
{
    if (std::exchange(m_partitions[std::size_t(k)].isOwned, false))
        m_metrics.owned.subtract();
}

void PartitionLeases::loseAll()
{
    for (std::size_t k = 0; k < m_partitions.size(); ++k)
        lose(int(k));
}

int PartitionLeases::owned() const
{
    const auto isOwned = [](const WrittenPartition &partition) { return partition.isOwned; };
    return int(std::count_if(m_partitions.begin(), m_partitions.end(), isOwned));
}

} // namespace nextchat::history
