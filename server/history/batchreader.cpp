// SPDX-License-Identifier: MIT
#include "server/history/batchreader.h"

#include "common/support/logging.h"
#include "server/history/historylog.h"

namespace nextchat::history {

namespace {

constexpr int entriesPerRead = 256; // about half a millisecond of Redis' time

} // namespace

StoredPosition WrittenPartition::next() const
{
    StoredPosition result{.epoch = state.epoch, .id = position.id, .number = position.number};
    // What was stored of an earlier epoch may have been lost in Redis, and its ids given anew.
    if (position.epoch != state.epoch && state.from < position.id) {
        result.id = state.from;
        result.number = state.fromNumber;
    }
    return result;
}

// In pieces: Redis serves nobody else while it answers.
QCoro::Task<std::vector<WriterDatabase::Batch>> BatchReader::read(int size, std::chrono::milliseconds wait)
{
    std::vector<int> wanted;
    for (std::size_t k = 0; k < m_partitions.size(); ++k) {
        if (m_partitions[k].isOwned && m_partitions[k].isCurrent())
            wanted.push_back(int(k));
    }
    Batches batches;
    m_isOutdated = false;
    for (int total = 0; !wanted.empty() && total < size; wait = std::chrono::milliseconds(0)) {
        const int count = std::max(1, entriesPerRead / int(wanted.size()));
        std::vector<LogFeed::Entries> read = co_await readOnce(wanted, batches, count, wait);
        wanted.clear(); // but those that have more
        for (LogFeed::Entries &entries : read) {
            total += int(entries.entries.size());
            if (int(entries.entries.size()) >= count)
                wanted.push_back(entries.partition);
            add(std::move(entries), batches);
        }
    }
    m_hasMore = !wanted.empty();
    std::vector<WriterDatabase::Batch> result;
    for (auto &[k, batch] : batches)
        result.push_back(std::move(batch));
    co_return result;
}

// Behind what the batches have.
QCoro::Task<std::vector<LogFeed::Entries>> BatchReader::readOnce(const std::vector<int> &wanted,
                                                                 const Batches &batches, int count,
                                                                 std::chrono::milliseconds wait)
{
    std::map<LogFeed *, std::vector<LogFeed::Cursor>> cursors;
    for (const int k : wanted) {
        const WrittenPartition &partition = m_partitions[std::size_t(k)];
        const auto batch = batches.find(k);
        const broker::LogId position = batch == batches.end() ? partition.next().id : batch->second.after.id;
        if (partition.isCurrent())
            cursors[partition.feed].push_back({k, position, partition.state.epoch});
    }
    std::vector<QCoro::Task<LogFeed::Read>> reads;
    for (auto &[feed, positions] : cursors)
        reads.push_back(feed->read(std::move(positions), count, wait));
    std::vector<LogFeed::Entries> entries;
    for (QCoro::Task<LogFeed::Read> &one : reads) {
        LogFeed::Read read = co_await one;
        if (!read.isDone || read.isOutdated)
            m_isOutdated = true;
        std::move(read.partitions.begin(), read.partitions.end(), std::back_inserter(entries));
    }
    co_return entries;
}

void BatchReader::add(LogFeed::Entries entries, Batches &batches)
{
    if (entries.entries.empty())
        return;
    const WrittenPartition &partition = m_partitions[std::size_t(entries.partition)];
    const auto [place, isNew] = batches.try_emplace(entries.partition);
    WriterDatabase::Batch &batch = place->second;
    if (isNew) {
        batch.partition = entries.partition;
        batch.fence = partition.fence;
        batch.before = partition.position;
        batch.after = partition.next();
    }
    const bool isFirst = partition.position.epoch.isEmpty(); // the log need not go back to its beginning
    qint64 missing = 0;
    for (HistoryEntry &entry : entries.entries) {
        batch.after.id = entry.id;
        if (entry.kind != HistoryEntry::Kind::Foreign) {
            if (entry.number > batch.after.number + 1 && (!isFirst || batch.after.number != 0))
                missing += entry.number - batch.after.number - 1;
            batch.after.number = entry.number;
        }
        batch.entries.push_back(std::move(entry));
    }
    if (missing > 0)
        reportMissing(entries.partition, missing);
}

void BatchReader::reportMissing(int partition, qint64 count)
{
    m_metrics.missing.add(quint64(count));
    if (const int unsaid = m_missingPace.due(int(count)); unsaid > 0)
        qCCritical(historyLog) << "Entries of the log were gone before they were stored."
                               << field("count", qint64(unsaid)) << field("partition", qint64(partition));
}

} // namespace nextchat::history
