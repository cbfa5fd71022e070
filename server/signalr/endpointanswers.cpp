// SPDX-License-Identifier: MIT
#include "server/signalr/endpointanswers.h"

namespace nextchat::signalr {

using net::HttpResponse;

HttpResponse refusalResponse(ConnectionAdmission::Refusal refusal)
{
    using Refusal = ConnectionAdmission::Refusal;
    if (refusal == Refusal::TokenInUse)
        return HttpResponse::text(409, QByteArray());
    HttpResponse response = refusal == Refusal::ServerFull
        ? HttpResponse::text(503, "The server has as many connections as it may have.")
        : HttpResponse::text(429, "There are too many connections of this user or address.");
    response.headers.emplace_back("Retry-After", "10");
    return response;
}

HttpResponse comeBack(const QByteArray &reason)
{
    HttpResponse response = HttpResponse::text(503, reason);
    response.headers.emplace_back("Retry-After", "1");
    response.close = true;
    return response;
}

HttpResponse shuttingDown()
{
    return comeBack("The server is shutting down.");
}

QString nameOf(TransportKind kind)
{
    switch (kind) {
    case TransportKind::WebSockets:
        return QStringLiteral("WebSockets");
    case TransportKind::ServerSentEvents:
        return QStringLiteral("ServerSentEvents");
    case TransportKind::LongPolling:
        return QStringLiteral("LongPolling");
    }
    Q_UNREACHABLE();
}

TransportKind transportNamed(const QString &name)
{
    for (const auto kind : {TransportKind::WebSockets, TransportKind::ServerSentEvents}) {
        if (name == nameOf(kind))
            return kind;
    }
    Q_ASSERT(name == nameOf(TransportKind::LongPolling));
    return TransportKind::LongPolling;
}

} // namespace nextchat::signalr
