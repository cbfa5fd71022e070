// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/net/eventloopthread.h"
#include "server/net/httpfront.h"
#include "server/net/iocontext.h"
#include "server/net/listener.h"
#include "server/signalr/hubendpoint.h"
#include "server/signalr/hubworker.h"
#include "tests/unit/serversignalr/testhub.h"

#include <functional>
#include <memory>

namespace nextchat::test {

// A TestHub at `/next-chat` on a free port, in a thread of its own, for clients that block. Belongs to the
// thread that made it.
class HubServer
{
public:
    explicit HubServer(const signalr::HubOptions &options = {}, const signalr::ConnectionLimits &limits = {});
    ~HubServer();

    // Runs `work` in the server's thread and waits for it.
    void inThread(const std::function<void()> &work);

    // Returns when the server has read what had been sent to it before.
    void settle();

    [[nodiscard]] std::size_t connections();
    // Asks all to reconnect, as a shutdown does.
    void closeAll();
    // What `/metrics` would give.
    [[nodiscard]] QByteArray metrics() const { return m_registry.render(); }
    void setDraining() { m_endpoint.draining = true; }
    void setMinimumVersion(int version); // of negotiate
    void setTransports(const QList<signalr::TransportKind> &transports); // before anybody connects

    quint16 port = 0;
    TestHubJournal journal;

private:
    struct Inside;

    signalr::HubOptions m_options;
    signalr::HubMethods m_methods;
    MetricsRegistry m_registry;
    signalr::HubMetrics m_metrics;
    net::HttpMetrics m_httpMetrics{m_registry};
    signalr::HubEndpointConfiguration m_endpoint;
    net::EventLoopThread m_thread;
    std::unique_ptr<Inside> m_inside; // the thread's
};

} // namespace nextchat::test
