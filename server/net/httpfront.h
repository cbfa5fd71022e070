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

    // Takes over a connected, non-blocking descriptor. With a certificate, the client speaks TLS.
    //
    // When an eighth of what there may be is left, connections end with their answers, which say so: a client
    // knows then that it needs another. Where there are as many as there may be, the one that was used least
    // recently ends: whoever opens many crowds out nobody but those who do nothing. Polls that wait are not
    // counted, since each is a hub connection's; nor are those whose last answer was a hub connection's, and
    // that will be back, of which there may be half as many more, and those that are just ending, an eighth.
    void accept(int descriptor, QByteArray peerAddress, const TlsCertificate *certificate = nullptr);

    // Takes over what another thread's connection gave away, and answers its request.
    void accept(MovedConnection moved);

    [[nodiscard]] std::size_t connections() const { return m_places.size(); }

private:
    using Connections = std::list<std::unique_ptr<HttpConnection>>;

    struct Place
    {
        Connections *list;
        Connections::iterator at;
    };

    void used(HttpConnection &connection) override;
    void parked(HttpConnection &connection) override;
    void rested(HttpConnection &connection) override;
    void closing(HttpConnection &connection) override;
    void finished(HttpConnection &connection) override;
    [[nodiscard]] bool isCrowded(bool wouldRest) const override;
    HttpConnection &add(int descriptor, std::unique_ptr<TlsChannel> tls, QByteArray peerAddress);
    void put(HttpConnection &connection, Connections &list);
    void count(const Connections &list, double change); // of its size, for the metric
    [[nodiscard]] bool isFull() const;
    void makeRoom();
    void spareThoseAboutToBeUsed();

    IoContext &m_context;
    HttpHandler &m_handler;
    HttpLimits m_limits;
    HttpTimeouts m_timeouts;
    HttpMetrics &m_metrics;
    Connections m_inUse; // least recently used first; what is counted
    Connections m_parked;
    Connections m_resting; // the first to rest first
    Connections m_ending; // the first to end first
    std::unordered_map<HttpConnection *, Place> m_places;
    bool m_isFull = false; // and said so
};

} // namespace nextchat::net
