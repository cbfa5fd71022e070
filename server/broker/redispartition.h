// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redismembership.h"
#include "server/broker/redispublisher.h"
#include "server/broker/taildelivery.h"

#include <map>

namespace nextchat::broker {

// One partition of the deployment, as this server takes part in it (design.md 5): its epoch, its lease, and
// the parts that publish, hold places and follow the log. Belongs to the broker's thread.
class RedisPartition
{
public:
    // `index`: from 0 to redis.partitions - 1.
    RedisPartition(RedisShared &shared, RedisShard &shard, int index);
    ~RedisPartition();

    // Compares epochs, asserts this server's places, and opens, once Redis is there.
    void reopen();
    // Redis is away.
    void close();
    // The broker ends: who waits is answered.
    void shutDown();
    [[nodiscard]] bool isOpen() const { return m_context.isOpen; }
    [[nodiscard]] bool isOpening() const { return m_context.isOpening; }

    [[nodiscard]] RedisPublisher &publisher() { return m_publisher; }
    [[nodiscard]] RedisMembership &membership() { return m_membership; }
    [[nodiscard]] RedisPartitionContext &context() { return m_context; }
    [[nodiscard]] const RedisKeys &keys() const { return m_context.keys; }

    // Renews this server's lease, and takes the places of servers whose lease is over.
    void renew();
    // What a probe saw.
    void probed(const QByteArray &epoch, qint64 number, qint64 stored, std::optional<qint64> added);
    // Deletes what is older than redis.retention, and stored.
    void trim();
    // Asks again what could not be answered.
    void retry();

    // --- for the one who reads the log ---
    // Whether what is read may be handed on: the places are this server's. Renews the lease if it is over.
    [[nodiscard]] bool mayDeliver();
    [[nodiscard]] LogId cursor() const { return m_context.tail.cursor(); }
    // How long ago the entry at the cursor was written, by Redis' clock; not below 0.
    [[nodiscard]] std::chrono::milliseconds ageOfCursor() const;
    // Changes when reading goes on from elsewhere: what was asked for before is void.
    [[nodiscard]] quint64 generation() const { return m_generation; }
    void readBegins() { m_context.tail.readBegins(); }
    // An entry that was read; no effect when it was taken already.
    void take(const redis::Reply &entry);
    // A message that was published. False when it is to be read from the log instead: it is not the next, or
    // nothing may be handed on.
    [[nodiscard]] bool takePushed(std::string_view payload);
    void readEnds();
    void flush(); // hands on what was taken
    // Messages may have been missed.
    void compareCounters() { m_delivery.compareCounters(); }

private:
    enum class Step { Done, Again, Failed };
    using LastSeqs = std::map<QByteArray, qint64>; // by group

    QCoro::Task<> openUntilDone();
    [[nodiscard]] QCoro::Task<Step> compareEpochs(QByteArray previousEpoch);
    [[nodiscard]] QCoro::Task<ScriptAnswer> callOpen(const QByteArray &previousEpoch,
                                                     const QByteArray &history, const LastSeqs &known);
    [[nodiscard]] Step adopt(const ScriptAnswer &answer);
    void endOpening(bool isOpen);
    void foreignWritten(int count);
    QCoro::Task<> renewLease();
    [[nodiscard]] QCoro::Task<> reap(QByteArray server);

    const int m_index;
    bool m_openAgain = false; // asked for while opening
    quint64 m_generation = 0;
    LogPace m_foreignPace;
    std::optional<qint64> m_foreign; // entries of others that the log was ever given, where Redis tells that
    TailDelivery m_delivery;
    RedisPartitionContext m_context;
    RedisPublisher m_publisher;
    RedisMembership m_membership;
};

} // namespace nextchat::broker
