// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redispartition.h"

namespace nextchat::broker {

// Reads the logs of all partitions of one Redis with one blocking XREAD at a time, each from its cursor; what
// it costs does not depend on the number of groups. Belongs to the broker's thread.
class TailReader
{
public:
    // Of the shard, which outlives this.
    TailReader(RedisShared &shared, const std::vector<std::unique_ptr<RedisPartition>> &partitions,
               redis::Link &link);

    // Reads on, unless it does already, the link is down, or a partition is not open.
    void read();
    // Redis was away, or another was read from: entries may have been missed.
    void restarted();

    // Whether a read came back within the last seconds.
    [[nodiscard]] bool isHealthy() const;

private:
    void received(const ScriptAnswer &answer);
    void take(const redis::Reply &streams);
    void takeStream(RedisPartition &partition, quint64 generation, const redis::Reply &entries);
    [[nodiscard]] bool mayDeliver();

    RedisShared &m_shared;
    const std::vector<std::unique_ptr<RedisPartition>> &m_partitions;
    redis::Link &m_link;
    bool m_isReading = false;
    std::vector<quint64> m_generations; // of the partitions, when the read began
    std::chrono::steady_clock::time_point m_lastRead; // when a read ended; epoch: none yet
};

} // namespace nextchat::broker
