// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpconnection.h"

#include <unordered_map>

namespace nextchat::net {

// The HTTP connections of one I/O thread. Made, used and destroyed in that thread.
class HttpFront
{
public:
    HttpFront(IoContext &context, HttpHandler &handler, const HttpLimits &limits,
              const HttpTimeouts &timeouts);

    // Takes over a connected, non-blocking descriptor.
    void accept(int descriptor, QByteArray peerAddress);

    [[nodiscard]] std::size_t connections() const { return m_connections.size(); }

private:
    IoContext &m_context;
    HttpHandler &m_handler;
    HttpLimits m_limits;
    HttpTimeouts m_timeouts;
    std::unordered_map<HttpConnection *, std::unique_ptr<HttpConnection>> m_connections;
};

} // namespace nextchat::net
