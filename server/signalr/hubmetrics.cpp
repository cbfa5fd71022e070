// SPDX-License-Identifier: MIT
#include "server/signalr/hubmetrics.h"

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

} // namespace

HubMetrics::HubMetrics(MetricsRegistry &registry)
    : connections(registry.gauge("nextchat_signalr_connections", "Hub connections open now."))
    , callsCompleted(calls(registry, "ok"))
    , callsFailed(calls(registry, "error"))
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
{ }

} // namespace nextchat::signalr
