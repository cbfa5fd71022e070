// SPDX-License-Identifier: MIT
#include "server/signalr/hubendpoint.h"

#include "common/signalr/negotiation.h"
#include "server/net/websockettransport.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

namespace {

using net::HttpResponse;
using Refusal = ConnectionAdmission::Refusal;

HttpResponse refusalResponse(Refusal refusal)
{
    if (refusal == Refusal::TokenInUse)
        return HttpResponse::text(409, QByteArray());
    HttpResponse response = refusal == Refusal::ServerFull
        ? HttpResponse::text(503, "The server has as many connections as it may have.")
        : HttpResponse::text(429, "There are too many connections of this user or address.");
    response.headers.emplace_back("Retry-After", "10");
    return response;
}

const QByteArray shuttingDown = "The server is shutting down.";

HttpResponse comeBack(const QByteArray &reason)
{
    HttpResponse response = HttpResponse::text(503, reason);
    response.headers.emplace_back("Retry-After", "1");
    response.close = true;
    return response;
}

HttpResponse json(const NegotiateResponse &body)
{
    return {.status = 200, .contentType = "application/json", .body = write(body)};
}

HttpResponse negotiateError(const QString &error)
{
    NegotiateResponse body;
    body.error = error;
    return json(body);
}

} // namespace

HubEndpoint::HubEndpoint(HubEndpointConfiguration &configuration, HubWorker &worker)
    : m_configuration(configuration)
    , m_worker(worker)
    , m_negotiatePath(configuration.path + "/negotiate")
{ }

bool HubEndpoint::serves(const QByteArray &path) const
{
    return path == m_configuration.path || path.startsWith(QByteArray(m_configuration.path + '/'));
}

void HubEndpoint::requestArrived(net::HttpConnection &connection, const net::HttpRequest &request)
{
    if (!m_configuration.origins.allows(request)) {
        qCInfo(signalrLog, "a request of a page from another origin was refused");
        return connection.respond(HttpResponse::text(403, "This origin is not allowed."));
    }
    if (request.method == "OPTIONS")
        return connection.respond(m_configuration.origins.preflight(request));
    const auto identity = m_configuration.authenticate(request);
    if (!identity)
        return refuse(connection, request, identity.error().message);
    // ASP.NET's routes end with or without a slash: clients that were given one connect to it.
    if (request.path == m_configuration.path || request.path == QByteArray(m_configuration.path + '/'))
        return handleConnect(connection, request, *identity);
    HttpResponse response = request.path == m_negotiatePath ? negotiate(request, identity->userId)
                                                            : HttpResponse::text(404, "Not found");
    m_configuration.origins.addHeaders(request, response);
    connection.respond(response);
}

// Slower for whoever keeps trying, which delays nobody who has an identity, even from the same address.
void HubEndpoint::refuse(net::HttpConnection &connection, const net::HttpRequest &request, const QString &why)
{
    m_worker.metrics().unauthorized.add();
    const int count = m_configuration.failedAttempts.add(request.peerAddress, FailedAttempts::Clock::now());
    if (count <= FailedAttempts::tolerated) {
        qCInfo(signalrLog, "a request from %s was refused: it %s%s", request.peerAddress.constData(),
               qUtf8Printable(why),
               count == FailedAttempts::tolerated ? "; more of this address are slowed down, not logged"
                                                  : "");
    }
    HttpResponse response = HttpResponse::text(401, "Unauthorized");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    m_configuration.origins.addHeaders(request, response);
    if (count <= FailedAttempts::tolerated)
        connection.respond(response);
    else
        connection.respondLater(std::move(response), FailedAttempts::delay);
}

