// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/payload.h"

#include <chrono>
#include <span>

namespace nextchat::net {

// Hears from a transport, in its thread. The transport must not be destroyed inside these calls
// (LoopTurn::retire).
class TransportHandler
{
public:
    virtual ~TransportHandler() = default;

    // Bytes of hub records, cut anywhere. They may be changed in place and are gone after the call.
    virtual void recordsArrived(std::span<char> bytes) = 0;
    // What had to wait has left.
    virtual void transportDrained() = 0;
    // The peer has begun to end the connection (`orderly`), or broke the transport's protocol: nothing more
    // arrives or can be sent. transportEnded() follows when the last bytes have left; isStuck() says when
    // that takes too long.
    virtual void transportClosing(bool orderly) = 0;
    // The connection is over. `orderly` when the peer ended it with a close handshake, not when it broke.
    virtual void transportEnded(bool orderly) = 0;
};

// One client's way in and out for hub records: a WebSocket, Server-Sent Events or long polling. Lives in one
// I/O thread.
class Transport
{
public:
    using Clock = std::chrono::steady_clock;

    virtual ~Transport() = default;

    // Sets who hears, at once for what came before.
    virtual void begin(TransportHandler *handler) = 0;

    // Queues the records; they leave at the end of the loop's turn.
    virtual void send(const Payload &payload) = 0;
    // Bytes that wait, and whether some have been waiting for longer than `patience`.
    [[nodiscard]] virtual qsizetype pendingBytes() const = 0;
    [[nodiscard]] virtual bool isStuck(Clock::time_point now, std::chrono::milliseconds patience) = 0;
    // Writes what can be written now.
    virtual void flush() = 0;
    // Forgets what waits, so that a last word gets through to a slow peer.
    virtual void dropQueued() = 0;
    // Lets records wait at the sender, or takes them again.
    virtual void setReading(bool on) = 0;

    // Ends the connection in order once what waits has left; transportEnded() follows, after `closeTimeout`
    // at the latest when isStuck() is asked about once a second.
    virtual void close(WebSocketCloseCode code) = 0;
    // Ends it now, silently.
    virtual void abort() = 0;

    [[nodiscard]] virtual bool carriesBinary() const = 0;
    // Whether an idle connection needs pings of the hub, for either side to know that the other is there.
    [[nodiscard]] virtual bool needsPings() const { return true; }
};

} // namespace nextchat::net
