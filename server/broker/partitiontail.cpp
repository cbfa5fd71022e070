// SPDX-License-Identifier: MIT
#include "server/broker/partitiontail.h"

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
    replay(*group);
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
    if (entry.kind == LogEntry::Kind::EpochBegan)
        return beginEpoch(QString::fromLatin1(entry.epoch.data(), qsizetype(entry.epoch.size())));
    if (entry.kind == LogEntry::Kind::GroupCreated)
        return; // its counter did not move
    const QLatin1StringView epoch(entry.epoch.data(), qsizetype(entry.epoch.size()));
    if (epoch != m_epoch)
        beginEpoch(epoch); // its marker was deleted
    const auto found = m_groups.find(entry.group);
    if (found == m_groups.end())
        return;
    Followed &group = found->second;
    if (group.state != Followed::State::Joining && entry.seq <= group.last)
        return;
    advance(group,
            {entry.seq, QString::fromLatin1(entry.epoch.data(), qsizetype(entry.epoch.size())),
             entry.message(group.id)});
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
    for (const auto &[name, group] : m_groups) {
        // Who is still joining learns the epoch from the answer.
        if (group.state != Followed::State::Joining)
            m_output.epochBegan(group.id, epoch);
    }
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
    group.last = item.seq;
    group.epoch = std::move(item.epoch);
    if (item.message)
        m_output.deliver(std::move(*item.message));
}

void PartitionTail::beginFilling(Followed &group)
{
    group.state = Followed::State::Filling;
    m_output.fill(group.id, group.last);
}

void PartitionTail::filled(const QString &groupId, std::vector<Item> items, bool reached)
{
    Followed *group = find(groupId);
    if (!group || group->state != Followed::State::Filling)
        return;
    const qint64 newest = std::exchange(group->newest, 0);
    if (!reached)
        m_output.missed(group->id);
    for (Item &item : items) {
        if (item.seq > group->last)
            accept(*group, std::move(item));
    }
    group->doubtful = false;
    if (!reached && group->last < newest) {
        group->last = newest; // those up to it can't be had
        group->epoch.clear(); // whichever comes next is the next
    }
    if (!reached && !group->held.empty() && group->held.front().seq > group->last)
        group->epoch.clear();
    replay(*group);
}

void PartitionTail::replay(Followed &group)
{
    group.state = Followed::State::Live;
    for (Item &item : std::exchange(group.held, {})) {
        if (item.seq > group.last)
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
