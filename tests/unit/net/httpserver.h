// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/eventloopthread.h"
#include "server/net/httpfront.h"
#include "server/net/iocontext.h"
#include "server/net/listener.h"
#include "tests/support/rawclient.h"

#include <atomic>
#include <future>
#include <optional>

namespace nextchat::net {

// Requests of nobody in particular.
inline QByteArray get(const QByteArray &target, const QByteArray &headers = {})
{
    return test::httpRequest("GET", target, {}, headers);
}

inline QByteArray post(const QByteArray &target, const QByteArray &body)
{
    return test::httpRequest("POST", target, {}, {}, body);
}

// An HTTP server in a thread of its own, for clients that block. `/size/N` is answered with N bytes, `/close`
// ends the connection, `/poll` is answered when the next `/notify` comes, everything else is echoed: method,
// path and body.
class HttpServer : private HttpHandler, private HttpResponder
{
public:
    explicit HttpServer(const HttpTimeouts &timeouts = {}, const HttpLimits &limits = {})
        : m_thread(QStringLiteral("http"))
    {
        inThread([&] {
            m_inside.emplace(static_cast<HttpHandler &>(*this), limits, timeouts, metrics);
            m_inside->listener = *Listener::open(QStringLiteral("127.0.0.1:0"), [this](auto sockets) {
                for (AcceptedSocket &socket : sockets)
                    m_inside->front.accept(socket.take(), socket.peerAddress());
            });
            port = m_inside->listener->port();
        });
    }
    ~HttpServer() override
    {
        inThread([this] { m_inside.reset(); });
    }

    [[nodiscard]] std::size_t connections()
    {
        std::size_t count = 0;
        inThread([&] { count = m_inside->front.connections(); });
        return count;
    }

    // What `work` does outside is there all at once when the thread goes on.
    template <typename Work> void whileHalted(Work work)
    {
        std::promise<void> halted;
        std::promise<void> done;
        m_thread.mailbox().post([&] {
            halted.set_value();
            done.get_future().wait();
        });
        halted.get_future().wait();
        work();
        done.set_value();
        inThread([] {});
    }

    quint16 port = 0;
    MetricsRegistry registry;
    HttpMetrics metrics{registry};
    std::atomic<int> requests = 0;

private:
    struct Inside
    {
        Inside(HttpHandler &handler, const HttpLimits &limits, const HttpTimeouts &timeouts,
               HttpMetrics &metrics)
            : front(io, handler, limits, timeouts, metrics)
        { }
        IoContext io;
        HttpFront front;
        std::unique_ptr<Listener> listener;
    };

    template <typename Work> void inThread(Work work)
    {
        std::promise<void> done;
        m_thread.post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    void requestArrived(HttpConnection &connection, const HttpRequest &request) override
    {
        ++requests;
        HttpResponse response =
            HttpResponse::text(200, request.method + ' ' + request.path + ' ' + request.body);
        if (request.path.startsWith("/size/"))
            response.body = QByteArray(request.path.sliced(6).toInt(), 's');
        response.close = request.path == "/close";
        if (request.path == "/poll") {
            connection.answerLater(this, {});
            return m_polls.push_back(&connection);
        }
        if (request.path == "/notify") {
            for (HttpConnection *poll : std::exchange(m_polls, {}))
                poll->respond(HttpResponse::text(200, "news"));
        }
        connection.respond(response);
    }
    void requesterGone(HttpConnection &connection) override { std::erase(m_polls, &connection); }
    [[nodiscard]] bool isLimited() const override { return true; }

    std::vector<HttpConnection *> m_polls; // the thread's
    EventLoopThread m_thread;
    std::optional<Inside> m_inside; // the thread's
};

} // namespace nextchat::net
