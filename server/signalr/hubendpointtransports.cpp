// SPDX-License-Identifier: MIT
// How requests reach their connections: opening them, polls, posted records, their end.
#include "common/signalr/traceheader.h"
#include "common/support/mailbox.h"
#include "server/net/eventstreamtransport.h"
#include "server/net/longpollingtransport.h"
#include "server/net/websockettransport.h"
#include "server/signalr/endpointanswers.h"
#include "server/signalr/hubendpoint.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

namespace {

using net::HttpResponse;
using Refusal = ConnectionAdmission::Refusal;

TransportKind kindOf(const net::HttpRequest &request)
{
    if (request.headerHasToken("accept", "text/event-stream"))
        return TransportKind::ServerSentEvents;
    return request.isWebSocketUpgrade() ? TransportKind::WebSockets : TransportKind::LongPolling;
}

} // namespace

bool HubEndpoint::offers(TransportKind kind) const
{
    return m_configuration.transports.contains(kind);
}

// The body of a POST to a connection is taken as it comes; no other means anything. A request for a
// connection of another thread goes there with its socket, which spares both threads all further talk.
void HubEndpoint::headArrived(net::HttpConnection &connection, const net::HttpRequest &head)
{
    connection.dropBody();
    const auto token = isConnectPath(head.path) ? head.parameter("id") : std::nullopt;
    if (!token)
        return;
    const auto attachment = m_configuration.directory.find(ConnectionTokens::claimedId(*token));
    if (!attachment)
        return;
    if (attachment->home != m_home)
        return attachment->home->take(connection.move());
    if (head.method != "POST" || !m_configuration.origins.allows(head))
        return;
    const auto identity = m_configuration.authenticate(head);
    if (!identity) // which requestArrived() answers
        return;
    const auto found = m_attached.find(callerOf(head, *identity).connectionId);
    if (found == m_attached.end())
        return;
    if (!found->second.transport->posts().add(connection))
        qCInfo(signalrLog, "connection %s sends too many requests at once", found->first.constData());
}

HubEndpoint::Caller HubEndpoint::callerOf(const net::HttpRequest &request, const Identity &identity) const
{
    Caller caller{.identity = identity};
    const auto token = request.parameter("id");
    caller.hasToken = token && !token->isEmpty();
    if (!caller.hasToken)
        return caller;
    const auto known =
        m_configuration.tokens.verify(*token, identity.userId, std::chrono::system_clock::now());
    if (!known)
        return caller;
    caller.connectionId = known->connectionId;
    caller.isFresh = known->isFresh && !m_configuration.directory.hasEnded(known->connectionId);
    return caller;
}

void HubEndpoint::handleConnect(net::HttpConnection &connection, const net::HttpRequest &request,
                                const Identity &identity)
{
    const Caller caller = callerOf(request, identity);
    if (request.method == "GET")
        return attach(connection, request, caller, kindOf(request));
    if (request.method != "POST" && request.method != "DELETE") {
        HttpResponse response = HttpResponse::text(405, QByteArray());
        response.headers.emplace_back("Allow", "GET, POST, DELETE, OPTIONS");
        return respond(connection, request, response);
    }
    if (!caller.hasToken)
        return respond(connection, request, HttpResponse::text(400, "Connection ID required"));
    respond(connection, request, request.method == "POST" ? answerToPost(caller) : remove(caller));
}

void HubEndpoint::attach(net::HttpConnection &connection, const net::HttpRequest &request,
                         const Caller &caller, TransportKind kind)
{
    if (auto refusal = refusalOf(request, caller, kind))
        return respond(connection, request, std::move(*refusal));
    const auto attached = m_attached.find(caller.connectionId);
    if (attached != m_attached.end()) // another poll, or it would have been refused
        return attached->second.longPolling->poll(connection, m_configuration.origins.headersFor(request));
    if (const auto resumed = caller.hasToken ? resumableOf(caller) : nullptr)
        return resumed->reattach(net::WebSocketTransport::accept(connection, request), caller.identity);
    open(connection, request, caller, kind);
}

std::shared_ptr<HubConnectionContext> HubEndpoint::resumableOf(const Caller &caller) const
{
    return m_worker.resumable(QString::fromLatin1(caller.connectionId));
}

