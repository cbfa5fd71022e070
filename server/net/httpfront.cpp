// SPDX-License-Identifier: MIT
#include "server/net/httpfront.h"

#include "server/net/iocontext.h"

namespace nextchat::net {

HttpFront::HttpFront(IoContext &context, HttpHandler &handler, const HttpLimits &limits,
                     const HttpTimeouts &timeouts)
    : m_context(context)
    , m_handler(handler)
    , m_limits(limits)
    , m_timeouts(timeouts)
{ }

void HttpFront::accept(int descriptor, QByteArray peerAddress)
{
    auto connection = std::make_unique<HttpConnection>(
        std::make_unique<Stream>(descriptor, m_context.turn), std::move(peerAddress), m_context, m_handler,
        m_limits, m_timeouts, [this](HttpConnection *finished) {
            auto node = m_connections.extract(finished);
            if (!node.empty())
                m_context.turn.retire(std::move(node.mapped()));
        });
    HttpConnection *key = connection.get();
    m_connections.emplace(key, std::move(connection));
}

} // namespace nextchat::net
