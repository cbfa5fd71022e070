// SPDX-License-Identifier: MIT
#include "server/ops/opsendpoints.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace nextchat::ops {

namespace {

using namespace Qt::StringLiterals;

net::HttpResponse answerOf(int status, const QByteArray &contentType, const QByteArray &body)
{
    return {.status = status,
            .contentType = contentType,
            .body = body,
            .headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}}};
}

net::HttpResponse json(int status, const QJsonObject &object)
{
    return answerOf(status, "application/json", QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n');
}

// The header is the caller's: shown only when it can be nothing but a host.
bool isHost(const QByteArray &host)
{
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
            || c == '-' || c == ':' || c == '[' || c == ']';
    };
    return !host.isEmpty() && host.size() <= 255 && std::ranges::all_of(host, isPlain);
}

constexpr const char *pageTemplate = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Next Chat</title>
<style>body { font-family: sans-serif; max-width: 44em; margin: 3em auto; padding: 0 1em; } pre { overflow-x: auto; }</style>
</head>
<body>
<h1>Next Chat</h1>
<p>This is a Next Chat server: group chat over the SignalR protocol. It has no web client of its own.</p>
<h2>Connect</h2>
<p>From a terminal:</p>
<pre>nextchat --url http://@HOST@@PATH@ --user ann</pre>
<p>From a program, with any SignalR client, for example in JavaScript:</p>
<pre>const connection = new signalR.HubConnectionBuilder()
    .withUrl("http://@HOST@@PATH@", { accessTokenFactory: () =&gt; "ann" })
    .build();
connection.on("OnMessage", message =&gt; console.log(message.authorId, message.text));
await connection.start();
await connection.invoke("CreateGroup", "lobby");
await connection.invoke("JoinGroup", "lobby");
await connection.invoke("SendMessage", "lobby", "Hello.");</pre>
</body>
</html>
)";

} // namespace

OpsEndpoints::OpsEndpoints(MetricsRegistry &metrics, const LoopWatchdog &watchdog, Probes probes,
                           QByteArray hubPath)
    : m_metrics(metrics)
    , m_watchdog(watchdog)
    , m_probes(std::move(probes))
    , m_hubPath(std::move(hubPath))
{ }

std::optional<net::HttpResponse> OpsEndpoints::answer(const net::HttpRequest &request, Scope scope) const
{
    const bool isPage = request.path == "/";
    const bool isOperations =
        request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
    const bool isServed =
        (isPage && scope != Scope::Operations) || (isOperations && scope != Scope::PublicPage);
    if (!isServed)
        return std::nullopt;
    if (request.method != "GET" && request.method != "HEAD") {
        net::HttpResponse refused = answerOf(405, "text/plain", "Method not allowed.\n");
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    if (request.path == "/healthz")
        return health();
    if (request.path == "/readyz")
        return readiness();
    return isPage ? page(request.header("host")) : metrics();
}

net::HttpResponse OpsEndpoints::health() const
{
    const QList<QByteArray> stalled = m_watchdog.stalled();
    if (stalled.isEmpty())
        return json(200, {{u"status"_s, u"ok"_s}});
    QJsonArray names;
    for (const QByteArray &name : stalled)
        names.push_back(QString::fromUtf8(name));
    return json(503, {{u"status"_s, u"failed"_s}, {u"stalled"_s, names}});
}

net::HttpResponse OpsEndpoints::readiness() const
{
    const bool messaging = m_probes.messagingWorks();
    const bool history = m_probes.historyWorks();
    const bool shutdown = m_shuttingDown.load(std::memory_order_relaxed);
    const bool isReady = messaging && !shutdown;
    return json(isReady ? 200 : 503,
                {{u"status"_s, isReady ? u"ready"_s : u"not ready"_s},
                 {u"messaging"_s, messaging ? u"ok"_s : u"failed"_s},
                 {u"history"_s, history ? u"ok"_s : u"degraded"_s},
                 {u"shutdown"_s, shutdown}});
}

net::HttpResponse OpsEndpoints::metrics() const
{
    return answerOf(200, "text/plain; version=0.0.4; charset=utf-8", m_metrics.render());
}

net::HttpResponse OpsEndpoints::page(const QByteArray &host) const
{
    const QByteArray shownHost = isHost(host) ? host : QByteArray("localhost:5000");
    const QByteArray body =
        QByteArray(pageTemplate).replace("@HOST@", shownHost).replace("@PATH@", m_hubPath);
    net::HttpResponse response = answerOf(200, "text/html; charset=utf-8", body);
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    return response;
}

} // namespace nextchat::ops
