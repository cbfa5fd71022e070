// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httptransport.h"
#include "server/net/stream.h"

#include <memory>

namespace nextchat::net {

// Hub records as Server-Sent Events, in the answer to one GET request that does not end (signalr-notes 1.3).
// Lives in one I/O thread.
class EventStreamTransport final : public HttpTransport, private StreamHandler
{
public:
    // Answers the request, with `headers` besides the transport's own, and takes the socket over.
    [[nodiscard]] static std::unique_ptr<EventStreamTransport> accept(HttpConnection &connection,
                                                                      const HttpHeaders &headers);

    void begin(TransportHandler *handler) override;
    void send(const Payload &payload) override { m_stream->write(payload.serverSentEvent()); }
    [[nodiscard]] qsizetype pendingBytes() const override { return m_stream->pendingBytes(); }
    [[nodiscard]] bool isStuck(Clock::time_point now, std::chrono::milliseconds patience) override
    {
        return m_stream->isStuck(now, patience);
    }
    void flush() override { m_stream->flush(); }
    void dropQueued() override { m_stream->dropQueued(); }
    void close(WebSocketCloseCode code) override;
    void abort() override;
    [[nodiscard]] bool carriesBinary() const override { return false; }

private:
    explicit EventStreamTransport(std::unique_ptr<Stream> stream);

    void bytesArrived(std::span<char> bytes) override;
    void drained() override;
    void streamEnded() override;

    std::unique_ptr<Stream> m_stream;
    TransportHandler *m_handler = nullptr;
};

} // namespace nextchat::net
