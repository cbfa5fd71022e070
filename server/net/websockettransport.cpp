// SPDX-License-Identifier: MIT
#include "server/net/websockettransport.h"

namespace nextchat::net {

namespace {

// Bytes waiting above which only the last ping will be answered (RFC 6455 5.5.3): a peer may ask and never
// read.
constexpr qsizetype pongBacklog = 4096;

} // namespace

std::optional<HttpResponse> WebSocketTransport::refusal(const HttpRequest &request)
{
    if (request.header("sec-websocket-version") != "13") {
        HttpResponse response = HttpResponse::text(426, "This server speaks WebSocket version 13.");
        response.headers = {
            {"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
        return response;
    }
    const auto key =
        QByteArray::fromBase64Encoding(request.header("sec-websocket-key"),
                                       QByteArray::Base64Encoding | QByteArray::AbortOnBase64DecodingErrors);
    if (!key || key.decoded.size() != 16)
        return HttpResponse::text(400, "The Sec-WebSocket-Key is missing or not valid.");
    return std::nullopt;
}

std::unique_ptr<WebSocketTransport> WebSocketTransport::accept(HttpConnection &connection,
                                                               const HttpRequest &request)
{
    auto [stream, early] =
        connection.upgrade("HTTP/1.1 101 Switching Protocols\r\n"
                           "Upgrade: websocket\r\n"
                           "Connection: Upgrade\r\n"
                           "Sec-WebSocket-Accept: "
                           + webSocketAccept(request.header("sec-websocket-key")) + "\r\n\r\n");
    return std::unique_ptr<WebSocketTransport>(new WebSocketTransport(std::move(stream), std::move(early)));
}

WebSocketTransport::WebSocketTransport(std::unique_ptr<Stream> stream, QByteArray early)
    : m_stream(std::move(stream))
    , m_early(std::move(early))
{
    m_stream->setHandler(this);
}

void WebSocketTransport::begin(TransportHandler *handler)
{
    m_handler = handler;
    QByteArray early = std::exchange(m_early, {});
    if (!early.isEmpty())
        bytesArrived(std::span<char>(early.data(), static_cast<std::size_t>(early.size())));
}

void WebSocketTransport::send(const Payload &payload)
{
    if (!m_closeSent)
        m_stream->write(payload.webSocketFrame());
}

bool WebSocketTransport::isStuck(Clock::time_point now, std::chrono::milliseconds patience)
{
    return m_closeSent ? now - m_closeBegan > patience : m_stream->isStuck(now, patience);
}

void WebSocketTransport::close(WebSocketCloseCode code)
{
    if (std::exchange(m_closeSent, true))
        return;
    m_closeBegan = Clock::now();
    m_stream->write(webSocketCloseFrame(code));
}

void WebSocketTransport::abort()
{
    m_handler = nullptr;
    m_stream->abort();
}

void WebSocketTransport::bytesArrived(std::span<char> bytes)
{
    if (!m_closeReceived)
        m_reader.feed(bytes, *this);
}

void WebSocketTransport::drained()
{
    if (const auto ping = std::exchange(m_unansweredPing, std::nullopt))
        sendPong(*ping);
    if (m_handler)
        m_handler->transportDrained();
}

void WebSocketTransport::streamEnded()
{
    if (TransportHandler *handler = std::exchange(m_handler, nullptr))
        handler->transportEnded(m_orderly);
}

bool WebSocketTransport::dataArrived(std::span<char> bytes)
{
    if (m_handler && !m_closeSent)
        m_handler->recordsArrived(bytes);
    return true;
}

bool WebSocketTransport::pingArrived(QByteArrayView payload)
{
    if (m_stream->pendingBytes() >= pongBacklog)
        m_stream->flush();
    if (m_stream->pendingBytes() >= pongBacklog)
        m_unansweredPing = payload.toByteArray();
    else
        sendPong(payload);
    return true;
}

void WebSocketTransport::sendPong(QByteArrayView payload)
{
    if (!m_closeSent)
        m_stream->write(webSocketFrame(WebSocketOpcode::Pong, payload));
}

bool WebSocketTransport::closeArrived()
{
    m_orderly = true;
    closeReceived(WebSocketCloseCode::Normal);
    return false;
}

void WebSocketTransport::peerFailed(WebSocketCloseCode code)
{
    closeReceived(code);
}

void WebSocketTransport::closeReceived(WebSocketCloseCode answer)
{
    m_closeReceived = true; // nothing the peer says counts any more
    close(answer);
    // The server is the first to close the TCP connection, once both sides have said so (RFC 6455 7.1.1).
    m_stream->closeWhenFlushed();
    if (m_handler)
        m_handler->transportClosing(m_orderly);
}

} // namespace nextchat::net
