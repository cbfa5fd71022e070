// SPDX-License-Identifier: MIT
#include "server/broker/redismetrics.h"

namespace nextchat::broker {

RedisMetrics::RedisMetrics(MetricsRegistry &registry)
    : read(registry.counter("nextchat_broker_log_entries_total", "Entries read from the logs in Redis."))
    , pushed(registry.counter("nextchat_broker_log_pushed_total",
                              "Those of them that came as they were published, without a read."))
    , foreign(registry.counter("nextchat_broker_log_foreign_total",
                               "Entries in the logs that no Next Chat server wrote."))
    , unreadable(
          registry.counter("nextchat_broker_log_unreadable_total",
                           "Entries in the logs that this server can't read, as those of a later version."))
    , deadLetters(
          registry.counter("nextchat_broker_dead_letters_total",
                           "Messages in the logs with a number that was used before, or never given out."))
    , gaps(registry.counter("nextchat_broker_gaps_total",
                            "Gaps in what was read of a group, which were filled from the log or given up."))
    , missed(registry.counter("nextchat_broker_gaps_unfilled_total",
                              "Gaps that could not be filled: the members were asked to read back."))
    , epochs(registry.counter("nextchat_broker_epochs_total", "Epochs of partitions that this server met."))
    , evicted(registry.counter("nextchat_broker_evicted_total",
                               "Members whose place was taken while this server's lease was over."))
    , reaped(registry.counter("nextchat_broker_reaped_total",
                              "Places of servers that are gone, given up by this one."))
    , refusals(registry.counter("nextchat_broker_redis_refusals_total",
                                "Writes that Redis refused for want of memory, disk or replicas."))
    , publishSeconds(
          registry.histogram("nextchat_broker_publish_seconds",
                             "From sending a message to Redis to its answer that it has it: the round trip.",
                             {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5}))
    , m_registry(registry)
{
    for (const redis::Trouble one :
         {redis::Trouble::Away, redis::Trouble::Slow, redis::Trouble::Loading, redis::Trouble::ReadOnly,
          redis::Trouble::Password, redis::Trouble::Tls, redis::Trouble::Unfit, redis::Trouble::Other})
        (void)trouble(one);
}

Gauge &RedisMetrics::up(int index)
{
    return m_registry.gauge("nextchat_broker_redis_up",
                            "Whether the Redis of that place in redis.url can be used.",
                            {{"index", QByteArray::number(index)}});
}

Gauge &RedisMetrics::tailLag(int index)
{
    return m_registry.gauge("nextchat_broker_tail_lag_seconds",
                            "How far reading the logs of that Redis is behind: the age of what was read last "
                            "when it was read, or the time since a read came back.",
                            {{"index", QByteArray::number(index)}});
}

Counter &RedisMetrics::trouble(redis::Trouble trouble)
{
    static constexpr std::array<const char *, 8> names{"away",     "slow", "loading", "read_only",
                                                       "password", "tls",  "unfit",   "other"};
    return m_registry.counter("nextchat_broker_redis_failures_total", "Attempts to use Redis that failed.",
                              {{"reason", names.at(static_cast<std::size_t>(trouble))}});
}

} // namespace nextchat::broker
