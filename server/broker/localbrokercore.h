// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/checkpointer.h"
#include "server/broker/datafolder.h"
#include "server/broker/membershipkeeper.h"
#include "server/broker/publishqueue.h"
#include "server/broker/storemark.h"

namespace nextchat::broker {

// The part of LocalBroker that lives in the broker's thread: made, used and destroyed there.
class LocalBrokerCore
{
public:
    // Opens the database and loads the groups. Unavailable, Conflict (another server, a schema that does not
    // fit).
    [[nodiscard]] static Expected<std::unique_ptr<LocalBrokerCore>> open(const LocalBrokerOptions &options,
                                                                         BrokerMetrics &metrics,
                                                                         StoreHealth &health,
                                                                         std::atomic<int> &waiting);
    // Writes and answers what still waits.
    ~LocalBrokerCore();

    [[nodiscard]] PublishQueue &publishing() { return *m_publishing; }
    [[nodiscard]] MembershipKeeper &membership() { return m_membership; }
    [[nodiscard]] const GroupRegistry &groups() const { return m_groups; }
    [[nodiscard]] const QString &epoch() const { return m_epoch; }

    [[nodiscard]] int attach(BrokerListener *listener, Mailbox *home)
    {
        return m_listeners.add(listener, home);
    }
    void detach(int listener);

private:
    LocalBrokerCore(const LocalBrokerOptions &options, BrokerMetrics &metrics);
    [[nodiscard]] Expected<void> start(const LocalBrokerOptions &options, StoreHealth &health,
                                       std::atomic<int> &waiting);
    [[nodiscard]] Expected<void> compareMark(sqlmigrate::Connection &connection);
    void mark();

    std::unique_ptr<DataFolder> m_folder; // held until everything else is gone
    BrokerMetrics &m_metrics;
    QString m_epoch;
    GroupRegistry m_groups;
    ListenerTable m_listeners;
    MembershipKeeper m_membership;
    std::unique_ptr<PublishQueue> m_publishing;
    std::unique_ptr<Checkpointer> m_checkpointer;
    QTimer m_probeTimer;
    std::unique_ptr<StoreMark> m_storeMark;
    qint64 m_mark = 0;
    std::chrono::steady_clock::time_point m_lastMark;
};

} // namespace nextchat::broker
