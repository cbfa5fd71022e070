// SPDX-License-Identifier: MIT
#include "server/broker/redis/redisurl.h"

#include <QStringList>

namespace nextchat::broker::redis {

namespace {

using namespace Qt::StringLiterals;

constexpr quint16 redisPort = 6379;
constexpr quint16 sentinelPort = 26379;

tl::unexpected<Error> bad(const QString &what)
{
    return failure(Error::Code::InvalidArgument, what);
}

QByteArray decoded(QStringView text)
{
    return QByteArray::fromPercentEncoding(text.toUtf8());
}

Expected<Endpoint> endpointOf(QStringView text, quint16 defaultPort)
{
    Endpoint endpoint{{}, defaultPort};
    QStringView port;
    if (text.startsWith(u'[')) {
        const qsizetype end = text.indexOf(u']');
        endpoint.host = text.mid(1, std::max<qsizetype>(end - 1, 0)).toString();
        if (end < 0 || (end + 1 < text.size() && text[end + 1] != u':'))
            return bad(u"has a host that can't be read"_s);
        port = end + 1 < text.size() ? text.mid(end + 2) : QStringView();
    } else {
        const qsizetype colon = text.indexOf(u':');
        endpoint.host = (colon < 0 ? text : text.left(colon)).toString();
        port = colon < 0 ? QStringView() : text.mid(colon + 1);
    }
    if (endpoint.host.isEmpty())
        return bad(u"has no host"_s);
    if (endpoint.host.contains(u','))
        return bad(u"has several hosts, as only redis+sentinel:// may"_s);
    if (!port.isEmpty()) {
        bool isNumber = false;
        endpoint.port = port.toUShort(&isNumber);
        if (!isNumber || endpoint.port == 0)
            return bad(u"has a port that is no number from 1 to 65535"_s);
    }
    return endpoint;
}

Expected<int> databaseOf(QStringView text)
{
    bool isNumber = text.isEmpty();
    const int database = text.isEmpty() ? 0 : text.toInt(&isNumber);
    if (!isNumber || database < 0)
        return bad(u"has a database that is no number"_s);
    return database;
}

void readCredentials(RedisUrl &url, QStringView text)
{
    const qsizetype colon = text.indexOf(u':');
    url.user = decoded(colon < 0 ? text : text.left(colon));
    url.password = colon < 0 ? QByteArray() : decoded(text.mid(colon + 1));
}

Expected<RedisUrl> withPath(RedisUrl url, QStringView path, bool isSentinel)
{
    if (isSentinel) {
        const qsizetype slash = path.indexOf(u'/');
        url.masterName = decoded(slash < 0 ? path : path.left(slash));
        path = slash < 0 ? QStringView() : path.mid(slash + 1);
        if (url.masterName.isEmpty())
            return bad(u"has Sentinels, but no name of a master: redis+sentinel://HOST:PORT/NAME"_s);
    }
    const Expected<int> database = databaseOf(path);
    if (!database)
        return tl::unexpected(database.error());
    url.database = *database;
    return url;
}

} // namespace

QString Endpoint::toString() const
{
    const QString shown = host.contains(u':') ? QString(u'[' % host % u']') : host;
    return shown % u':' % QString::number(port);
}

Expected<RedisUrl> RedisUrl::parse(const QString &text)
{
    RedisUrl url;
    const qsizetype schemeEnd = text.indexOf(u"://"_s);
    const QStringView scheme = QStringView(text).left(std::max<qsizetype>(schemeEnd, 0));
    const bool isSentinel = scheme == u"redis+sentinel" || scheme == u"rediss+sentinel";
    url.usesTls = scheme == u"rediss" || scheme == u"rediss+sentinel";
    if (!isSentinel && !url.usesTls && scheme != u"redis")
        return bad(u"must begin with redis://, rediss://, redis+sentinel:// or rediss+sentinel://"_s);
    QStringView rest = QStringView(text).mid(schemeEnd + 3);
    if (const qsizetype at = rest.lastIndexOf(u'@'); at >= 0) {
        readCredentials(url, rest.left(at));
        rest = rest.mid(at + 1);
    }
    const qsizetype slash = rest.indexOf(u'/');
    const QStringView hosts = slash < 0 ? rest : rest.left(slash);
    const QList<QStringView> parts = isSentinel ? hosts.split(u',') : QList<QStringView>{hosts};
    for (const QStringView host : parts) {
        auto endpoint = endpointOf(host, isSentinel ? sentinelPort : redisPort);
        if (!endpoint)
            return tl::unexpected(endpoint.error());
        url.endpoints.push_back(std::move(*endpoint));
    }
    return withPath(std::move(url), slash < 0 ? QStringView() : rest.mid(slash + 1), isSentinel);
}

QString RedisUrl::display() const
{
    QStringList hosts;
    for (const Endpoint &endpoint : endpoints)
        hosts.append(endpoint.toString());
    const QString scheme =
        (usesTls ? u"rediss"_s : u"redis"_s) % (masterName.isEmpty() ? QString() : u"+sentinel"_s);
    const QString name = masterName.isEmpty() ? QString() : QString(u'/' % QString::fromUtf8(masterName));
    const QString number = database == 0 ? QString() : QString(u'/' % QString::number(database));
    return scheme % u"://"_s % hosts.join(u',') % name % number;
}

} // namespace nextchat::broker::redis
