// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/signalr/connectionadmission.h"

#include <array>
#include <chrono>
#include <unordered_map>

namespace nextchat::signalr {

class HubMethods;
struct HubMethod;
enum class TransportKind;

// What the SignalR layer counts.
struct HubMetrics
{
    explicit HubMetrics(MetricsRegistry &registry);

    // Measures the calls of these methods, which outlive the metrics, from now on. Before any call.
    void measure(const HubMethods &methods);
    // A call that ran for `took` has ended. Any thread.
    void callEnded(const HubMethod &method, bool succeeded, std::chrono::steady_clock::duration took) const;

    // Hub connections open now that were opened over that transport; lost ones that may come back count.
    [[nodiscard]] Gauge &connections(TransportKind kind) const
    {
        return *m_connections.at(static_cast<std::size_t>(kind));
    }

    // Connections, and negotiations for one, that were refused for that reason.
    [[nodiscard]] Counter &refused(ConnectionAdmission::Refusal reason) const
    {
        return *m_refused.at(static_cast<std::size_t>(reason));
    }

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
    Counter &reconnected; // lost connections (stateful reconnect) by outcome: came back
    Counter &notReconnected; // nobody came in time
    Counter &overflowed; // too much was sent meanwhile

private:
    struct Durations
    {
        Histogram *succeeded;
        Histogram *failed;
    };
    MetricsRegistry &m_registry;
    std::array<Gauge *, 3> m_connections; // by TransportKind
    std::array<Counter *, 4> m_refused; // by ConnectionAdmission::Refusal
    std::unordered_map<const HubMethod *, Durations> m_durations; // not changed once there are calls
};

} // namespace nextchat::signalr
