// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/recentmessages.h"
#include "server/broker/redispartition.h"
#include "server/broker/redispresence.h"
#include "server/broker/storehealth.h"

namespace nextchat::broker {

// The part of RedisBroker that lives in the broker's thread: made, used and destroyed there. What concerns
// one group goes to the partition it is in, what concerns all of them to all.
class RedisBrokerCore
{
public:
    RedisBrokerCore(RedisBrokerOptions options, std::vector<redis::RedisUrl> urls,
                    std::shared_ptr<const redis::Tls> tls, BrokerMetrics &metrics, RedisMetrics &redisMetrics,
                    StoreHealth &health, std::atomic<int> &waiting);
    // Answers everybody who waits.
    ~RedisBrokerCore();

    // Why a Redis can't serve this deployment; nothing while none is known to. Answers once each Redis was
    // talked to, or `patience` is over.
    [[nodiscard]] QCoro::Task<Expected<void>> started(std::chrono::milliseconds patience);

    // As in MessageBroker and RecentMessages.
    [[nodiscard]] int attach(BrokerListener *listener, Mailbox *home);
    void detach(int listener);
    void publish(PublishRequest request, PublishReply reply);
    [[nodiscard]] QCoro::Task<Expected<void>> createGroup(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<QStringList>> groups(QString prefix, QString after, int limit);
    [[nodiscard]] QCoro::Task<Expected<Joined>> join(int listener, QString groupId, QString userId);
    [[nodiscard]] QCoro::Task<Expected<void>> leave(Membership membership, LeaveReason reason);
    [[nodiscard]] QCoro::Task<Expected<QStringList>> members(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> watch(int listener, QString groupId, bool on);
    [[nodiscard]] QCoro::Task<Expected<void>> reportTyping(QString groupId, QString userId);
    [[nodiscard]] QCoro::Task<Expected<RecentMessages::Page>> recent(RecentMessages::Query query);

    // As in RedisBroker.
    [[nodiscard]] QCoro::Task<Expected<QByteArray>> deploymentSecret(QByteArray own);

private:
    [[nodiscard]] RedisShard &shardOf(int partition);
    [[nodiscard]] RedisPartition &partitionOf(const QString &groupId);
    [[nodiscard]] QCoro::Task<Expected<qint64>> countGroups();
    template <typename Call> void forEachPartition(const Call &call);

    RedisShared m_shared;
    StoreHealth &m_health;
    std::vector<std::unique_ptr<RedisShard>> m_shards;
    QTimer m_healthTimer;
};

} // namespace nextchat::broker
