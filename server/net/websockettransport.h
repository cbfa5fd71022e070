// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpconnection.h"
#include "server/net/stream.h"
#include "server/net/transport.h"
#include "server/net/websocketreader.h"

#include <memory>
#include <optional>

namespace nextchat::net {

// Hub records over one WebSocket (RFC 6455, no extensions, no subprotocol). Lives in one I/O thread.
class WebSocketTransport final : public Transport, private StreamHandler, private WebSocketEvents
{
public:
    // The answer to a request that cannot be upgraded as it is (400, 405, 426), nothing when it can.
    [[nodiscard]] static std::optional<HttpResponse> refusal(const HttpRequest &request);
    // Answers 101 and takes the socket over. `request` passed refusal(). Call begin() next.
    [[nodiscard]] static std::unique_ptr<WebSocketTransport> accept(HttpConnection &connection,
                                                                    const HttpRequest &request);

    void begin(TransportHandler *handler) override;
    void send(const Payload &payload) override;
    [[nodiscard]] qsizetype pendingBytes() const override { return m_stream->pendingBytes(); }
    [[nodiscard]] bool isStuck(Clock::time_point now, std::chrono::milliseconds patience) override;
    void flush() override { m_stream->flush(); }
    void dropQueued() override { m_stream->dropQueued(); }
    void setReading(bool on) override { m_stream->setReading(on); }
    void close(WebSocketCloseCode code) override;
    void abort() override;
    [[nodiscard]] bool carriesBinary() const override { return true; }

private:
    WebSocketTransport(std::unique_ptr<Stream> stream, QByteArray early);

    void bytesArrived(std::span<char> bytes) override;
    void drained() override;
    void streamEnded() override;
    bool dataArrived(std::span<char> bytes) override;
    bool pingArrived(QByteArrayView payload) override;
    bool closeArrived() override;
    void peerFailed(WebSocketCloseCode code) override;
    void sendPong(QByteArrayView payload);
    void closeReceived(WebSocketCloseCode answer);

    std::unique_ptr<Stream> m_stream;
    TransportHandler *m_handler = nullptr;
    WebSocketReader m_reader;
    QByteArray m_early;
    Clock::time_point m_closeBegan;
    bool m_closeSent = false;
    bool m_closeReceived = false; // or something that is no WebSocket
    bool m_orderly = false; // the peer's Close was a valid one
    std::optional<QByteArray> m_unansweredPing; // payload of the last one, while too much waits
};

} // namespace nextchat::net
