// SPDX-License-Identifier: MIT
#include "server/net/httpfront.h"

#include "server/net/iocontext.h"
#include "server/net/netlog.h"

namespace nextchat::net {

HttpFront::HttpFront(IoContext &context, HttpHandler &handler, const HttpLimits &limits,
                     const HttpTimeouts &timeouts, HttpMetrics &metrics)
    : m_context(context)
    , m_handler(handler)
    , m_limits(limits)
    , m_timeouts(timeouts)
    , m_metrics(metrics)
{ }

HttpFront::~HttpFront()
{
    m_metrics.connections.subtract(static_cast<double>(m_connections.size()));
}

void HttpFront::accept(int descriptor, QByteArray peerAddress, const TlsCertificate *certificate)
{
    auto tls = certificate ? std::make_unique<TlsChannel>(*certificate, descriptor) : nullptr;
    add(descriptor, std::move(tls), std::move(peerAddress));
}

void HttpFront::accept(MovedConnection moved)
{
    const QByteArray peer = moved.socket.peerAddress();
    if (const int descriptor = moved.socket.take(); descriptor >= 0)
        add(descriptor, std::move(moved.tls), peer).goOn(std::move(moved.unsent), std::move(moved.input));
}

HttpConnection &HttpFront::add(int descriptor, std::unique_ptr<TlsChannel> tls, QByteArray peerAddress)
{
    makeRoom();
    auto connection = std::make_unique<HttpConnection>(
        std::make_unique<Stream>(descriptor, m_context.turn, std::move(tls)), std::move(peerAddress),
        m_context, m_handler, m_limits, m_timeouts, static_cast<HttpConnection::Owner &>(*this));
    HttpConnection *key = connection.get();
    m_places.emplace(key, m_connections.insert(m_connections.end(), std::move(connection)));
    m_metrics.connections.add();
    return *key;
}

// One that has more than its share may use what the others leave; who has less loses nothing to it.
bool HttpFront::isFull() const
{
    return m_limits.connections > 0 && m_connections.size() >= m_limits.connections
        && m_metrics.connections.value() >= double(m_limits.allConnections);
}

void HttpFront::makeRoom()
{
    while (isFull()) {
        if (!std::exchange(m_isFull, true))
            qCWarning(netLog, "too many HTTP connections: those used least recently are ended");
        spareWaiting();
        m_metrics.dropped.add();
        m_connections.front()->drop();
    }
}

// Who waits for an answer is no less in use than who has just asked; the polls of hub connections have limits
// of their own.
void HttpFront::spareWaiting()
{
    for (std::size_t tries = m_connections.size(); tries > 0 && m_connections.front()->awaitsAnswer();
         --tries)
        m_connections.splice(m_connections.end(), m_connections, m_connections.begin());
}

void HttpFront::requestCompleted(HttpConnection &connection)
{
    m_connections.splice(m_connections.end(), m_connections, m_places.at(&connection));
}

void HttpFront::finished(HttpConnection &connection)
{
    const auto place = m_places.extract(&connection);
    m_context.turn.retire(std::move(*place.mapped()));
    m_connections.erase(place.mapped());
    m_metrics.connections.subtract();
    if (m_connections.size() < m_limits.connections / 2)
        m_isFull = false;
}

} // namespace nextchat::net
