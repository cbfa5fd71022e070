// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpconnection.h"
#include "server/net/httpmetrics.h"

#include <list>
#include <unordered_map>

namespace nextchat::net {

// The HTTP connections of one I/O thread. Made, used and destroyed in that thread.
class HttpFront : private HttpConnection::Owner
{
public:
    // What comes as a reference outlives the front.
    HttpFront(IoContext &context, HttpHandler &handler, const HttpLimits &limits,
              const HttpTimeouts &timeouts, HttpMetrics &metrics);
    ~HttpFront() override;

    // Takes over a connected, non-blocking descriptor. Where there are as many as there may be, the one that
    // was used least recently ends: whoever opens many crowds out nobody but those who do nothing.
    // With a certificate, the client speaks TLS.
    void accept(int descriptor, QByteArray peerAddress, const TlsCertificate *certificate = nullptr);

    // Takes over what another thread's connection gave away, and answers its request.
    void accept(MovedConnection moved);

    [[nodiscard]] std::size_t connections() const { return m_connections.size(); }

private:
    using Connections = std::list<std::unique_ptr<HttpConnection>>;

    void requestCompleted(HttpConnection &connection) override;
    void finished(HttpConnection &connection) override;
    HttpConnection &add(int descriptor, std::unique_ptr<TlsChannel> tls, QByteArray peerAddress);
    [[nodiscard]] bool isFull() const;
    void makeRoom();
    void spareWaiting();

    IoContext &m_context;
    HttpHandler &m_handler;
    HttpLimits m_limits;
    HttpTimeouts m_timeouts;
    HttpMetrics &m_metrics;
    Connections m_connections; // least recently used first
    std::unordered_map<HttpConnection *, Connections::iterator> m_places;
    bool m_isFull = false; // and said so
};

} // namespace nextchat::net
