// SPDX-License-Identifier: MIT
#include "server/signalr/hubendpoint.h"

#include "common/signalr/negotiation.h"
#include "server/net/postedrecords.h"
#include "server/signalr/endpointanswers.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

namespace {

using net::HttpResponse;

HttpResponse json(const NegotiateResponse &body)
{
    return {.status = 200, .contentType = "application/json", .body = write(body)};
}

NegotiateResponse::Transport offerOf(TransportKind kind)
{
    const QString text = QStringLiteral("Text");
    if (kind == TransportKind::ServerSentEvents)
        return {nameOf(kind), {text}};
    return {nameOf(kind), {text, QStringLiteral("Binary")}};
}

HttpResponse negotiateError(const QString &error)
{
    NegotiateResponse body;
    body.error = error;
    return json(body);
}

} // namespace

HubEndpoint::HubEndpoint(HubEndpointConfiguration &configuration, HubWorker &worker, ConnectionHome *home)
    : m_configuration(configuration)
    , m_worker(worker)
    , m_home(home)
    , m_negotiatePath(configuration.path + "/negotiate")
{ }

HubEndpoint::~HubEndpoint() = default;

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
    if (auto *posts = dynamic_cast<net::PostedRecords *>(connection.responder()))
        return posts->complete(connection, m_configuration.origins.headersFor(request));
    if (request.method == "OPTIONS")
        return connection.respond(m_configuration.origins.preflight(request));
    const auto identity = m_configuration.authenticate(request);
    if (!identity)
        return refuse(connection, request, identity.error().message);
    if (isConnectPath(request.path))
        return handleConnect(connection, request, *identity);
    respond(connection, request,
            request.path == m_negotiatePath ? negotiate(request, identity->userId)
                                            : HttpResponse::text(404, "Not found"));
}

// ASP.NET's routes end with or without a slash: clients that were given one connect to it.
bool HubEndpoint::isConnectPath(const QByteArray &path) const
{
    return path == m_configuration.path || path == QByteArray(m_configuration.path + '/');
}

void HubEndpoint::respond(net::HttpConnection &connection, const net::HttpRequest &request,
                          HttpResponse response) const
{
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
        return shuttingDown();
    if (!m_configuration.tokens.isReady())
        return comeBack("The server is not ready yet.");
    if (const auto refused = m_configuration.admission.refusal(userId, request.peerAddress)) {
        m_worker.metrics().refused(*refused).add();
        return refusalResponse(*refused);
    }
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
    answer.useStatefulReconnect = m_worker.options().statefulReconnect && answer.negotiateVersion == 1
        && request.parameter("useStatefulReconnect").value_or(QByteArray()).toLower() == "true";
    for (const TransportKind kind : m_configuration.transports)
        answer.availableTransports.append(offerOf(kind));
    return json(answer);
}

} // namespace nextchat::signalr
