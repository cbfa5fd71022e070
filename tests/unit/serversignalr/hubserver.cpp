// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/hubserver.h"

#include <future>

namespace nextchat::test {

using namespace signalr;

struct HubServer::Inside
{
    explicit Inside(HubServer &server)
        : worker(io, server.m_options, server.m_methods, server.m_metrics,
                 [&server](HubConnectionContext &connection) {
                     return std::make_unique<TestHub>(server.journal, connection);
                 })
        , endpoint(server.m_endpoint, worker)
        , front(io, endpoint, {}, {}, server.m_httpMetrics)
    { }

    net::IoContext io;
    HubWorker worker;
    HubEndpoint endpoint;
    net::HttpFront front;
    std::unique_ptr<net::Listener> listener;
};

HubServer::HubServer(const HubOptions &options, const ConnectionLimits &limits)
    : m_options(options)
    , m_metrics(m_registry)
    , m_endpoint{.path = "/next-chat",
                 .authenticate = trustedAuthenticator([](const QString &user) { return !user.isEmpty(); }),
                 .origins = OriginPolicy({}),
                 .tokens = ConnectionTokens({}),
                 .admission = ConnectionAdmission(limits)}
    , m_thread(QStringLiteral("hub"))
{
    TestHub::registerMethods(m_methods);
    inThread([this] {
        m_inside = std::make_unique<Inside>(*this);
        m_inside->listener = *net::Listener::open(
            QStringLiteral("127.0.0.1:0"), [this](std::vector<net::AcceptedSocket> sockets) {
                for (net::AcceptedSocket &socket : sockets)
                    m_inside->front.accept(socket.take(), socket.peerAddress());
            });
        port = m_inside->listener->port();
    });
}

HubServer::~HubServer()
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

void HubServer::inThread(const std::function<void()> &work)
{
    std::promise<void> done;
    m_thread.post([&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

void HubServer::settle()
{
    for (int turn = 0; turn < 3; ++turn) // each sees the sockets that were ready at its beginning
        inThread([] {});
}

std::size_t HubServer::connections()
{
    std::size_t count = 0;
    inThread([&] { count = m_inside->worker.size(); });
    return count;
}

void HubServer::setTransports(const QList<TransportKind> &transports)
{
    inThread([&] { m_endpoint.transports = transports; });
}

void HubServer::setMinimumVersion(int version)
{
    inThread([&] { m_endpoint.minimumProtocolVersion = version; });
}

void HubServer::closeAll()
{
    inThread([this] { m_inside->worker.closeSome(1); });
}

} // namespace nextchat::test
