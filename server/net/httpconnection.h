// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/heartbeat.h"
#include "server/net/httpparser.h"
#include "server/net/listener.h"
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

    // The head of a request has come, its body not yet: the handler may move() the connection, or readBody()
    // in pieces.
    virtual void headArrived(HttpConnection &connection, const HttpRequest &head)
    {
        Q_UNUSED(connection)
        Q_UNUSED(head)
    }
    // Must lead to one respond(), respondLater(), answerLater() or upgrade() on the connection, before it
    // returns.
    virtual void requestArrived(HttpConnection &connection, const HttpRequest &request) = 0;
};

// Who reads a request's body in pieces, or answers it later. Used in the connection's thread.
class HttpResponder
{
public:
    virtual ~HttpResponder() = default;

    // A piece of the body, to be gone on with after setBodyFlowing() when that was turned off.
    virtual void bodyArrived(HttpConnection &connection, QByteArray piece)
    {
        Q_UNUSED(connection)
        Q_UNUSED(piece)
    }
    // The connection has ended before its answer; it is not to be touched any more.
    virtual void requesterGone(HttpConnection &connection) = 0;
    // Whether those who wait for its answers are few for another reason, and will be back after them.
    [[nodiscard]] virtual bool isLimited() const { return false; }
};

// A connection on its way to another thread, with the request that is to be answered there.
struct MovedConnection
{
    AcceptedSocket socket;
    std::unique_ptr<TlsChannel> tls; // null: plain
    QByteArray unsent; // of earlier answers
    QByteArray input; // from the request's first byte on
};

struct HttpTimeouts
{
    std::chrono::milliseconds head =
        std::chrono::seconds(10); // from a request's first byte, or from the accept
    // From the head's end. A body that is taken in pieces may be any length, and take longer if it comes at
    // HttpConnection::leastRate at least.
    std::chrono::milliseconds body = std::chrono::seconds(30);
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
        virtual void used(HttpConnection &connection) = 0; // a head has come, or a request is whole
        // It waits for an answer, and is limited elsewhere (HttpResponder::isLimited()).
        virtual void parked(HttpConnection &connection) = 0;
        // It got an answer of a responder's, and is likely to be back.
        virtual void rested(HttpConnection &connection) = 0;
        // It has had its last answer, and ends when the peer ends it too.
        virtual void closing(HttpConnection &connection) = 0;
        virtual void finished(HttpConnection &connection) = 0; // once; to be retired
        // Whether there are so many that none should stay for a further request, or none that would rest.
        [[nodiscard]] virtual bool isCrowded(bool wouldRest) const = 0;
    };

    static constexpr qsizetype leastRate = 1024; // bytes a second

    HttpConnection(std::unique_ptr<Stream> stream, QByteArray peerAddress, IoContext &context,
                   HttpHandler &handler, const HttpLimits &limits, const HttpTimeouts &timeouts,
                   Owner &owner);
    ~HttpConnection() override;

    // Takes up what was begun in another thread. Call it at once.
    void goOn(QByteArray unsent, QByteArray input);

    // The answer to the request that arrived last. Later than requestArrived(), the next request may follow
    // before it returns.
    void respond(const HttpResponse &response);
    // respond() comes later, with these headers besides its own; until then no further request is read.
    // `responder`, who hears when there is nobody left to answer, outlives that or is replaced.
    void answerLater(HttpResponder *responder, HttpHeaders headers);
    // respond() comes by itself, after `delay` or up to a second more.
    void respondLater(HttpResponse response, std::chrono::milliseconds delay);
    // Who reads the body, or answers later.
    [[nodiscard]] HttpResponder *responder() const { return m_responder; }

    // In headArrived(): the body is handed out as it comes. A null responder, later, drops the rest.
    void readBody(HttpResponder *responder);
    // In headArrived(): the request comes without its body, of which nothing is kept.
    void dropBody() { m_body = HttpParser::Body::Dropped; }
    void setBodyFlowing(bool on);

    // In headArrived(): gives the connection away; this object is finished then.
    [[nodiscard]] MovedConnection move();

    struct Upgraded
    {
        std::unique_ptr<Stream> stream;
        QByteArray early; // bytes that came behind the request
    };
    // Writes `head` (a 101 answer) and hands the socket over; this object is finished then.
    [[nodiscard]] Upgraded upgrade(QByteArray head);

    // Ends the connection at once. Not from within a call of the handler.
    void drop();
    // Ends it for others in good order, with 503 where it is amidst a request. Likewise.
    void makeWay();
    // Whether its next request is there already, or may be: not a moment to end it.
    [[nodiscard]] bool isAboutToBeUsed() const;

    [[nodiscard]] IoContext &context() const { return m_context; }

    void bytesArrived(std::span<char> bytes) override;
    void drained() override;
    void streamEnded() override;
    void tick(Clock::time_point now) override;

private:
    void processInput();
    [[nodiscard]] bool takeInput();
    [[nodiscard]] bool beginRequest();
    void handOutBody();
    void requestCompleted();
    void limitInput();
    void stopReading();
    void fail(int status);
    void close();
    void finish();

    std::unique_ptr<Stream> m_stream;
    QByteArray m_peerAddress;
    IoContext &m_context;
    HttpHandler &m_handler;
    HttpTimeouts m_timeouts;
    Owner *m_owner; // null once it was told of the end
    HttpParser m_parser;
    qsizetype m_mostInput; // bytes that may wait; a head has no more
    QByteArray m_input;
    Clock::time_point m_since; // when the current wait began
    Clock::time_point m_heldSince; // when the flow of the body was stopped
    bool m_first = true; // no request was answered yet
    bool m_inRequest = false; // some of a request has come
    bool m_closing = false;
    bool m_keepAlive = false; // of the request being answered
    bool m_withBody = true; // likewise: false for HEAD
    bool m_awaitsAnswer = false;
    bool m_parked = false; // likewise, and the owner was told so
    HttpParser::Body m_body = HttpParser::Body::Whole; // of the request that is being read
    bool m_bodyFlowing = true;
    bool m_processing = false;
    HttpResponder *m_responder = nullptr; // of the request that is being read or answered
    HttpHeaders m_answerHeaders; // of an answer that comes later

    struct Delayed
    {
        HttpResponse response;
        Clock::time_point due;
    };
    std::unique_ptr<Delayed> m_delayed; // what comes by itself
};

} // namespace nextchat::net
