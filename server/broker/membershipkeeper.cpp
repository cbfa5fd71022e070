// SPDX-License-Identifier: MIT
#include "server/broker/membershipkeeper.h"

#include "common/chat/rules.h"

namespace nextchat::broker {

namespace {

tl::unexpected<Error> unknownGroup(const QString &groupId)
{
    return failure(Error::Code::NotFound, chat::texts::unknownGroup(groupId));
}

} // namespace

MembershipKeeper::MembershipKeeper(GroupRegistry &groups, const ListenerTable &listeners,
                                   BrokerMetrics &metrics, int maximumMembers,
                                   std::chrono::milliseconds leaseDuration)
    : m_groups(groups)
    , m_listeners(listeners)
    , m_metrics(metrics)
    , m_maximumMembers(maximumMembers)
    , m_leaseDuration(leaseDuration)
{
    m_timer.setSingleShot(true);
    m_timer.callOnTimeout([this] { expire(); });
}

Expected<Joined> MembershipKeeper::join(int listener, const QString &groupId, const QString &userId,
                                        const QString &epoch)
{
    LocalGroup *group = m_groups.find(groupId);
    if (!group)
        return unknownGroup(groupId);
    Joined joined;
    joined.epoch = epoch;
    joined.lastSeq = group->lastSeq;
    const bool isFull =
        m_maximumMembers > 0 && group->places.size() >= static_cast<std::size_t>(m_maximumMembers);
    if (isFull && !group->places.has(userId)) {
        joined.result = chat::GroupJoinResult::NoRoom;
        return joined;
    }
    joined.membership = {group->id, userId, ++m_lastJoin, listener};
    note(*group, userId, group->places.join(userId, m_lastJoin, listener));
    return joined;
}

void MembershipKeeper::leave(const Membership &membership, LeaveReason reason)
{
    LocalGroup *group = m_groups.find(membership.groupId);
    if (!group)
        return;
    std::optional<Clock::time_point> keepUntil;
    if (reason == LeaveReason::Lost)
        keepUntil = Clock::now() + m_leaseDuration;
    note(*group, membership.userId, group->places.leave(membership.userId, membership.joinId, keepUntil));
    if (keepUntil)
        keep(*group, membership.userId, *keepUntil);
}

Expected<QStringList> MembershipKeeper::members(const QString &groupId)
{
    const LocalGroup *group = m_groups.find(groupId);
    if (!group)
        return unknownGroup(groupId);
    return sortedByBytes(group->places.users());
}

Expected<void> MembershipKeeper::watch(int listener, const QString &groupId, bool on)
{
    LocalGroup *group = m_groups.find(groupId);
    if (!group)
        return unknownGroup(groupId);
    std::erase(group->watchers, listener);
    if (on)
        group->watchers.push_back(listener);
    return {};
}

Expected<void> MembershipKeeper::reportTyping(const QString &groupId, const QString &userId)
{
    const LocalGroup *group = m_groups.find(groupId);
    if (!group)
        return unknownGroup(groupId);
    for (const int watcher : group->watchers) {
        m_listeners.post(watcher, [groupId = group->id, userId](BrokerListener &listener) {
            listener.typing(groupId, userId);
        });
    }
    return {};
}

void MembershipKeeper::dropListener(int listener)
{
    const Clock::time_point until = Clock::now() + m_leaseDuration;
    m_groups.forEach([&](LocalGroup &group) {
        std::erase(group.watchers, listener);
        for (const QString &userId : group.places.dropListener(listener, until))
            keep(group, userId, until);
    });
}

void MembershipKeeper::keep(LocalGroup &group, const QString &userId, Clock::time_point until)
{
    m_kept.push_back({until, &group, userId});
    armTimer();
}

void MembershipKeeper::expire()
{
    const Clock::time_point now = Clock::now();
    while (!m_kept.empty() && m_kept.front().until <= now) {
        const Kept kept = std::move(m_kept.front());
        m_kept.pop_front();
        // Nothing happens when the user came back meanwhile.
        note(*kept.group, kept.userId, kept.group->places.expire(kept.userId, now));
    }
    armTimer();
}

void MembershipKeeper::armTimer()
{
    if (m_kept.empty() || m_timer.isActive())
        return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_kept.front().until - Clock::now());
    m_timer.start(std::max(left, std::chrono::milliseconds(0)));
}

void MembershipKeeper::note(LocalGroup &group, const QString &userId, Places::Change change)
{
    if (change == Places::Change::None)
        return;
    const bool taken = change == Places::Change::Taken;
    m_metrics.members.add(taken ? 1 : -1);
    for (const int watcher : group.watchers) {
        m_listeners.post(watcher, [groupId = group.id, userId, taken](BrokerListener &listener) {
            taken ? listener.memberJoined(groupId, userId) : listener.memberLeft(groupId, userId);
        });
    }
}

} // namespace nextchat::broker
