// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/heartbeat.h"
#include "server/net/httptransport.h"
#include "server/net/loopturn.h"

#include <vector>

namespace nextchat::net {

struct IoContext;

// Hub records in the answers to GET requests, one after the other (signalr-notes 1.3). What is sent while no
// poll waits is kept for the next one. Lives in one I/O thread.
class LongPollingTransport final : public HttpTransport,
                                   private HttpResponder,
                                   private Ticking,
                                   private TurnTask
{
public:
    using Clock = Transport::Clock;

    struct Timeouts
    {
        std::chrono::milliseconds poll = std::chrono::seconds(90); // then it is answered with nothing
        std::chrono::milliseconds disconnect = std::chrono::seconds(15); // without a poll
    };

    LongPollingTransport(IoContext &context, const Timeouts &timeouts);
    ~LongPollingTransport() override;

    // The first poll is answered at once, which tells the client that the connection is there.
    void answerFirst(HttpConnection &connection, const HttpHeaders &headers);
    // A poll that waits already ends; this one takes its place.
    void poll(HttpConnection &connection, HttpHeaders headers);
    // The client ends the connection (DELETE): transportEnded(true) follows.
    void endByClient();

    void begin(TransportHandler *handler) override;
    void send(const Payload &payload) override;
    [[nodiscard]] qsizetype pendingBytes() const override { return m_pending; }
    [[nodiscard]] bool isStuck(Clock::time_point now, std::chrono::milliseconds patience) override;
    void flush() override;
    void dropQueued() override;
    void close(WebSocketCloseCode code) override;
    void abort() override;
    [[nodiscard]] bool carriesBinary() const override { return true; }
    [[nodiscard]] bool needsPings() const override { return false; } // each poll is a sign of life

private:
    [[nodiscard]] bool isLimited() const override { return true; } // one for a hub connection
    void requesterGone(HttpConnection &connection) override;
    void tick(Clock::time_point now) override;
    void turnEnds() override;
    void answer(const HttpResponse &response);
    void end(bool orderly);

    IoContext &m_context;
    Timeouts m_timeouts;
    TransportHandler *m_handler = nullptr;
    HttpConnection *m_poll = nullptr; // the request that waits
    Clock::time_point m_pollChanged; // when it came, or when the last one was gone
    std::vector<QByteArray> m_queue; // shared with the other receivers
    qsizetype m_pending = 0; // bytes in it
    Clock::time_point m_waitingSince; // of what is in it
    Clock::time_point m_closeBegan;
    bool m_closing = false;
    bool m_ended = false;
};

} // namespace nextchat::net
