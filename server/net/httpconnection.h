// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/heartbeat.h"
#include "server/net/httpparser.h"
#include "server/net/stream.h"

#include <chrono>
#include <memory>

namespace nextchat::net {

class HttpConnection;
struct IoContext;

// Answers requests; called in the I/O thread of the connection.
class HttpHandler
{
public:
    virtual ~HttpHandler() = default;

    // Must lead to one respond(), respondLater() or upgrade() on the connection, before it returns.
    virtual void requestArrived(HttpConnection &connection, const HttpRequest &request) = 0;
};

struct HttpTimeouts
{
    std::chrono::milliseconds head =
        std::chrono::seconds(10); // from a request's first byte, or from the accept
    std::chrono::milliseconds body = std::chrono::seconds(30); // from the head's end
    std::chrono::milliseconds idle = std::chrono::seconds(75); // between requests
    std::chrono::milliseconds close = std::chrono::seconds(5); // for the peer to take the last answer
};

// The HTTP side of one accepted socket: requests one after the other (keep-alive, pipelining), each with its
// limits of size and time, until the connection ends or is upgraded. Lives in one I/O thread.
class HttpConnection final : public StreamHandler, public Ticking
{
public:
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual void requestCompleted(HttpConnection &connection) = 0; // and will now be answered
        virtual void finished(HttpConnection &connection) = 0; // once; to be retired
    };

    HttpConnection(std::unique_ptr<Stream> stream, QByteArray peerAddress, IoContext &context,
                   HttpHandler &handler, const HttpLimits &limits, const HttpTimeouts &timeouts,
                   Owner &owner);
    ~HttpConnection() override;

    void respond(const HttpResponse &response);

    // Answers after `delay`, or up to a second more; nothing is read until then.
    void respondLater(HttpResponse response, std::chrono::milliseconds delay);

    struct Upgraded
    {
        std::unique_ptr<Stream> stream;
        QByteArray early; // bytes that came behind the request
    };
    // Writes `head` (a 101 answer) and hands the socket over; this object is finished then.
    [[nodiscard]] Upgraded upgrade(QByteArray head);

    // Ends the connection at once. Not from within a call of the handler.
    void drop();

    [[nodiscard]] IoContext &context() const { return m_context; }

    void bytesArrived(std::span<char> bytes) override;
    void drained() override;
    void streamEnded() override;
    void tick(Clock::time_point now) override;

private:
    void processInput();
    void requestCompleted();
    void answerDelayed();
    void fail(int status);
    void finish();

    std::unique_ptr<Stream> m_stream;
    QByteArray m_peerAddress;
    IoContext &m_context;
    HttpHandler &m_handler;
    HttpTimeouts m_timeouts;
    Owner *m_owner; // null once it was told of the end
    HttpParser m_parser;
    QByteArray m_input;
    Clock::time_point m_since; // when the current wait began
    bool m_first = true; // no request was answered yet
    bool m_inRequest = false; // some of a request has come
    bool m_closing = false;
    bool m_keepAlive = false; // of the request being answered
    bool m_withBody = true; // likewise: false for HEAD

    struct Delayed
    {
        HttpResponse response;
        Clock::time_point due;
    };
    std::unique_ptr<Delayed> m_delayed; // the answer that is still to be given
};

} // namespace nextchat::net
