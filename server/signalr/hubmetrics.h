// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"

#include <chrono>
#include <unordered_map>

namespace nextchat::signalr {

class HubMethods;
struct HubMethod;

// What the SignalR layer counts.
struct HubMetrics
{
    explicit HubMetrics(MetricsRegistry &registry);

    // Measures the calls of these methods, which outlive the metrics, from now on. Before any call.
    void measure(const HubMethods &methods);
    // A call that ran for `took` has ended. Any thread.
    void callEnded(const HubMethod &method, bool succeeded, std::chrono::steady_clock::duration took) const;

    Gauge &connections;
    Counter &callsCompleted;
    Counter &callsFailed;
    Counter &messagesIn; // hub messages of all kinds
    Counter &messagesOut;
    Counter &bytesIn; // of hub messages, without what carries them
    Counter &bytesOut;
    Gauge &pendingBytes; // that wait for their connections, counted about once a second
    Counter &unauthorized; // requests without an identity
    Counter &closedOrderly; // closes by reason
    Counter &closedLost;
    Counter &closedByError;
    Counter &closedByHandshake;
    Counter &closedByTimeout;
    Counter &closedSlow;
    Counter &closedByExpiry;
    Counter &closedByServer;

private:
    struct Durations
    {
        Histogram *succeeded;
        Histogram *failed;
    };
    MetricsRegistry &m_registry;
    std::unordered_map<const HubMethod *, Durations> m_durations; // not changed once there are calls
};

} // namespace nextchat::signalr
