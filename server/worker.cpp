// SPDX-License-Identifier: MIT
#include "server/worker.h"

#include "server/chat/audience.h"
#include "server/chat/chathub.h"
#include "server/net/httpfront.h"
#include "server/net/iocontext.h"
#include "server/signalr/hubworker.h"

namespace nextchat {

namespace {

// Sends each request to who answers it.
class Routes final : public net::HttpHandler
{
public:
    Routes(const WorkerServices &services, signalr::HubEndpoint *hub)
        : m_services(services)
        , m_hub(hub)
    { }

    void headArrived(net::HttpConnection &connection, const net::HttpRequest &head) override
    {
        if (m_hub && m_hub->serves(head.path))
            m_hub->headArrived(connection, head);
        else
            connection.dropBody();
    }

    void requestArrived(net::HttpConnection &connection, const net::HttpRequest &request) override
    {
        if (m_hub && m_hub->serves(request.path))
            m_hub->requestArrived(connection, request);
        else
            connection.respond(m_services.answer(request, m_hub == nullptr));
    }

private:
    const WorkerServices &m_services;
    signalr::HubEndpoint *m_hub; // null where only health and metrics are served
};

} // namespace

struct Worker::Inside
{
    Inside(const WorkerServices &shared, signalr::ConnectionHome &home)
        : audience(shared.broker, shared.hubOptions.outboundBytes)
        , chat{shared.broker, shared.history, audience, shared.chatMetrics, shared.chatOptions}
        , hub(io, shared.hubOptions, shared.methods, shared.metrics,
              [this](signalr::HubConnectionContext &connection) {
                  return std::make_unique<chat::ChatHub>(chat, connection);
              })
        , endpoint(shared.endpoint, hub, &home)
        , routes(shared, &endpoint)
        , opsRoutes(shared, nullptr)
        , front(io, routes, shared.httpLimits, shared.httpTimeouts, shared.httpMetrics)
        , opsFront(io, opsRoutes, shared.httpLimits, shared.httpTimeouts, shared.httpMetrics)
    { }

    net::IoContext io;
    chat::Audience audience;
    chat::ChatServices chat;
    signalr::HubWorker hub;
    signalr::HubEndpoint endpoint;
    Routes routes;
    Routes opsRoutes;
    net::HttpFront front;
    net::HttpFront opsFront;
};

Worker::Worker(int index, const WorkerServices &services)
    : m_services(services)
    , m_thread(u"io-" % QString::number(index))
{ }

Worker::~Worker() = default;

void Worker::start(std::function<void()> ready)
{
    Mailbox *home = Mailbox::current();
    m_thread.post([this, home, ready = std::move(ready)] {
        m_inside = std::make_shared<Inside>(m_services, static_cast<signalr::ConnectionHome &>(*this));
        auto attach = [](Inside &inside, Mailbox *caller, std::function<void()> done) -> QCoro::Task<> {
            inside.audience.setListener(co_await inside.chat.broker.attach(&inside.audience));
            caller->post(std::move(done));
        };
        attach(*m_inside, home, ready);
    });
}

void Worker::accept(std::vector<net::AcceptedSocket> sockets, bool forOps)
{
    m_thread.post([this, forOps, sockets = std::move(sockets)]() mutable {
        net::HttpFront &front = forOps ? m_inside->opsFront : m_inside->front;
        const bool isEncrypted = m_services.certificates && !forOps;
        const auto certificate = isEncrypted ? m_services.certificates->current() : nullptr;
        for (net::AcceptedSocket &socket : sockets) {
            const QByteArray peer = socket.peerAddress();
            front.accept(socket.take(), peer, certificate.get());
        }
    });
}

void Worker::take(net::MovedConnection connection)
{
    // A shared pointer, since a function can be copied.
    auto moved = std::make_shared<net::MovedConnection>(std::move(connection));
    m_thread.post([this, moved] {
        if (m_inside) // else it has been stopped, and the socket is closed
            m_inside->front.accept(std::move(*moved));
    });
}

void Worker::closeSome(std::size_t share)
{
    m_thread.post([this, share] { m_inside->hub.closeSome(share); });
}

void Worker::countConnections(std::function<void(std::size_t)> answer)
{
    Mailbox *home = Mailbox::current();
    m_thread.post([this, home, answer = std::move(answer)] {
        home->post([answer, count = m_inside->hub.size()] { answer(count); });
    });
}

void Worker::stop(std::function<void()> stopped)
{
    Mailbox *home = Mailbox::current();
    m_thread.post([this, home, stopped = std::move(stopped)] {
        auto detach = [](std::shared_ptr<Inside> &inside, Mailbox *caller,
                         std::function<void()> done) -> QCoro::Task<> {
            co_await inside->chat.broker.detach(inside->audience.listener());
            inside.reset();
            caller->post(std::move(done));
        };
        m_inside->hub.stop([this, detach, home, stopped] { detach(m_inside, home, stopped); });
    });
}

} // namespace nextchat
