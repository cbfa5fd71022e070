// SPDX-License-Identifier: MIT
#include "server/configurationrules.h"

#include "common/support/configurationvalue.h"
#include "common/support/logging.h"
#include "server/broker/redis/redisurl.h"

#include <QRegularExpression>
#include <QUrl>

namespace nextchat {

using namespace Qt::StringLiterals;

Expected<Endpoint> parseEndpoint(const QString &text)
{
    static const QRegularExpression form(u"^(?:\\[([0-9A-Fa-f:.]+)\\]|([^:\\[\\]\\s]+)):([0-9]{1,5})$"_s);
    const QRegularExpressionMatch match = form.match(text);
    const uint port = match.captured(3).toUInt();
    if (!match.hasMatch() || port > 65535)
        return failure(Error::Code::InvalidArgument, quoted(text) % u" is not HOST:PORT"_s);
    const QString host = match.captured(match.capturedStart(1) >= 0 ? 1 : 2);
    Endpoint endpoint{QHostAddress(), static_cast<quint16>(port)};
    if (host == u"localhost")
        endpoint.address = QHostAddress(QHostAddress::LocalHost);
    else if (host == u"*")
        endpoint.address = QHostAddress(QHostAddress::Any);
    else if (!endpoint.address.setAddress(host))
        return failure(Error::Code::InvalidArgument,
                       quoted(host) % u" is not an IP address, localhost or *"_s);
    return endpoint;
}

namespace rules {

namespace {

bool hasForm(const QString &text, const QString &pattern)
{
    return QRegularExpression(pattern).match(text).hasMatch();
}

// A URL of one of the schemes with a host. Strict, so that nothing is guessed about a password with odd
// characters.
bool isUrlOf(const QString &text, const QStringList &schemes)
{
    const QUrl url(text, QUrl::StrictMode);
    return url.isValid() && schemes.contains(url.scheme()) && !url.host().isEmpty();
}

} // namespace

Complaint endpoint(const QString &text)
{
    if (!parseEndpoint(text))
        return u"is not HOST:PORT with an IP address, localhost or *"_s;
    return std::nullopt;
}

Complaint hubPath(const QString &path)
{
    if (!hasForm(path, u"^(/[A-Za-z0-9._~-]+)+$"_s) || path.contains(u"/."))
        return u"is not a path such as /next-chat"_s;
    if (path == u"/healthz" || path == u"/readyz" || path == u"/metrics")
        return u"is a page of the server itself"_s;
    return std::nullopt;
}

Complaint origin(const QString &origin)
{
    if (origin == u"*")
        return std::nullopt;
    const bool isPlain = hasForm(origin, u"^https?://[^/?#@\\s]+$"_s);
    if (!isPlain || !isUrlOf(origin, {u"http"_s, u"https"_s}))
        return u"is not an origin such as https://chat.example.com"_s;
    return std::nullopt;
}

Complaint redisUrl(const QString &url)
{
    const auto parsed = broker::redis::RedisUrl::parse(url);
    return parsed ? std::nullopt : Complaint(parsed.error().message);
}

Complaint historyUrl(const QString &url)
{
    if (url == u"none")
        return std::nullopt;
    const bool isFile = url.startsWith(u"sqlite:///") && url.size() > 10;
    const bool isDatabase = isUrlOf(url, {u"mysql"_s}) && QUrl(url).path().size() > 1;
    if (!isFile && !isDatabase)
        return u"is not mysql://user@host:3306/name, sqlite:///path/of/file or none"_s;
    return std::nullopt;
}

Complaint keyPrefix(const QString &prefix)
{
    // A brace would change the hash tag of every key (design.md 5).
    if (!hasForm(prefix, u"^[A-Za-z0-9._-]{1,32}$"_s))
        return u"is not 1 to 32 letters, digits, dots, dashes or underscores"_s;
    return std::nullopt;
}

Complaint logLevel(const QString &level)
{
    if (!logFilterRules(level))
        return u"is not a level (debug, info, warning, error), with exceptions as in info,nextchat.net=debug"_s;
    return std::nullopt;
}

} // namespace rules

} // namespace nextchat