HttpResponse HubEndpoint::negotiate(const net::HttpRequest &request, const QString &userId) const
{
    if (request.method != "POST") {
        HttpResponse response = HttpResponse::text(405, "Negotiate requests are POST requests.");
        response.headers.emplace_back("Allow", "POST, OPTIONS");
        return response;
    }
    if (m_configuration.draining)
        return comeBack(shuttingDown);
    if (!m_configuration.tokens.isReady())
        return comeBack("The server is not ready yet.");
    if (const auto refused = m_configuration.admission.refusal(userId, request.peerAddress))
        return refusalResponse(*refused);
    int version = 0;
    if (const auto asked = request.parameter("negotiateVersion")) {
        bool isNumber = false;
        version = asked->toInt(&isNumber);
        if (!isNumber)
            return negotiateError(QStringLiteral("The client requested a non-integer protocol version."));
    }
    if (version < m_configuration.minimumProtocolVersion) {
        return negotiateError(u"The client requested version '" % QString::number(version)
                              % u"', but the server does not support this version.");
    }
    const QByteArray connectionId = randomConnectionId();
    const QString token = QString::fromLatin1(
        m_configuration.tokens.issue(connectionId, userId, std::chrono::system_clock::now()));
    NegotiateResponse answer;
    answer.negotiateVersion = std::min(version, 1);
    // In version 0 the connection id is all that the client sends back.
    answer.connectionId = answer.negotiateVersion == 0 ? token : QString::fromLatin1(connectionId);
    if (answer.negotiateVersion == 1)
        answer.connectionToken = token;
    answer.availableTransports = {
        {QStringLiteral("WebSockets"), {QStringLiteral("Text"), QStringLiteral("Binary")}}};
    return json(answer);
}

void HubEndpoint::handleConnect(net::HttpConnection &connection, const net::HttpRequest &request,
                                const Identity &identity)
{
    const bool wantsEvents = request.headerHasToken("accept", "text/event-stream");
    if (request.method == "GET" && !wantsEvents && request.isWebSocketUpgrade())
        return openWebSocket(connection, request, identity);
    HttpResponse response = answerOther(request, identity.userId);
    m_configuration.origins.addHeaders(request, response);
    connection.respond(response);
}

void HubEndpoint::openWebSocket(net::HttpConnection &connection, const net::HttpRequest &request,
                                const Identity &identity)
{
    const QString &userId = identity.userId;
    if (m_configuration.draining)
        return connection.respond(comeBack(shuttingDown));
    if (const auto refusal = net::WebSocketTransport::refusal(request))
        return connection.respond(*refusal);
    QByteArray connectionId;
    QByteArray tokenId; // empty without negotiate
    if (const auto token = request.parameter("id"); token && !token->isEmpty()) {
        const auto verified = m_configuration.tokens.verify(*token, userId, std::chrono::system_clock::now());
        if (!verified)
            return connection.respond(HttpResponse::text(404, "No Connection with that ID"));
        connectionId = tokenId = *verified;
    } else {
        connectionId = randomConnectionId();
    }
    auto admitted = m_configuration.admission.admit(userId, request.peerAddress, tokenId);
    if (const auto *refused = std::get_if<Refusal>(&admitted))
        return connection.respond(refusalResponse(*refused));
    std::shared_ptr<ConnectionAdmission::Slot> slot =
        std::move(std::get<std::unique_ptr<ConnectionAdmission::Slot>>(admitted));
    m_worker.open(net::WebSocketTransport::accept(connection, request), QString::fromLatin1(connectionId),
                  identity, [slot]() mutable { slot.reset(); });
}

HttpResponse HubEndpoint::answerOther(const net::HttpRequest &request, const QString &userId) const
{
    const bool isKnownMethod =
        request.method == "GET" || request.method == "POST" || request.method == "DELETE";
    if (!isKnownMethod) {
        HttpResponse response = HttpResponse::text(405, QByteArray());
        response.headers.emplace_back("Allow", "GET, POST, DELETE, OPTIONS");
        return response;
    }
    const auto token = request.parameter("id");
    if (!token || token->isEmpty())
        return HttpResponse::text(400, "Connection ID required");
    const auto tokenId = m_configuration.tokens.verify(*token, userId, std::chrono::system_clock::now());
    const bool inUse = tokenId && m_configuration.admission.isInUse(*tokenId);
    if (request.method == "GET" && inUse)
        return HttpResponse::text(400, "Cannot change transports mid-connection");
    if (request.method == "GET" && tokenId) {
        return HttpResponse::text(404,
                                  request.headerHasToken("accept", "text/event-stream")
                                      ? "ServerSentEvents transport not supported by this end point type"
                                      : "LongPolling transport not supported by this end point type");
    }
    if (request.method == "POST" && inUse)
        return HttpResponse::text(405, "POST requests are not allowed for WebSocket connections.");
    if (request.method == "DELETE" && inUse)
        return HttpResponse::text(400, "Cannot terminate this connection using the DELETE endpoint.");
    return HttpResponse::text(404, "No Connection with that ID");
}

} // namespace nextchat::signalr
