// SPDX-License-Identifier: MIT
#include "server/broker/partitiontail.h"

#include <algorithm>
#include <utility>

namespace nextchat::broker {

void PartitionTail::start(LogId cursor, qint64 number, const QString &epoch)
{
    m_cursor = cursor;
    m_number = number;
    m_epoch = epoch;
    m_probed.reset();
    m_expected.reset();
}

void PartitionTail::rewind(LogId opened, qint64 openedNumber)
{
    if (opened < m_cursor) {
        m_cursor = opened;
        m_number = openedNumber;
        // Something was lost, and an earlier epoch may have begun, and ended, in its place.
        for (auto &[name, group] : m_groups)
            group.doubtful = true;
    }
    m_probed.reset();
    m_expected.reset();
}

void PartitionTail::follow(const QString &groupId)
{
    const auto [place, isNew] = m_groups.try_emplace(groupId.toStdString());
    if (isNew)
        place->second.id = groupId;
}

void PartitionTail::settle(const QString &groupId, qint64 lastSeq, const QString &epoch)
{
    Followed *group = find(groupId);
    if (!group || group->state != Followed::State::Joining)
        return;
    group->last = lastSeq;
    group->epoch = epoch;
    group->announced = epoch;
    // What was held from before that epoch began lies below `lastSeq`.
    std::vector<Item> &held = group->held;
    const auto marker = std::find_if(held.begin(), held.end(), [&epoch](const Item &item) {
        return item.seq == 0 && item.epoch == epoch;
    });
    if (marker != held.end())
        held.erase(held.begin(), std::next(marker));
    replay(*group);
    if (group->doubtful)
        m_output.compareCounters(); // only settled groups were
}

void PartitionTail::unfollow(const QString &groupId)
{
    m_groups.erase(groupId.toStdString());
}

bool PartitionTail::follows(const QString &groupId) const
{
    return m_groups.contains(groupId.toStdString());
}

qint64 PartitionTail::lastSeq(const QString &groupId) const
{
    const auto found = m_groups.find(groupId.toStdString());
    return found == m_groups.end() ? 0 : found->second.last;
}

void PartitionTail::forEachSettled(
    const std::function<void(const QString &groupId, qint64 lastSeq)> &call) const
{
    for (const auto &[name, group] : m_groups) {
        if (group.state != Followed::State::Joining)
            call(group.id, group.last);
    }
}

PartitionTail::Followed *PartitionTail::find(const QString &groupId)
{
    const auto found = m_groups.find(groupId.toStdString());
    return found == m_groups.end() ? nullptr : &found->second;
}

void PartitionTail::take(const LogEntry &entry)
{
    m_cursor = entry.id;
    count(entry.number);
    const QLatin1StringView epoch(entry.epoch.data(), qsizetype(entry.epoch.size()));
    if (epoch != m_epoch)
        beginEpoch(epoch); // here is its marker, or that was deleted
    if (entry.kind == LogEntry::Kind::EpochBegan || entry.kind == LogEntry::Kind::GroupCreated)
        return; // no counter moved
    if (entry.kind == LogEntry::Kind::Unknown)
        m_output.unreadable(entry.id);
    const auto found = m_groups.find(entry.group);
    if (found == m_groups.end())
        return;
    Followed &group = found->second;
    if (entry.seq > group.last) { // 0 while joining
        Item item{entry.seq, epoch, entry.message(group.id), entry.id, entry.trace()};
        if (!item.message && entry.kind == LogEntry::Kind::Message)
            m_output.unreadable(entry.id);
        advance(group, std::move(item));
    } else if (group.lastId && *group.lastId < entry.id) {
        // It is none of those that were read before, or read ahead of the log's reader.
        m_output.contradicts(group.id, entry.id);
    }
}

void PartitionTail::count(qint64 number)
{
    const bool isNext = number == m_number + 1;
    m_number = number;
    m_expected.reset(); // something came; the next probe looks again
    if (!isNext)
        miss();
}

void PartitionTail::miss()
{
    for (auto &[name, group] : m_groups)
        group.doubtful = true;
    m_output.compareCounters();
}

void PartitionTail::beginEpoch(const QString &epoch)
{
    m_epoch = epoch;
    for (auto &[name, group] : m_groups)
        beginEpoch(group, epoch);
}

void PartitionTail::beginEpoch(Followed &group, const QString &epoch)
{
    if (group.state == Followed::State::Live)
        announce(group, epoch);
    else
        group.held.push_back({0, epoch, std::nullopt}); // behind what is held already
}

void PartitionTail::announce(Followed &group, const QString &epoch)
{
    if (std::exchange(group.announced, epoch) != epoch)
        m_output.epochBegan(group.id, epoch);
}

void PartitionTail::advance(Followed &group, Item item)
{
    if (group.state != Followed::State::Live) {
        group.held.push_back(std::move(item));
        return;
    }
    const bool sameEpoch = item.epoch == group.epoch;
    // The first number of another epoch is not known beforehand; that it is the first is known when no entry
    // of the partition is missing.
    const bool isNext = sameEpoch ? item.seq == group.last + 1 : !group.doubtful;
    if (isNext)
        return accept(group, std::move(item));
    group.held.push_back(std::move(item));
    beginFilling(group);
}

void PartitionTail::accept(Followed &group, Item item)
{
    if (item.epoch != group.epoch)
        announce(group, item.epoch); // what was filled may be ahead of the log's reader
    group.last = item.seq;
    group.lastId = item.id;
    group.epoch = std::move(item.epoch);
    if (item.message)
        m_output.deliver(std::move(*item.message), item.trace);
}

void PartitionTail::beginFilling(Followed &group)
{
    group.state = Followed::State::Filling;
    group.doubted = group.held.size();
    group.doubtful = false; // unless more is missed while it is being filled
    m_output.fill(group.id, group.last);
}

// Whether the items follow what was seen, as far as their numbers tell.
bool PartitionTail::isDense(const Followed &group, const std::vector<Item> &items)
{
    qint64 last = group.last;
    const QString *epoch = &group.epoch;
    for (const Item &item : items) {
        if (item.seq <= last)
            continue;
        if (item.epoch == *epoch && item.seq != last + 1)
            return false;
        last = item.seq;
        epoch = &item.epoch;
    }
    return true;
}

// What was read from the log before the counter was, and is beyond it, was never accepted: nothing would ever
// fill the gap before it.
void PartitionTail::dropContradictions(Followed &group, qint64 newest)
{
    const auto end = group.held.begin() + std::ptrdiff_t(std::min(group.doubted, group.held.size()));
    const auto isTrue = [newest](const Item &item) { return item.seq <= newest; };
    const auto firstFalse = std::stable_partition(group.held.begin(), end, isTrue);
    std::for_each(firstFalse, end, [&](const Item &item) { m_output.contradicts(group.id, item.id); });
    group.held.erase(firstFalse, end);
}

void PartitionTail::filled(const QString &groupId, std::vector<Item> items, bool reached, qint64 newest)
{
    Followed *group = find(groupId);
    if (!group || group->state != Followed::State::Filling)
        return;
    const qint64 compared = std::exchange(group->newest, 0);
    reached = reached && isDense(*group, items);
    if (!reached)
        m_output.missed(group->id);
    for (Item &item : items) {
        if (item.seq > group->last)
            accept(*group, std::move(item));
    }
    dropContradictions(*group, newest);
    if (!reached && group->last < compared) {
        group->last = compared; // those up to it can't be had
        group->lastId.reset();
        group->epoch.clear(); // whichever comes next is the next
    }
    const auto first =
        std::find_if(group->held.begin(), group->held.end(), [](const Item &item) { return item.seq > 0; });
    if (!reached && first != group->held.end() && first->seq > group->last)
        group->epoch.clear();
    replay(*group);
    if (group->doubtful)
        m_output.compareCounters(); // it was not compared meanwhile
}

void PartitionTail::replay(Followed &group)
{
    group.state = Followed::State::Live;
    for (Item &item : std::exchange(group.held, {})) {
        if (item.seq == 0)
            beginEpoch(group, item.epoch);
        else if (item.seq > group.last)
            advance(group, std::move(item));
    }
}

void PartitionTail::compared(const QString &groupId, qint64 newest)
{
    Followed *group = find(groupId);
    if (!group || group->state != Followed::State::Live)
        return;
    if (newest <= group->last) {
        group->doubtful = false;
        return;
    }
    group->newest = newest;
    beginFilling(*group);
}

void PartitionTail::readBegins()
{
    m_expected = std::exchange(m_probed, std::nullopt);
}

void PartitionTail::readEnds()
{
    const auto expected = std::exchange(m_expected, std::nullopt);
    if (!expected || *expected <= m_number)
        return;
    m_number = *expected;
    miss();
}

} // namespace nextchat::broker
