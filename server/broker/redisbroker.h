// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/brokermetrics.h"
#include "server/broker/corethread.h"
#include "server/broker/messagebroker.h"
#include "server/broker/recentmessages.h"
#include "server/broker/redisbrokeroptions.h"
#include "server/broker/redismetrics.h"
#include "server/broker/storehealth.h"
#include "server/net/eventloopthread.h"

namespace nextchat::broker {

class RedisBrokerCore;

// The broker of a deployment of several servers (design.md 5): messages travel through logs in Redis, groups
// and places are there too. All connections to Redis are in one thread.
//
// Made and destroyed by one thread. Destroying it answers everything that was asked before; the threads that
// asked must still be there, and must not ask any more.
class RedisBroker : public MessageBroker, public RecentMessages
{
public:
    // Connects to Redis, and goes on doing so when it is away: calls fail as Unavailable meanwhile.
    // InvalidArgument for a URL, or a file of TLS; Conflict when a Redis can't serve this deployment: a
    // cluster, too old a version, another layout. Waits for that at most redis.commandTimeout.
    [[nodiscard]] static Expected<std::unique_ptr<RedisBroker>> open(RedisBrokerOptions options,
                                                                     MetricsRegistry &metrics);
    ~RedisBroker() override;

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

    [[nodiscard]] QCoro::Task<Expected<Page>> recent(Query query) override;

    // The secret that the servers of the deployment share: made by the first of them. `own`: the one that
    // this server has, or empty; a Redis that has none gets that. Unavailable.
    [[nodiscard]] QCoro::Task<Expected<QByteArray>> deploymentSecret(QByteArray own);

private:
    RedisBroker(RedisBrokerOptions options, MetricsRegistry &metrics);
    [[nodiscard]] Expected<void> start();

    const RedisBrokerOptions m_options;
    BrokerMetrics m_metrics;
    RedisMetrics m_redisMetrics;
    StoreHealth m_health;
    std::atomic<int> m_waiting = 0; // publishes not yet answered
    CoreThread<RedisBrokerCore, net::EventLoopThread> m_core;
};

} // namespace nextchat::broker
