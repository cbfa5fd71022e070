// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"

namespace nextchat::net {

// What the HTTP front counts.
struct HttpMetrics
{
    explicit HttpMetrics(MetricsRegistry &registry);

    Gauge &connections;
    Counter &dropped;
};

} // namespace nextchat::net