std::optional<HttpResponse> HubEndpoint::refusalOf(const net::HttpRequest &request, const Caller &caller,
                                                   TransportKind kind) const
{
    if (!caller.hasToken && kind != TransportKind::WebSockets)
        return HttpResponse::text(400, "Connection ID required");
    if (caller.hasToken && caller.connectionId.isEmpty())
        return HttpResponse::text(404, "No Connection with that ID");
    if (!offers(kind))
        return HttpResponse::text(404,
                                  nameOf(kind).toUtf8() + " transport not supported by this end point type");
    if (const auto open = m_configuration.directory.find(caller.connectionId)) {
        if (open->kind != kind)
            return HttpResponse::text(400, "Cannot change transports mid-connection");
        if (kind == TransportKind::WebSockets && resumableOf(caller))
            return net::WebSocketTransport::refusal(request);
        // Without an entry here it is just about to end, or to move in.
        if (kind != TransportKind::LongPolling || !m_attached.contains(caller.connectionId))
            return HttpResponse::text(409, QByteArray());
        return std::nullopt;
    }
    if (caller.hasToken && !caller.isFresh)
        return unknownConnection();
    if (m_configuration.draining)
        return shuttingDown();
    return kind == TransportKind::WebSockets ? net::WebSocketTransport::refusal(request) : std::nullopt;
}

void HubEndpoint::open(net::HttpConnection &connection, const net::HttpRequest &request, const Caller &caller,
                       TransportKind kind)
{
    auto admitted =
        m_configuration.admission.admit(caller.identity.userId, request.peerAddress, caller.connectionId);
    if (const auto *refused = std::get_if<Refusal>(&admitted)) {
        m_worker.metrics().refused(*refused).add();
        return respond(connection, request, refusalResponse(*refused));
    }
    struct Place // what the connection holds while it is open
    {
        std::unique_ptr<ConnectionAdmission::Slot> slot;
        std::unique_ptr<ConnectionDirectory::Entry> entry = {};
    };
    auto place =
        std::make_shared<Place>(std::move(std::get<std::unique_ptr<ConnectionAdmission::Slot>>(admitted)));
    const QByteArray id = caller.connectionId.isEmpty() ? randomConnectionId() : caller.connectionId;
    if (caller.hasToken)
        place->entry = m_configuration.directory.add(id, {kind, m_home});
    std::unique_ptr<net::Transport> transport;
    if (kind == TransportKind::WebSockets) {
        transport = net::WebSocketTransport::accept(connection, request);
    } else if (kind == TransportKind::ServerSentEvents) {
        auto events =
            net::EventStreamTransport::accept(connection, m_configuration.origins.headersFor(request));
        m_attached.emplace(id, Attached{events.get(), nullptr});
        transport = std::move(events);
    } else {
        const HubOptions &options = m_worker.options();
        auto polls = std::make_unique<net::LongPollingTransport>(
            connection.context(),
            net::LongPollingTransport::Timeouts{options.pollTimeout, options.disconnectTimeout});
        m_attached.emplace(id, Attached{polls.get(), polls.get()});
        polls->answerFirst(connection, m_configuration.origins.headersFor(request));
        transport = std::move(polls);
    }
    const bool mayResume = caller.hasToken && kind == TransportKind::WebSockets;
    NewConnection opened = {.connectionId = QString::fromLatin1(id),
                            .identity = caller.identity,
                            .mayResume = mayResume,
                            .trace = TraceContext::parse(request.header(traceHeader))};
    m_worker.open(std::move(transport), kind, std::move(opened), [this, id, place]() mutable {
        m_attached.erase(id);
        place.reset();
    });
}

// Those that can be taken were, at their heads.
HttpResponse HubEndpoint::answerToPost(const Caller &caller) const
{
    const auto open = m_configuration.directory.find(caller.connectionId);
    if (open && open->kind == TransportKind::WebSockets)
        return HttpResponse::text(405, "POST requests are not allowed for WebSocket connections.");
    if (m_attached.contains(caller.connectionId))
        return HttpResponse::text(409, "There are too many requests of this connection at once.");
    return unknownConnection();
}

HttpResponse HubEndpoint::remove(const Caller &caller)
{
    const auto open = m_configuration.directory.find(caller.connectionId);
    if (!open)
        return unknownConnection();
    if (open->kind != TransportKind::LongPolling)
        return HttpResponse::text(400, "Cannot terminate this connection using the DELETE endpoint.");
    const auto attached = m_attached.find(caller.connectionId);
    if (attached == m_attached.end())
        return unknownConnection();
    attached->second.longPolling->endByClient();
    return HttpResponse::text(202, QByteArray());
}

HttpResponse HubEndpoint::unknownConnection() const
{
    QByteArray text = "No Connection with that ID";
    if (m_configuration.hasReplicas)
        text += " on this server. Server-Sent Events and long polling need a load balancer with session "
                "affinity.";
    return HttpResponse::text(404, text);
}

} // namespace nextchat::signalr
