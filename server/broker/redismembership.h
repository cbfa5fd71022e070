// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redispartitioncontext.h"

#include <QTimer>

namespace nextchat::broker {

// Who is in the groups of one partition (design.md 5, "Membership"): Redis has the places of all servers, and
// this server's with the joins that hold them are here. Belongs to the broker's thread.
class RedisMembership
{
public:
    explicit RedisMembership(RedisPartitionContext &context);

    // As in MessageBroker.
    [[nodiscard]] QCoro::Task<Expected<Joined>> join(int listener, QString groupId, QString userId);
    // Redis may learn of it later; it holds all the same.
    [[nodiscard]] QCoro::Task<Expected<void>> leave(Membership membership, LeaveReason reason);
    [[nodiscard]] QCoro::Task<Expected<QStringList>> members(QString groupId);
    void dropListener(int listener);

    enum class Asserted {
        Yes,
        Behind, // Redis knows less of a group than this server: a new epoch must begin
        OtherEpoch,
        Failed, // Redis is away
    };
    // Tells Redis all places of this server again. Who finds no room any more is evicted, and its listeners
    // told.
    [[nodiscard]] QCoro::Task<Asserted> assertPlaces();
    // Tells Redis what it may not have heard of: places given up, or kept.
    void tellRest();

private:
    [[nodiscard]] QCoro::Task<Expected<Joined>> tryJoin(Membership membership, bool &again);
    [[nodiscard]] QCoro::Task<Asserted> assertSome(std::span<const Hold> holds);
    void evict(const Hold &hold);
    // Tells Redis that the user's place is given up, or kept.
    QCoro::Task<> tell(QString groupId, QString userId);
    QCoro::Task<> tellOne(Hold hold, bool isKept);
    void unfollowIfUnused(const QString &groupId);
    void expire();
    void armTimer();

    RedisPartitionContext &m_context;
    QTimer m_expiry; // of the places that are kept
};

} // namespace nextchat::broker
