// SPDX-License-Identifier: MIT
#include "server/net/httpmetrics.h"

namespace nextchat::net {

HttpMetrics::HttpMetrics(MetricsRegistry &registry)
    : connections(registry.gauge("nextchat_net_http_connections",
                                 "HTTP connections open now, without those of hub connections and "
                                 "those that are just ending."))
    , dropped(registry.counter("nextchat_net_http_dropped_total",
                               "HTTP connections that were ended to make room for newer ones."))
{ }

} // namespace nextchat::net
