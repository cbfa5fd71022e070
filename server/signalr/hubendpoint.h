// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpconnection.h"
#include "server/signalr/authentication.h"
#include "server/signalr/connectionadmission.h"
#include "server/signalr/connectiondirectory.h"
#include "server/signalr/connectiontoken.h"
#include "server/signalr/failedattempts.h"
#include "server/signalr/originpolicy.h"

#include <atomic>
#include <memory>
#include <unordered_map>

namespace nextchat::net {
class HttpTransport;
class LongPollingTransport;
} // namespace nextchat::net

namespace nextchat::signalr {

class HubConnectionContext;
class HubWorker;

// What the endpoints of all I/O threads share. Any thread.
struct HubEndpointConfiguration
{
    QByteArray path; // `/next-chat`
    Authenticator authenticate;
    OriginPolicy origins;
    ConnectionTokens tokens;
    ConnectionAdmission admission;
    ConnectionDirectory directory{2 * ConnectionTokens::lifetime}; // clocks may differ by one
    QList<TransportKind> transports = {TransportKind::WebSockets, TransportKind::ServerSentEvents,
                                       TransportKind::LongPolling}; // in the order in which they are offered
    FailedAttempts failedAttempts = {};
    int minimumProtocolVersion = 0; // of negotiate
    bool hasReplicas = false; // other servers may have connections that clients ask for here
    std::atomic<bool> draining = false; // a shutdown is under way: nobody new gets in
};

// The HTTP side of a hub: negotiate, and the requests of connections (signalr-notes 1.1 and 1.2). One per I/O
// thread.
class HubEndpoint final : public net::HttpHandler
{
public:
    // All outlive the endpoint. `home` is the way into this thread, null where there is no other.
    HubEndpoint(HubEndpointConfiguration &configuration, HubWorker &worker, ConnectionHome *home = nullptr);
    ~HubEndpoint() override;

    // Whether the path belongs to the hub.
    [[nodiscard]] bool serves(const QByteArray &path) const;

    void headArrived(net::HttpConnection &connection, const net::HttpRequest &head) override;
    void requestArrived(net::HttpConnection &connection, const net::HttpRequest &request) override;

private:
    // A connection of this thread whose transport is HTTP requests.
    struct Attached
    {
        net::HttpTransport *transport;
        net::LongPollingTransport *longPolling; // null for Server-Sent Events
    };
    // A request for a connection: who asks, and for which.
    struct Caller
    {
        Identity identity;
        QByteArray connectionId = {}; // of the token; empty without one
        bool hasToken = false; // a bad one is none
        bool isFresh = false; // the token may still open a connection
    };

    [[nodiscard]] bool isConnectPath(const QByteArray &path) const;
    [[nodiscard]] Caller callerOf(const net::HttpRequest &request, const Identity &identity) const;
    [[nodiscard]] net::HttpResponse negotiate(const net::HttpRequest &request, const QString &userId) const;
    void refuse(net::HttpConnection &connection, const net::HttpRequest &request, const QString &why);
    void handleConnect(net::HttpConnection &connection, const net::HttpRequest &request,
                       const Identity &identity);
    void respond(net::HttpConnection &connection, const net::HttpRequest &request,
                 net::HttpResponse response) const;

    // The transports' side.
    [[nodiscard]] bool offers(TransportKind kind) const;
    void attach(net::HttpConnection &connection, const net::HttpRequest &request, const Caller &caller,
                TransportKind kind);
    // The answer to a GET that cannot be served, nothing when it can.
    [[nodiscard]] std::optional<net::HttpResponse> refusalOf(const net::HttpRequest &request,
                                                             const Caller &caller, TransportKind kind) const;
    void open(net::HttpConnection &connection, const net::HttpRequest &request, const Caller &caller,
              TransportKind kind);
    [[nodiscard]] std::shared_ptr<HubConnectionContext> resumableOf(const Caller &caller) const;
    [[nodiscard]] net::HttpResponse remove(const Caller &caller);
    [[nodiscard]] net::HttpResponse answerToPost(const Caller &caller) const;
    [[nodiscard]] net::HttpResponse unknownConnection() const;

    HubEndpointConfiguration &m_configuration;
    HubWorker &m_worker;
    ConnectionHome *m_home;
    QByteArray m_negotiatePath;
    std::unordered_map<QByteArray, Attached> m_attached; // by connection id
};

} // namespace nextchat::signalr
