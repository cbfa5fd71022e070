// SPDX-License-Identifier: MIT
#include "server/signalr/hubmetrics.h"

#include "server/signalr/connectiondirectory.h"
#include "server/signalr/hubmethods.h"

namespace nextchat::signalr {

namespace {

Counter &calls(MetricsRegistry &registry, const QByteArray &outcome)
{
    return registry.counter("nextchat_signalr_calls_total", "Hub calls by outcome.", {{"outcome", outcome}});
}

Counter &closes(MetricsRegistry &registry, const QByteArray &reason)
{
    return registry.counter("nextchat_signalr_closes_total", "Hub connections that ended, by reason.",
                            {{"reason", reason}});
}

Gauge &connectionsBy(MetricsRegistry &registry, const QByteArray &transport)
{
    return registry.gauge("nextchat_signalr_connections", "Hub connections open now, by transport.",
                          {{"transport", transport}});
}

Counter &reconnects(MetricsRegistry &registry, const QByteArray &outcome)
{
    return registry.counter(
        "nextchat_signalr_reconnects_total",
        "Connections with stateful reconnect that lost their transport, by what became of them.",
        {{"outcome", outcome}});
}

Counter &refusals(MetricsRegistry &registry, const QByteArray &reason)
{
    return registry.counter("nextchat_signalr_refused_total",
                            "Hub connections that were refused, or not negotiated, by reason.",
                            {{"reason", reason}});
}

Counter &messages(MetricsRegistry &registry, const QByteArray &direction)
{
    return registry.counter("nextchat_signalr_messages_total", "Hub messages of all kinds, pings included.",
                            {{"direction", direction}});
}

Counter &bytes(MetricsRegistry &registry, const QByteArray &direction)
{
    return registry.counter("nextchat_signalr_bytes_total",
                            "Bytes of hub messages, without what carries them.", {{"direction", direction}});
}

Histogram &duration(MetricsRegistry &registry, const QString &method, const QByteArray &outcome)
{
    // From well below the time of a publish to that of a time-out.
    static const std::vector<double> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                            0.1,    0.25,  0.5,    1,     2.5,  5,     10};
    return registry.histogram("nextchat_signalr_call_seconds",
                              "How long calls ran, by method and outcome; streams until their end.", bounds,
                              {{"method", method.toUtf8()}, {"outcome", outcome}});
}

} // namespace

HubMetrics::HubMetrics(MetricsRegistry &registry)
    : callsCompleted(calls(registry, "ok"))
    , callsFailed(calls(registry, "error"))
    , messagesIn(messages(registry, "in"))
    , messagesOut(messages(registry, "out"))
    , bytesIn(bytes(registry, "in"))
    , bytesOut(bytes(registry, "out"))
    , pendingBytes(registry.gauge("nextchat_signalr_pending_bytes",
                                  "Bytes that wait for slow connections, counted about once a second."))
    , unauthorized(registry.counter("nextchat_signalr_unauthorized_total",
                                    "Requests that were refused because they proved no identity."))
    , closedOrderly(closes(registry, "client"))
    , closedLost(closes(registry, "lost"))
    , closedByError(closes(registry, "protocol_error"))
    , closedByHandshake(closes(registry, "handshake"))
    , closedByTimeout(closes(registry, "client_timeout"))
    , closedSlow(closes(registry, "slow"))
    , closedByExpiry(closes(registry, "token_expired"))
    , closedByServer(closes(registry, "server"))
    , reconnected(reconnects(registry, "resumed"))
    , notReconnected(reconnects(registry, "timed_out"))
    , overflowed(reconnects(registry, "overflowed"))
    , m_registry(registry)
    , m_connections{&connectionsBy(registry, "websockets"), &connectionsBy(registry, "server_sent_events"),
                    &connectionsBy(registry, "long_polling")}
    , m_refused{&refusals(registry, "server_full"), &refusals(registry, "user_full"),
                &refusals(registry, "address_full"), &refusals(registry, "token_in_use")}
{
    static_assert(static_cast<int>(TransportKind::WebSockets) == 0
                  && static_cast<int>(TransportKind::ServerSentEvents) == 1
                  && static_cast<int>(TransportKind::LongPolling) == 2);
    using Refusal = ConnectionAdmission::Refusal;
    static_assert(static_cast<int>(Refusal::ServerFull) == 0 && static_cast<int>(Refusal::UserFull) == 1
                  && static_cast<int>(Refusal::AddressFull) == 2
                  && static_cast<int>(Refusal::TokenInUse) == 3);
}

void HubMetrics::measure(const HubMethods &methods)
{
    for (const HubMethod &method : methods.all()) {
        m_durations.emplace(
            &method,
            Durations{&duration(m_registry, method.name, "ok"), &duration(m_registry, method.name, "error")});
    }
}

void HubMetrics::callEnded(const HubMethod &method, bool succeeded,
                           std::chrono::steady_clock::duration took) const
{
    const auto found = m_durations.find(&method);
    if (found == m_durations.end())
        return;
    Histogram &histogram = succeeded ? *found->second.succeeded : *found->second.failed;
    histogram.observe(std::chrono::duration<double>(took).count());
}

} // namespace nextchat::signalr
