// SPDX-License-Identifier: MIT
#include "server/net/eventstreamtransport.h"

namespace nextchat::net {

namespace {

// The stream ends with the connection: chunks would have to be made for each client, and proxies that speak
// HTTP/1.0 to us could not take them. The comment makes Firefox say at once that it is connected.
constexpr QByteArrayView answer = "HTTP/1.1 200 OK\r\n"
                                  "Content-Type: text/event-stream\r\n"
                                  "Cache-Control: no-cache,no-store\r\n"
                                  "Pragma: no-cache\r\n"
                                  "Content-Encoding: identity\r\n"
                                  "X-Accel-Buffering: no\r\n"
                                  "Connection: close\r\n";
constexpr QByteArrayView comment = ":\r\n";

} // namespace

std::unique_ptr<EventStreamTransport> EventStreamTransport::accept(HttpConnection &connection,
                                                                   const HttpHeaders &headers)
{
    QByteArray head = answer.toByteArray();
    for (const auto &[name, value] : headers)
        head += name + ": " + value + "\r\n";
    head += "\r\n";
    head += comment;
    auto [stream, early] = connection.upgrade(std::move(head));
    Q_UNUSED(early) // a request behind one that is not answered before it ends
    return std::unique_ptr<EventStreamTransport>(new EventStreamTransport(std::move(stream)));
}

EventStreamTransport::EventStreamTransport(std::unique_ptr<Stream> stream)
    : m_stream(std::move(stream))
{
    m_stream->setHandler(this);
}

void EventStreamTransport::begin(TransportHandler *handler)
{
    m_handler = handler;
    posts().begin(handler);
}

void EventStreamTransport::close(WebSocketCloseCode)
{
    posts().end();
    m_stream->closeWhenFlushed();
}

void EventStreamTransport::abort()
{
    m_handler = nullptr;
    posts().end();
    m_stream->abort();
}

void EventStreamTransport::bytesArrived(std::span<char>) { }

void EventStreamTransport::drained()
{
    if (m_handler)
        m_handler->transportDrained();
}

void EventStreamTransport::streamEnded()
{
    posts().end();
    // A client that stops does no more than this: it is taken for one that wanted to.
    if (TransportHandler *handler = std::exchange(m_handler, nullptr))
        handler->transportEnded(true);
}

} // namespace nextchat::net
