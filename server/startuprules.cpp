// SPDX-License-Identifier: MIT
#include "server/startuprules.h"

#include "server/broker/redis/redisurl.h"
#include "server/broker/redis/tls.h"
#include "server/configurationrules.h"
#include "server/net/tlscertificates.h"
#include "server/tokenrules.h"
#include "sqlmigrate/databaseurl.h"

#include <QSqlDatabase>

namespace nextchat {

namespace {

using namespace Qt::StringLiterals;
using Mode = ServerConfiguration::Auth::Mode;
using AcceptWhen = ServerConfiguration::Messaging::AcceptWhen;

bool listensBeyondLoopback(const ServerConfiguration &values)
{
    const Expected<Endpoint> endpoint = parseEndpoint(values.server.listen);
    return endpoint && !endpoint->isLoopback();
}

Expected<void> checkServer(const Configuration &configuration, const ServerConfiguration &values)
{
    const auto &server = values.server;
    if (server.dataDir.isEmpty())
        return configuration.refuse(u"server.dataDir"_s, u"must be given, as there is no HOME"_s);
    if (server.drainTime > server.shutdownTimeout)
        return configuration.refuse(u"server.drainTime"_s, u"is longer than server.shutdownTimeout"_s);
    if (server.tls.certificate.isEmpty() != server.tls.key.isEmpty()) {
        const QString given = server.tls.key.isEmpty() ? u"server.tls.certificate"_s : u"server.tls.key"_s;
        return configuration.refuse(given, u"server.tls.certificate and server.tls.key belong together"_s);
    }
    const Expected<Endpoint> ops = parseEndpoint(server.opsListen);
    if (ops && ops->port != 0 && *ops == parseEndpoint(server.listen))
        return configuration.refuse(u"server.opsListen"_s, u"is the same as server.listen"_s);
    if (values.auth.mode == Mode::Trusted && !configuration.isSet(u"auth.mode"_s)
        && listensBeyondLoopback(values))
        return configuration.refuse(
            u"server.listen"_s,
            server.listen
                % u" can be reached from other machines: set auth.mode, to trusted only behind "
                  "a proxy that says who is calling"_s);
    if (values.auth.mode == Mode::Jwt && values.auth.jwt.keys.isEmpty())
        return configuration.refuse(u"auth.mode"_s, u"jwt needs auth.jwt.keys"_s);
    return {};
}

bool usesRedisTls(const ServerConfiguration &values)
{
    const auto asks = [](const QString &url) {
        const auto parsed = broker::redis::RedisUrl::parse(url);
        return parsed && parsed->usesTls;
    };
    return std::ranges::any_of(values.redis.url, asks);
}

Expected<void> checkRedis(const Configuration &configuration, const ServerConfiguration &values)
{
    const auto &tls = values.redis.tls;
    if (tls.certificate.isEmpty() != tls.key.isEmpty()) {
        const QString given = tls.key.isEmpty() ? u"redis.tls.certificate"_s : u"redis.tls.key"_s;
        return configuration.refuse(given, u"redis.tls.certificate and redis.tls.key belong together"_s);
    }
    const QString unused = !tls.ca.isEmpty() ? u"redis.tls.ca"_s
        : !tls.key.isEmpty()                 ? u"redis.tls.key"_s
                                             : QString();
    // Whoever sets it takes the connection for encrypted.
    if (!unused.isEmpty() && !usesRedisTls(values))
        return configuration.refuse(unused, u"is for TLS, but redis.url does not begin with rediss"_s);
    return {};
}

// The files are read here, so that a wrong one is told with its key.
Expected<void> checkRedisTls(const Configuration &configuration, const ServerConfiguration &values)
{
    using broker::redis::Tls;
    if (!Tls::isAvailable())
        return configuration.refuse(
            u"redis.url"_s, u"asks for TLS (rediss), which this build's hiredis does not have (redis.url)"_s);
    const auto &tls = values.redis.tls;
    Tls::Options options;
    for (const auto &[key, file, option] :
         {std::tuple(u"redis.tls.ca"_s, tls.ca, &Tls::Options::authorities),
          std::tuple(u"redis.tls.certificate"_s, tls.certificate, &Tls::Options::certificate),
          std::tuple(u"redis.tls.key"_s, tls.key, &Tls::Options::key)}) {
        options.*option = file;
        if (const auto loaded = Tls::load(options); !loaded)
            return configuration.refuse(key, loaded.error().message);
    }
    return {};
}

Expected<void> checkHistory(const Configuration &configuration, const ServerConfiguration &values)
{
    const auto &history = values.history;
    const bool hasRedis = !values.redis.url.isEmpty();
    if (history.url.startsWith(u"sqlite:") && hasRedis && !history.singleServer)
        return configuration.refuse(
            u"history.url"_s,
            u"SQLite with Redis serves a single server only; say so by history.singleServer"_s);
    if (history.url == u"none" && !hasRedis)
        return configuration.refuse(u"history.url"_s,
                                    u"none needs redis.url: without Redis the database is the log"_s);
    if (history.url.startsWith(u"mysql:") && !hasRedis)
        return configuration.refuse(u"history.url"_s,
                                    u"MySQL needs redis.url: without Redis the log is SQLite"_s);
    if (values.messaging.acceptWhen == AcceptWhen::Replicated && !hasRedis)
        return configuration.refuse(u"messaging.acceptWhen"_s, u"replicated needs redis.url"_s);
    if (history.url.startsWith(u"mysql:")) {
        if (const auto url = sqlmigrate::DatabaseUrl::parse(history.url); !url)
            return configuration.refuse(u"history.url"_s, url.error().message);
    }
    const bool hasDatabase = !hasRedis || (!history.url.isEmpty() && history.url != u"none");
    if (values.messaging.acceptWhen == AcceptWhen::Stored && !hasDatabase)
        return configuration.refuse(u"messaging.acceptWhen"_s, u"stored needs a history.url"_s);
    if (history.retention && !hasDatabase)
        return configuration.refuse(u"history.retention"_s,
                                    u"needs a history.url: Redis keeps messages for redis.retention"_s);
    return {};
}

} // namespace

Expected<void> checkTogether(const Configuration &configuration, const ServerConfiguration &values)
{
    if (const Expected<void> checked = checkServer(configuration, values); !checked)
        return checked;
    if (const Expected<void> checked = checkRedis(configuration, values); !checked)
        return checked;
    return checkHistory(configuration, values);
}

Expected<void> checkAvailable(const Configuration &configuration, const ServerConfiguration &values)
{
    if (usesRedisTls(values)) {
        if (const Expected<void> checked = checkRedisTls(configuration, values); !checked)
            return checked;
    }
    if (values.history.url.startsWith(u"mysql:") && !QSqlDatabase::isDriverAvailable(u"QMYSQL"_s))
        return configuration.refuse(u"history.url"_s,
                                    u"Qt's MySQL driver is not installed (libqt6sql6-mysql)"_s);
    if (values.auth.mode == Mode::Jwt) {
        if (const auto keys = tokenKeys(values); !keys)
            return configuration.refuse(u"auth.jwt.keys"_s, keys.error().message);
    }
    const auto &tls = values.server.tls;
    if (!tls.certificate.isEmpty()) {
        if (const auto opened = net::TlsCertificates::open(tls.certificate, tls.key); !opened)
            return configuration.refuse(u"server.tls.certificate"_s, opened.error().message);
    }
    if (values.history.url.startsWith(u"sqlite:") && values.redis.url.isEmpty())
        return configuration.refuse(u"history.url"_s,
                                    u"without redis.url the database is the one in server.dataDir"_s);
    return {};
}

QStringList warningsAbout(const ServerConfiguration &values)
{
    QStringList warnings;
    if (values.auth.mode == Mode::Trusted && listensBeyondLoopback(values))
        warnings.push_back(
            u"Everybody who reaches "_s % values.server.listen
            % u" is whoever they say they are (auth.mode trusted); only a proxy should reach it."_s);
    if (!values.server.tokenSecret.isEmpty() && values.server.tokenSecret.size() < 16)
        warnings.push_back(u"server.tokenSecret is short; give it 32 random characters."_s);
    const bool hasPublicKeys =
        values.auth.jwt.algorithms.contains(u"RS256"_s) || values.auth.jwt.algorithms.contains(u"ES256"_s);
    if (values.auth.mode == Mode::Jwt && hasPublicKeys && values.auth.jwt.audience.isEmpty())
        warnings.push_back(
            u"Tokens that were signed for other services are accepted too; set auth.jwt.audience."_s);
    if (values.auth.mode == Mode::Trusted && !values.auth.jwt.keys.isEmpty())
        warnings.push_back(u"auth.jwt.keys is set, but tokens are not looked at (auth.mode trusted)."_s);
    return warnings;
}

} // namespace nextchat
