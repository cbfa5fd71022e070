// SPDX-License-Identifier: MIT
#include "server/net/httpfront.h"

#include "server/net/iocontext.h"
#include "server/net/netlog.h"

namespace nextchat::net {

namespace {

constexpr int endsForOne = 2; // that make room for one
constexpr int sparedForOne = 8; // since each is a look at its socket

constexpr std::size_t eighthOf(std::size_t limit)
{
    return limit / 8;
}

} // namespace

HttpFront::HttpFront(IoContext &context, HttpHandler &handler, const HttpLimits &limits,
                     const HttpTimeouts &timeouts, HttpMetrics &metrics)
    : m_context(context)
    , m_handler(handler)
    , m_limits(limits)
    , m_timeouts(timeouts)
    , m_metrics(metrics)
{
    m_limits.allConnections = std::max(m_limits.allConnections, m_limits.connections);
}

HttpFront::~HttpFront()
{
    m_metrics.connections.subtract(static_cast<double>(m_inUse.size()));
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
    m_places.emplace(key, Place{&m_inUse, m_inUse.insert(m_inUse.end(), std::move(connection))});
    count(m_inUse, 1);
    return *key;
}

// One that has more than its share may use what the others leave; who has less loses nothing to it.
bool HttpFront::isFull() const
{
    return m_limits.connections > 0 && m_inUse.size() >= m_limits.connections
        && m_metrics.connections.value() >= static_cast<double>(m_limits.allConnections);
}

// Whoever has how many: what one kept, another would have to end.
bool HttpFront::isCrowded(bool wouldRest) const
{
    if (wouldRest && m_resting.size() < m_limits.connections / 2)
        return false;
    const std::size_t all = m_limits.allConnections - eighthOf(m_limits.allConnections);
    return m_limits.connections > 0 && m_metrics.connections.value() >= static_cast<double>(all);
}

// Of many polls that are answered together more may be in use than may be: they go back, and few ends are
// enough.
void HttpFront::makeRoom()
{
    for (int i = 0; i < endsForOne && isFull(); ++i) {
        if (!std::exchange(m_isFull, true))
            qCWarning(netLog, "too many HTTP connections: those used least recently are ended");
        spareThoseAboutToBeUsed();
        m_metrics.dropped.add();
        m_inUse.front()->makeWay();
    }
}

// Their requests would be lost: a client can't know that they were not taken.
void HttpFront::spareThoseAboutToBeUsed()
{
    for (int tries = sparedForOne; tries > 0 && m_inUse.front()->isAboutToBeUsed(); --tries)
        put(*m_inUse.front(), m_inUse);
}

void HttpFront::put(HttpConnection &connection, Connections &list)
{
    Place &place = m_places.at(&connection);
    list.splice(list.end(), *place.list, place.at);
    if (Connections *before = std::exchange(place.list, &list); before != &list) {
        count(*before, -1);
        count(list, 1);
    }
}

void HttpFront::count(const Connections &list, double change)
{
    if (&list == &m_inUse)
        m_metrics.connections.add(change);
    if (m_inUse.size() < m_limits.connections / 2)
        m_isFull = false;
}

void HttpFront::used(HttpConnection &connection)
{
    put(connection, m_inUse);
}

void HttpFront::parked(HttpConnection &connection)
{
    put(connection, m_parked);
}

// Not to be ended for others between two polls, or between two messages. Of many, those that rest the longest
// are as any other.
void HttpFront::rested(HttpConnection &connection)
{
    put(connection, m_resting);
    if (m_limits.connections > 0 && m_resting.size() > m_limits.connections / 2)
        put(*m_resting.front(), m_inUse);
}

// A peer need not end its side, but can't hold more than this by it.
void HttpFront::closing(HttpConnection &connection)
{
    put(connection, m_ending);
    if (m_limits.connections > 0
        && m_ending.size() > std::max<std::size_t>(eighthOf(m_limits.connections), 1))
        m_ending.front()->drop();
}

void HttpFront::finished(HttpConnection &connection)
{
    const auto place = m_places.extract(&connection).mapped();
    m_context.turn.retire(std::move(*place.at));
    place.list->erase(place.at);
    count(*place.list, -1);
}

} // namespace nextchat::net
