// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/net/httpmessage.h"
#include "server/ops/loopwatchdog.h"

#include <atomic>
#include <functional>
#include <optional>

namespace nextchat::ops {

// Answers `/healthz`, `/readyz`, `/metrics` and `/` (contract.md 3). Any thread, at once. What it refers to
// must outlive it.
class OpsEndpoints
{
public:
    // Asked in the thread that answers: must be quick and thread-safe.
    struct Probes
    {
        std::function<bool()> messagingWorks; // a probe went round lately
        std::function<bool()> historyWorks;
    };
    // Which of the pages a port serves.
    enum class Scope {
        Everything,
        PublicPage, // `/` alone: the others have a port of their own
        Operations, // all but `/`
    };

    // `hubPath` is shown on the page, e.g. /next-chat.
    OpsEndpoints(MetricsRegistry &metrics, const LoopWatchdog &watchdog, Probes probes, QByteArray hubPath);

    // From now on /readyz says no. Cannot be taken back.
    void beginShutdown() { m_shuttingDown.store(true, std::memory_order_relaxed); }

    // Nothing when the path is none of these pages (in that scope). Other methods than GET and HEAD get 405;
    // for HEAD the answer is that of GET and the caller leaves the body out.
    [[nodiscard]] std::optional<net::HttpResponse> answer(const net::HttpRequest &request,
                                                          Scope scope = Scope::Everything) const;

    [[nodiscard]] net::HttpResponse health() const;
    [[nodiscard]] net::HttpResponse readiness() const;
    [[nodiscard]] net::HttpResponse metrics() const;
    // `host` as in the Host header, for the examples.
    [[nodiscard]] net::HttpResponse page(const QByteArray &host) const;

private:
    MetricsRegistry &m_metrics;
    const LoopWatchdog &m_watchdog;
    const Probes m_probes;
    const QByteArray m_hubPath;
    std::atomic<bool> m_shuttingDown = false;
};

} // namespace nextchat::ops
