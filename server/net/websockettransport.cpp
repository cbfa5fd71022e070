// SPDX-License-Identifier: MIT
#include "server/net/websockettransport.h"

namespace nextchat::net {

namespace {

constexpr qsizetype pongBacklog = 4096; // bytes waiting above which a ping is not answered: a peer that asks and never reads

} // namespace

std::optional<HttpResponse> WebSocketTransport::refusal(const HttpRequest &request)
{
    if (request.header("sec-websocket-version") != "13") {
        HttpResponse response = HttpResponse::text(426, "This server speaks WebSocket version 13.");
        response.headers = {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
        return response;
    }
    const auto key = QByteArray::fromBase64Encoding(request.header("sec-websocket-key"),
                                                    QByteArray::Base64Encoding | QByteArray::AbortOnBase64DecodingErrors);
    if (!key || key.decoded.size() != 16)
        return HttpResponse::text(400, "The Sec-WebSocket-Key is missing or not valid.");
    return std::nullopt;
}

std::unique_ptr<WebSocketTransport> WebSocketTransport::accept(HttpConnection &connection, const HttpRequest &request)
{
    auto [stream, early] = connection.upgrade("HTTP/1.1 101 Switching Protocols\r\n"
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

void WebSocketTransport::begin()
{
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
    // The server is the first to close the TCP connection, once both sides have said so (RFC 6455 7.1.1).
    if (m_closeReceived)
        m_stream->closeWhenFlushed();
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
    if (m_handler)
        m_handler->transportDrained();
}

void WebSocketTransport::streamEnded()
{
    end(m_closeReceived);
}

void WebSocketTransport::end(bool orderly)
{
    if (TransportHandler *handler = std::exchange(m_handler, nullptr))
        handler->transportEnded(orderly);
}

bool WebSocketTransport::dataArrived(std::span<char> bytes)
{
    if (m_handler && !m_closeSent)
        m_handler->recordsArrived(bytes);
    return true;
}

bool WebSocketTransport::pingArrived(QByteArrayView payload)
{
    if (!m_closeSent && m_stream->pendingBytes() < pongBacklog)
        m_stream->write(webSocketFrame(WebSocketOpcode::Pong, payload));
    return true;
}

bool WebSocketTransport::closeArrived()
{
    m_closeReceived = true;
    if (m_closeSent)
        m_stream->closeWhenFlushed();
    else
        close(WebSocketCloseCode::Normal);
    end(true);
    return false;
}

void WebSocketTransport::peerFailed(WebSocketCloseCode code)
{
    m_closeReceived = true; // nothing it says counts any more
    close(code);
    end(false);
}

} // namespace nextchat::net
