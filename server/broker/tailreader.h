// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redispartition.h"

namespace nextchat::broker {

// Follows the logs of all partitions of one Redis. Messages are published as they are accepted, and taken
// from there as long as each is the next of its log; whatever is not is read with one XREAD for all
// partitions, each from its cursor. That read is repeated every second all the same, and blocks while what is
// published does not arrive. What it costs does not depend on the number of groups. Belongs to the broker's
// thread.
class TailReader
{
public:
    // Of the shard, which outlives this: `link` to read, `events` to hear what is published.
    TailReader(RedisShared &shared, const std::vector<std::unique_ptr<RedisPartition>> &partitions,
               redis::Link &link, redis::Link &events);

    // Reads on if there may be something, unless it does already, the link is down, or a partition is not
    // open.
    void read();
    // There may be something: a partition was opened.
    void catchUp();
    // Redis was away, or another was read from: entries may have been missed.
    void restarted();

    // The link to hear what is published is up, or down.
    void subscribe();
    void unsubscribed();
    // Whether it is known to carry what is published.
    void setHeard(bool isHeard) { m_isHeard = isHeard; }

    // Whether a read came back within the last seconds.
    [[nodiscard]] bool isHealthy() const;
    // How far reading is behind: the age of what was taken last when it was taken, 0 when nothing was left;
    // where a read is overdue, the time since one came back. 0 before the first.
    [[nodiscard]] std::chrono::duration<double> lag() const;

private:
    [[nodiscard]] bool mayDeliver();
    [[nodiscard]] bool isPushed() const;
    void send(bool blocks);
    void received(const ScriptAnswer &answer);
    void take(const redis::Reply &streams);
    void takeStream(RedisPartition &partition, quint64 generation, const redis::Reply &entries);
    void takePushed(RedisPartition &partition, std::string_view payload);
    void takeEarly();
    void flush();
    void flushSoon();

    RedisShared &m_shared;
    const std::vector<std::unique_ptr<RedisPartition>> &m_partitions;
    redis::Link &m_link;
    redis::Link &m_events;
    bool m_isReading = false;
    bool m_isBehind = true; // there may be something to read
    std::vector<quint64> m_generations; // of the partitions, when the read began
    std::chrono::steady_clock::time_point m_lastRead; // when a read ended; epoch: none yet
    std::size_t m_subscribed = 0; // partitions whose messages are heard
    bool m_isHeard = false;
    // Published while a read is under way, and not the next: they may be, behind what it brings.
    std::vector<std::pair<RedisPartition *, std::string>> m_early;
    bool m_flushScheduled = false;
    RedisPartition *m_pushed = nullptr; // of which something was taken that is not flushed yet
    std::chrono::milliseconds m_lag{0}; // of what was taken last
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); // what was posted may run after the end
};

} // namespace nextchat::broker
