// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redis/link.h"
#include "server/broker/redisshared.h"
#include "server/broker/scriptanswer.h"

#include <QTimer>

namespace nextchat::broker {

class RedisPartition;
class RedisPresence;
class TailReader;

// One Redis of the deployment with its partitions: three connections, for commands, for the blocking read of
// the logs, and for events. Belongs to the broker's thread.
class RedisShard
{
public:
    // `index`: of the URL. Connects at once.
    RedisShard(RedisShared &shared, const redis::RedisUrl &url, int index);
    ~RedisShard();

    [[nodiscard]] RedisPartition &partition(int k);
    [[nodiscard]] RedisPresence &presence() { return *m_presence; }
    [[nodiscard]] const std::vector<std::unique_ptr<RedisPartition>> &partitions() const
    {
        return m_partitions;
    }

    enum class State { Connecting, Ready, Refused };
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const QString &reason() const { return m_reason; } // of Refused, or why it is not Ready

    // Whether commands can be sent.
    [[nodiscard]] bool isUsable() const { return m_commands->isReady() && m_state != State::Refused; }
    // Of the Redis whose partitions can be opened: its layout fits, and its clock is known. Empty: not yet,
    // on this connection.
    [[nodiscard]] const QByteArray &identity() const { return m_identity; }
    // Whether all partitions are open, a probe went round, and the logs are read, all within the last
    // seconds.
    [[nodiscard]] bool isHealthy() const;

    // Runs a script, in the order of the calls. `done` is called once, in a later turn or at once; keys and
    // arguments are copied. Forgotten means that it is to be called again.
    using Done = std::function<void(const ScriptAnswer &)>;
    void run(const redis::Script &script, std::span<const std::string_view> keys,
             std::span<const std::string_view> arguments, Done done);
    [[nodiscard]] QCoro::Task<ScriptAnswer> call(const redis::Script &script, std::vector<QByteArray> keys,
                                                 std::vector<QByteArray> arguments);
    QCoro::Task<ScriptAnswer> command(std::vector<QByteArray> words);
    // What the next script publishes should be with the other servers before its answer is here. Costs Redis
    // nothing worth counting, and nothing at all while calls are under way.
    void letListenersBeFirst();
    // Calls when a replica has everything that was written before, or not in time.
    void whenReplicated(std::function<void(bool)> done);
    // At the next tick, some 100 ms later. False when the broker ends.
    [[nodiscard]] QCoro::Task<bool> ticked();

    // Redis refuses to write, for want of memory, disk or replicas: publishes need not be sent just now.
    void noteWritten(); // it does not any more
    [[nodiscard]] bool refusesWrites() const { return m_refusedUntil > std::chrono::steady_clock::now(); }

    // That moment on the clock of Redis, rounded towards the past: microseconds since 1970.
    [[nodiscard]] qint64 redisTime(std::chrono::steady_clock::time_point moment) const;
    [[nodiscard]] QByteArray layout() const;

    // This Redis belongs to a deployment of another layout: that one.
    void refuseLayout(const QString &found);
    // A partition opened, or could not.
    void partitionChanged();
    // The broker ends: everything that waits is answered.
    void shutDown();

private:
    void connectLinks();
    [[nodiscard]] QCoro::Task<bool> compareLayout();
    // This Redis can't serve this deployment: `what` completes "Redis at ...".
    void refuse(const QString &what);
    void commandsLost();
    [[nodiscard]] bool areOpen() const; // all partitions
    void hearStored();
    QCoro::Task<bool> probe();
    QCoro::Task<> begin();
    void tick();
    void compareServers();
    void sendWait();
    void noteRefusal(std::string_view code);

    RedisShared &m_shared;
    const int m_index;
    Gauge &m_up;
    Gauge &m_tailLag;
    State m_state = State::Connecting;
    QByteArray m_identity;
    bool m_isBeginning = false;
    int m_connection = 0; // counts those that were lost
    QString m_reason;
    std::unique_ptr<redis::Link> m_commands;
    std::unique_ptr<redis::Link> m_tail;
    std::unique_ptr<redis::Link> m_events;
    std::vector<std::unique_ptr<RedisPartition>> m_partitions;
    std::unique_ptr<TailReader> m_reader;
    std::unique_ptr<RedisPresence> m_presence;
    qint64 m_clockOffset = 0; // of Redis' clock against the steady clock, microseconds
    std::chrono::steady_clock::time_point m_lastProbe; // that went round
    bool m_isProbing = false;
    std::chrono::steady_clock::time_point m_refusedUntil;
    QByteArray m_refusal; // the word of the last refusal, until something was written
    std::vector<std::function<void(bool)>> m_waitingForReplica;
    bool m_waitScheduled = false;
    std::vector<Reply<bool>> m_waitingForTick;
    bool m_isOver = false;
    QTimer m_tick;
    QTimer m_probeTimer;
    QTimer m_leaseTimer;
    QTimer m_trimTimer;
};

} // namespace nextchat::broker
