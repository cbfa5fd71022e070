// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/brokermetrics.h"
#include "server/broker/corethread.h"
#include "server/broker/localbrokeroptions.h"
#include "server/broker/messagebroker.h"
#include "server/broker/storehealth.h"

namespace nextchat::broker {

class LocalBrokerCore;

// The broker of a server that runs alone: everything in one thread, messages and groups in SQLite. Completes
// and delivers after the commit; all that waits in one turn of its thread is one commit.
//
// Made and destroyed by one thread. Destroying it writes and answers everything that was asked before; the
// threads that asked must still be there, and must not ask any more.
class LocalBroker : public MessageBroker
{
public:
    // Opens or creates the database in the data folder. Unavailable; Conflict when another server uses the
    // folder, or when the schema does not fit.
    [[nodiscard]] static Expected<std::unique_ptr<LocalBroker>> open(LocalBrokerOptions options,
                                                                     MetricsRegistry &metrics);
    ~LocalBroker() override;

    [[nodiscard]] QCoro::Task<int> attach(BrokerListener *listener) override;
    [[nodiscard]] QCoro::Task<> detach(int listener) override;
    [[nodiscard]] QCoro::Task<Expected<void>> createGroup(QString groupId) override;
    [[nodiscard]] QCoro::Task<Expected<QStringList>> groups(QString prefix, QString after,
                                                            int limit) override;
    [[nodiscard]] QCoro::Task<Expected<Joined>> join(int listener, QString groupId, QString userId) override;
    [[nodiscard]] QCoro::Task<Expected<void>> leave(Membership membership, LeaveReason reason) override;
    [[nodiscard]] QCoro::Task<Expected<chat::MessageReceipt>> publish(PublishRequest request) override;
    [[nodiscard]] QCoro::Task<Expected<QStringList>> members(QString groupId) override;
    [[nodiscard]] QCoro::Task<Expected<void>> watch(int listener, QString groupId, bool on) override;
    [[nodiscard]] QCoro::Task<Expected<void>> reportTyping(QString groupId, QString userId) override;
    [[nodiscard]] bool isHealthy() const override;

private:
    LocalBroker(LocalBrokerOptions options, MetricsRegistry &metrics);
    [[nodiscard]] Expected<void> start();

    const LocalBrokerOptions m_options;
    BrokerMetrics m_metrics;
    StoreHealth m_health;
    std::atomic<int> m_waiting = 0; // publishes not yet answered
    CoreThread<LocalBrokerCore, WorkerThread> m_core;
};

} // namespace nextchat::broker
