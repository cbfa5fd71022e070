// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpconnection.h"
#include "server/signalr/authentication.h"
#include "server/signalr/connectionadmission.h"
#include "server/signalr/connectiontoken.h"
#include "server/signalr/failedattempts.h"
#include "server/signalr/originpolicy.h"

#include <atomic>

namespace nextchat::signalr {

class HubWorker;

// What the endpoints of all I/O threads share. Any thread.
struct HubEndpointConfiguration
{
    QByteArray path; // `/next-chat`
    Authenticator authenticate;
    OriginPolicy origins;
    ConnectionTokens tokens;
    ConnectionAdmission admission;
    FailedAttempts failedAttempts = {};
    int minimumProtocolVersion = 0; // of negotiate
    std::atomic<bool> draining = false; // a shutdown is under way: nobody new gets in
};

// The HTTP side of a hub: negotiate, and opening connections (signalr-notes 1.1 and 1.2). One per I/O thread.
class HubEndpoint final : public net::HttpHandler
{
public:
    // Both outlive the endpoint.
    HubEndpoint(HubEndpointConfiguration &configuration, HubWorker &worker);

    // Whether the path belongs to the hub.
    [[nodiscard]] bool serves(const QByteArray &path) const;

    void requestArrived(net::HttpConnection &connection, const net::HttpRequest &request) override;

private:
    [[nodiscard]] net::HttpResponse negotiate(const net::HttpRequest &request, const QString &userId) const;
    void refuse(net::HttpConnection &connection, const net::HttpRequest &request, const QString &why);
    void handleConnect(net::HttpConnection &connection, const net::HttpRequest &request,
                       const Identity &identity);
    void openWebSocket(net::HttpConnection &connection, const net::HttpRequest &request,
                       const Identity &identity);
    [[nodiscard]] net::HttpResponse answerOther(const net::HttpRequest &request, const QString &userId) const;

    HubEndpointConfiguration &m_configuration;
    HubWorker &m_worker;
    QByteArray m_negotiatePath;
};

} // namespace nextchat::signalr
