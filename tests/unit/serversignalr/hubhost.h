// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/net/eventloopthread.h"
#include "server/net/httpmetrics.h"
#include "server/signalr/hubendpoint.h"
#include "server/signalr/hubworker.h"

#include <functional>
#include <memory>

namespace nextchat::test {

// Hubs at `/next-chat` on a free port, in a thread of their own, for clients that block; whoever has a name
// is authenticated. Belongs to the thread that made it.
class HubHost
{
public:
    // Runs `work` in the server's thread and waits for it.
    void inThread(const std::function<void()> &work);

    [[nodiscard]] std::size_t connections();
    // Asks all to reconnect, as a shutdown does.
    void closeAll();
    // What `/metrics` would give.
    [[nodiscard]] QByteArray metrics() const { return m_registry.render(); }
    void setDraining() { m_endpoint.draining = true; }
    void setMinimumVersion(int version); // of negotiate
    void setTransports(const QList<signalr::TransportKind> &transports); // before anybody connects

    quint16 port = 0;

protected:
    HubHost(const signalr::HubOptions &options, const signalr::ConnectionLimits &limits = {});
    ~HubHost(); // behind close()

    // Listens; `makeHub` is called in the server's thread.
    void open(signalr::HubWorker::MakeHub makeHub);
    // Ends all connections, and what open() made.
    void close();

    signalr::HubMethods m_methods; // registered before open()
    MetricsRegistry m_registry;

private:
    struct Inside;

    signalr::HubOptions m_options;
    signalr::HubMetrics m_metrics{m_registry};
    net::HttpMetrics m_httpMetrics{m_registry};
    signalr::HubEndpointConfiguration m_endpoint;
    net::EventLoopThread m_thread{QStringLiteral("hub")};
    std::unique_ptr<Inside> m_inside; // the thread's
};

} // namespace nextchat::test
