// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/transport.h"

namespace nextchat::net {

// Stands for the transport of a connection that has none at the moment: what is sent is gone, and nothing
// ever comes. One I/O thread.
class DetachedTransport final : public Transport
{
public:
    void begin(TransportHandler *) override { }
    void send(const Payload &) override { }
    [[nodiscard]] qsizetype pendingBytes() const override { return 0; }
    [[nodiscard]] bool isStuck(Clock::time_point, std::chrono::milliseconds) override { return false; }
    void flush() override { }
    void dropQueued() override { }
    void setReading(bool) override { }
    void close(WebSocketCloseCode) override { }
    void abort() override { }
    [[nodiscard]] bool carriesBinary() const override { return true; }
    [[nodiscard]] bool needsPings() const override { return false; }
};

} // namespace nextchat::net
