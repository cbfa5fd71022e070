// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"

namespace nextchat::signalr {

// What the SignalR layer counts.
struct HubMetrics
{
    explicit HubMetrics(MetricsRegistry &registry);

    Gauge &connections;
    Counter &callsCompleted;
    Counter &callsFailed;
    Counter &unauthorized; // requests without an identity
    Counter &closedOrderly; // closes by reason
    Counter &closedLost;
    Counter &closedByError;
    Counter &closedByHandshake;
    Counter &closedByTimeout;
    Counter &closedSlow;
    Counter &closedByExpiry;
    Counter &closedByServer;
};

} // namespace nextchat::signalr
