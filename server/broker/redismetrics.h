// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/broker/redis/link.h"

namespace nextchat::broker {

// What a RedisBroker counts beside BrokerMetrics. Any thread.
struct RedisMetrics
{
    explicit RedisMetrics(MetricsRegistry &registry);

    // Whether the Redis of that number can be used.
    [[nodiscard]] Gauge &up(int index);
    // How far the reading of its logs is behind, in seconds.
    [[nodiscard]] Gauge &tailLag(int index);
    // An attempt to use a Redis that failed.
    [[nodiscard]] Counter &trouble(redis::Trouble trouble);

    Counter &read; // entries of the logs
    Counter &pushed; // of these, those that were published
    Counter &foreign;
    Counter &unreadable;
    Counter &deadLetters;
    Counter &gaps;
    Counter &missed;
    Counter &epochs;
    Counter &evicted;
    Counter &reaped;
    Counter &refusals;
    Histogram &publishSeconds; // from sending a message to Redis' answer that it has it

private:
    MetricsRegistry &m_registry;
};

} // namespace nextchat::broker
