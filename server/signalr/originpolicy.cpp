// SPDX-License-Identifier: MIT
#include "server/signalr/originpolicy.h"

namespace nextchat::signalr {

namespace {

// `http://host:port` -> `host:port`. The scheme is left out of the comparison: a proxy may have ended TLS.
QByteArray authorityOf(const QByteArray &origin)
{
    const qsizetype separator = origin.indexOf("://");
    return separator < 0 ? QByteArray() : origin.sliced(separator + 3);
}

} // namespace

OriginPolicy::OriginPolicy(const QStringList &allowed)
{
    for (const QString &origin : allowed)
        m_allowed.append(origin.toLower().toUtf8());
}

bool OriginPolicy::allows(const net::HttpRequest &request) const
{
    const QByteArray origin = request.header("origin").toLower();
    if (origin.isEmpty())
        return true;
    const QByteArray authority = authorityOf(origin);
    return (!authority.isEmpty() && authority == request.header("host").toLower())
        || m_allowed.contains(origin) || m_allowed.contains("*");
}

net::HttpHeaders OriginPolicy::headersFor(const net::HttpRequest &request) const
{
    const QByteArray origin = request.header("origin");
    if (origin.isEmpty())
        return {};
    return {{"Access-Control-Allow-Origin", origin},
            {"Access-Control-Allow-Credentials", "true"},
            {"Vary", "Origin"}};
}

void OriginPolicy::addHeaders(const net::HttpRequest &request, net::HttpResponse &response) const
{
    for (auto &header : headersFor(request))
        response.headers.push_back(std::move(header));
}

net::HttpResponse OriginPolicy::preflight(const net::HttpRequest &request) const
{
    net::HttpResponse response = {.status = 204};
    addHeaders(request, response);
    response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
    const QByteArray wanted = request.header("access-control-request-headers");
    response.headers.emplace_back(
        "Access-Control-Allow-Headers",
        wanted.isEmpty() ? "Authorization, Content-Type, X-Requested-With, X-SignalR-User-Agent" : wanted);
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    return response;
}

} // namespace nextchat::signalr
