// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"

namespace nextchat::broker {

// What a RedisBroker counts beside BrokerMetrics. Any thread.
struct RedisMetrics
{
    explicit RedisMetrics(MetricsRegistry &registry);

    Counter &read; // entries of the logs
    Counter &foreign;
    Counter &unreadable;
    Counter &gaps;
    Counter &missed;
    Counter &epochs;
    Counter &evicted;
    Counter &reaped;
    Counter &refusals;
};

} // namespace nextchat::broker
