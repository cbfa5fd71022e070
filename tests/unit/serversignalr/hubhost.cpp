// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/hubhost.h"

#include "server/net/httpfront.h"
#include "server/net/iocontext.h"
#include "server/net/listener.h"

#include <future>

namespace nextchat::test {

using namespace signalr;

struct HubHost::Inside
{
    Inside(HubHost &host, HubWorker::MakeHub makeHub)
        : worker(io, host.m_options, host.m_methods, host.m_metrics, std::move(makeHub))
        , endpoint(host.m_endpoint, worker)
        , front(io, endpoint, {}, {}, host.m_httpMetrics)
    { }

    net::IoContext io;
    HubWorker worker;
    HubEndpoint endpoint;
    net::HttpFront front;
    std::unique_ptr<net::Listener> listener;
};

HubHost::HubHost(const HubOptions &options, const ConnectionLimits &limits)
    : m_options(options)
    , m_endpoint{.path = "/next-chat",
                 .authenticate = trustedAuthenticator([](const QString &user) { return !user.isEmpty(); }),
                 .origins = OriginPolicy({}),
                 .tokens = ConnectionTokens({}),
                 .admission = ConnectionAdmission(limits)}
{ }

HubHost::~HubHost() = default;

void HubHost::open(HubWorker::MakeHub makeHub)
{
    inThread([&] {
        m_inside = std::make_unique<Inside>(*this, std::move(makeHub));
        m_inside->listener = *net::Listener::open(
            QStringLiteral("127.0.0.1:0"), [this](std::vector<net::AcceptedSocket> sockets) {
                for (net::AcceptedSocket &socket : sockets)
                    m_inside->front.accept(socket.take(), socket.peerAddress());
            });
        port = m_inside->listener->port();
    });
}

void HubHost::close()
{
    std::promise<void> stopped;
    inThread([this, &stopped] {
        m_inside->listener.reset();
        m_inside->worker.stop([this, &stopped] {
            m_inside.reset();
            stopped.set_value();
        });
    });
    stopped.get_future().wait();
}

void HubHost::inThread(const std::function<void()> &work)
{
    std::promise<void> done;
    m_thread.post([&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

std::size_t HubHost::connections()
{
    std::size_t count = 0;
    inThread([&] { count = m_inside->worker.size(); });
    return count;
}

void HubHost::setTransports(const QList<TransportKind> &transports)
{
    inThread([&] { m_endpoint.transports = transports; });
}

void HubHost::setMinimumVersion(int version)
{
    inThread([&] { m_endpoint.minimumProtocolVersion = version; });
}

void HubHost::closeAll()
{
    inThread([this] { m_inside->worker.closeSome(1); });
}

} // namespace nextchat::test
