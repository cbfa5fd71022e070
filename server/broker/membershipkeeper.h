// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/brokermetrics.h"
#include "server/broker/groupregistry.h"
#include "server/broker/listenertable.h"

#include <QTimer>

#include <deque>

namespace nextchat::broker {

// Who is in which group: joins, leaves, places that are kept for lost connections, and who is told of it.
// Belongs to the broker's thread.
class MembershipKeeper
{
public:
    // maximumMembers per group, 0: no limit. The references must outlive this.
    MembershipKeeper(GroupRegistry &groups, const ListenerTable &listeners, BrokerMetrics &metrics,
                     int maximumMembers, std::chrono::milliseconds leaseDuration);

    // All as in MessageBroker.
    [[nodiscard]] Expected<Joined> join(int listener, const QString &groupId, const QString &userId,
                                        const QString &epoch);
    void leave(const Membership &membership, LeaveReason reason);
    [[nodiscard]] Expected<QStringList> members(const QString &groupId);
    [[nodiscard]] Expected<void> watch(int listener, const QString &groupId, bool on);
    [[nodiscard]] Expected<void> reportTyping(const QString &groupId, const QString &userId);

    // Ends all joins of the listener as lost and tells it nothing more.
    void dropListener(int listener);

private:
    using Clock = Places::Clock;
    struct Kept
    {
        Clock::time_point until;
        LocalGroup *group;
        QString userId;
    };

    void keep(LocalGroup &group, const QString &userId, Clock::time_point until);
    void expire();
    void armTimer();
    void note(LocalGroup &group, const QString &userId, Places::Change change);

    GroupRegistry &m_groups;
    const ListenerTable &m_listeners;
    BrokerMetrics &m_metrics;
    const int m_maximumMembers;
    const std::chrono::milliseconds m_leaseDuration;
    quint64 m_lastJoin = 0;
    std::deque<Kept> m_kept; // by time, as all are kept for the same time
    QTimer m_timer; // one for all places: for the first of m_kept
};

} // namespace nextchat::broker
