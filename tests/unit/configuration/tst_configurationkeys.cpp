// SPDX-License-Identifier: MIT
#include "common/support/configuration.h"
#include "server/configuration.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace nextchat;
using namespace Qt::StringLiterals;

namespace {

using Values = ServerConfiguration;
using Read = std::function<QString(const Values &)>;

QString shown(const QString &text)
{
    return text.isEmpty() ? u"unset"_s : text;
}
QString shown(const QStringList &list)
{
    return list.isEmpty() ? u"unset"_s : list.join(u' ');
}
QString shown(bool value)
{
    return value ? u"true"_s : u"false"_s;
}
QString shown(std::chrono::milliseconds value)
{
    return durationText(value);
}
template <std::integral Integer> QString shown(Integer value)
{
    return QString::number(value);
}
template <typename T> QString shown(const std::optional<T> &value)
{
    return value ? shown(*value) : u"unset"_s;
}
template <typename Enumeration>
requires std::is_enum_v<Enumeration> QString shown(Enumeration value)
{
    return QString::number(static_cast<int>(value));
}

} // namespace

// The table of contract.md 4 and 1.4, key by key.
class ConfigurationKeysTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKeyHasItsDefaultAndItsRange_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<Read>("read");
        QTest::addColumn<QString>("standard"); // as shown() does
        QTest::addColumn<QString>("good"); // as on the command line
        QTest::addColumn<QString>("result");
        QTest::addColumn<QStringList>("bad"); // by |
        serverKeys();
        authKeys();
        signalrKeys();
        redisKeys();
        historyKeys();
        logAndLimitKeys();
    }
    void everyKeyHasItsDefaultAndItsRange()
    {
        QFETCH(QString, key);
        QFETCH(Read, read);
        QFETCH(QString, good);
        QFETCH(QStringList, bad);
        ServerConfiguration values;
        const ConfigurationSchema schema = serverSchema(values);
        QVERIFY(schema.find(key));
        QTEST(read(values), "standard");

        Configuration configuration(schema);
        const Expected<void> added = configuration.add(key, good, u"test"_s);
        QVERIFY2(added, added ? "" : qPrintable(added.error().message));
        QVERIFY(configuration.apply());
        QTEST(read(values), "result");
        for (const QString &value : bad) {
            const Expected<void> refused = configuration.add(key, value, u"test"_s);
            QVERIFY2(!refused, qPrintable(value));
            QVERIFY(refused.error().message.startsWith(u"test: "));
        }
    }

    void theTableAboveNamesEveryKey()
    {
        ServerConfiguration values;
        const ConfigurationSchema schema = serverSchema(values);
        QSet<QString> names;
        for (const ConfigurationKey &key : schema.keys()) {
            QVERIFY2(m_tested.contains(key.name), qPrintable(key.name));
            QVERIFY2(!names.contains(key.name), qPrintable(key.name));
            QVERIFY2(key.description.endsWith(u'.'), qPrintable(key.name));
            names.insert(key.name);
        }
        QCOMPARE(m_tested.size(), names.size());
    }

    void whatHoldsAPasswordIsASecret()
    {
        ServerConfiguration values;
        const ConfigurationSchema schema = serverSchema(values);
        QStringList secrets;
        for (const ConfigurationKey &key : schema.keys()) {
            if (key.isSecret)
                secrets.push_back(key.name);
        }
        QCOMPARE(secrets, (QStringList{u"server.tokenSecret"_s, u"redis.url"_s, u"history.url"_s}));
    }

    // docs/operations.md has one row for each key, exactly as the program knows it.
    void theOperationsGuideIsTrue()
    {
        QFile guide(QFINDTESTDATA("../../../docs/operations.md"));
        QVERIFY(guide.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(guide.readAll());
        ServerConfiguration values;
        const ConfigurationSchema schema = serverSchema(values);
        QString missing;
        for (const ConfigurationKey &key : schema.keys()) {
            if (!text.contains(rowOf(key)))
                missing += rowOf(key);
        }
        QVERIFY2(missing.isEmpty(), qPrintable(QString(u"Missing in docs/operations.md:\n"_s % missing)));
        QCOMPARE(text.count(QRegularExpression(u"^\\| `[a-z]+\\.[A-Za-z.]+` \\|"_s,
                                               QRegularExpression::MultilineOption)),
                 m_tested.size());
    }

    // What --check-config prints by default can be read back, and changes nothing.
    void theDefaultsReadBack()
    {
        ServerConfiguration values;
        const ConfigurationSchema schema = serverSchema(values);
        Configuration configuration(schema);
        QVERIFY(configuration.apply());
        const QByteArray yaml = configuration.toYaml();
        const auto entries = parseConfiguration(yaml, u"f"_s);
        QVERIFY2(entries, entries ? "" : qPrintable(entries.error().message));
        QCOMPARE(entries->size(), schema.keys().size());
        for (const ConfigurationEntry &entry : *entries) {
            const ConfigurationKey *key = schema.find(entry.key);
            QVERIFY2(key, qPrintable(entry.key));
            if (key->name == u"server.dataDir")
                continue; // depends on the environment
            const auto parsed = key->parse(entry.content, false);
            QVERIFY2(parsed, parsed ? "" : qPrintable(QString(entry.key % u": "_s % parsed.error().message)));
            const bool isEmptyList = std::get_if<QStringList>(&key->standard) && key->mayBeUnset;
            QVERIFY2(*parsed == key->standard || isEmptyList, qPrintable(entry.key));
        }
    }

private:
    static QString rowOf(const ConfigurationKey &key)
    {
        const QString standard = key.shown(key.standard).join(u", "_s);
        QString range = key.choices.join(u", "_s);
        if (key.type == ConfigurationKey::Type::Integer)
            range = QString::number(key.least) % u" to "_s % QString::number(key.most);
        else if (key.type == ConfigurationKey::Type::Size)
            range = sizeText(key.least) % u" to "_s % sizeText(key.most);
        else if (key.type == ConfigurationKey::Type::Duration)
            range = durationText(std::chrono::milliseconds(key.least)) % u" to "_s
                % durationText(std::chrono::milliseconds(key.most));
        const bool isUnset = standard.isEmpty() || std::holds_alternative<std::monostate>(key.standard);
        return u"| `"_s % key.name % u"` | "_s % (isUnset ? u"unset"_s : QString(u'`' % standard % u'`'))
            % u" | "_s % range % u" | "_s % key.description % u" |\n"_s;
    }

    template <typename Member>
    void row(const char *key, Member member, const char *standard, const char *good, const char *result,
             const char *bad)
    {
        m_tested.insert(QString::fromLatin1(key));
        QTest::newRow(key) << QString::fromLatin1(key)
                           << Read([member](const Values &values) { return shown(member(values)); })
                           << QString::fromLatin1(standard) << QString::fromLatin1(good)
                           << QString::fromLatin1(result) << QString::fromLatin1(bad).split(u'|');
    }

#define OF(path) [](const Values &values) { return values.path; }

    void serverKeys()
    {
        row("server.listen", OF(server.listen), "127.0.0.1:5000", "[::1]:0", "[::1]:0",
            "|5000|:5000|127.0.0.1|127.0.0.1:|127.0.0.1:65536|127.0.0.1:-1|example.com:80|::1:5000|[::1]|1.2."
            "3.4.5:6|"
            "http://127.0.0.1:5000|127.0.0.1:5000 | "
            "127.0.0.1:5000|127.0.0.1:5000/x|[127.0.0.1]x:1|127.0.0.1:0x10");
        row("server.path", OF(server.path), "/next-chat", "/a/b-c", "/a/b-c",
            "|/|chat|/chat/|/a//b|/a?b|/a#b|/a b|/healthz|/readyz|/metrics|/../x|/a/../b|/%41");
        row("server.opsListen", OF(server.opsListen), "unset", "0.0.0.0:9000", "0.0.0.0:9000",
            "9000|host:9000");
        row("server.dataDir", OF(server.dataDir), "unset", "/var/lib/x y", "/var/lib/x y", "/a\nb");
        row("server.ioThreads", OF(server.ioThreads), "0", "256", "256", "-1|257|many||1.5");
        row("server.tokenSecret", OF(server.tokenSecret), "unset", "s", "s", "a\tb");
        row("server.allowedOrigins", OF(server.allowedOrigins), "unset", "https://a.example, http://b:8080",
            "https://a.example http://b:8080",
            "a.example|https://a/x|https://a/|https://u@a|ftp://a|https://|https://a,|https://a:x|null");
        row("server.drainTime", OF(server.drainTime), "10s", "0", "0", "-1s|10|61m|");
        row("server.shutdownTimeout", OF(server.shutdownTimeout), "30s", "1s", "1s", "999ms|121m");
        row("server.headTimeout", OF(server.headTimeout), "10s", "10ms", "10ms", "9ms|0|11m");
        row("server.bodyTimeout", OF(server.bodyTimeout), "30s", "1h", "1h", "9ms|0|61m");
        row("server.tls.certificate", OF(server.tls.certificate), "unset", "/a.pem", "/a.pem", "a\nb");
        row("server.tls.key", OF(server.tls.key), "unset", "/a.pem", "/a.pem", "a\nb");
    }

    void authKeys()
    {
        row("auth.mode", OF(auth.mode), "0", "jwt", "1", "none|Trusted|");
        row("auth.jwt.keys", OF(auth.jwt.keys), "unset", "/a,/b", "/a /b", "/a,|/a,/a");
        row("auth.jwt.algorithms", OF(auth.jwt.algorithms), "HS256", "RS256,ES256", "RS256 ES256",
            "none|hs256|HS256,HS256|RS512|");
        row("auth.jwt.issuer", OF(auth.jwt.issuer), "unset", "https://i", "https://i", "a\nb");
        row("auth.jwt.audience", OF(auth.jwt.audience), "unset", "a", "a", "a\nb");
        row("auth.jwt.userClaim", OF(auth.jwt.userClaim), "sub", "email", "email", "");
        row("auth.jwt.clockSkew", OF(auth.jwt.clockSkew), "1m", "0", "0", "11m|-1s");
    }

    void signalrKeys()
    {
        row("signalr.keepAliveInterval", OF(signalr.keepAliveInterval), "15s", "10ms", "10ms", "0|9ms|2h");
        row("signalr.clientTimeoutInterval", OF(signalr.clientTimeoutInterval), "30s", "1h", "1h",
            "0|9ms|2h");
        row("signalr.handshakeTimeout", OF(signalr.handshakeTimeout), "15s", "500ms", "500ms", "0|9ms|2h");
        row("signalr.maximumParallelInvocations", OF(signalr.maximumParallelInvocations), "1", "1000", "1000",
            "0|1001");
        row("signalr.streamBufferCapacity", OF(signalr.streamBufferCapacity), "10", "1", "1", "0|10001");
        row("signalr.statefulReconnect", OF(signalr.statefulReconnect), "true", "false", "false", "0|no|");
        row("signalr.statefulReconnectBufferSize", OF(signalr.statefulReconnectBufferSize), "100000", "1MiB",
            "1048576", "0|2GiB|-1");
        row("signalr.disconnectTimeout", OF(signalr.disconnectTimeout), "15s", "0", "0", "2h");
        row("signalr.pollTimeout", OF(signalr.pollTimeout), "90s", "10ms", "10ms", "0|2h");
        row("signalr.closeTimeout", OF(signalr.closeTimeout), "5s", "10m", "10m", "0|9ms|11m");
        row("signalr.detailedErrors", OF(signalr.detailedErrors), "false", "true", "true", "yes");
        row("signalr.transports", OF(signalr.transports), "WebSockets ServerSentEvents LongPolling",
            "LongPolling,WebSockets", "LongPolling WebSockets", "websockets|WebSockets,WebSockets|Carrier|");
    }

    void redisKeys()
    {
        row("redis.url", OF(redis.url), "unset", "redis+sentinel://:p@a:6379,b:1/n,redis://b",
            "redis+sentinel://:p@a:6379,b:1/n redis://b",
            "a:6379|http://a|redis://|redis://a,redis://a|redis://a:x|redis://a,b");
        row("redis.prefix", OF(redis.prefix), "nc", "a.b-c_D", "a.b-c_D",
            "|a{b|a:b|a b|123456789012345678901234567890123");
        row("redis.partitions", OF(redis.partitions), "16", "1024", "1024", "0|1025");
        row("redis.retention", OF(redis.retention), "10m", "30d", "30d", "0|31d");
        row("redis.maxBacklog", OF(redis.maxBacklog), "1000000", "1", "1", "0|1000000001");
        row("redis.commandTimeout", OF(redis.commandTimeout), "2s", "1m", "1m", "0|61s");
        row("redis.tls.ca", OF(redis.tls.ca), "unset", "/a b/ca.pem", "/a b/ca.pem", "a\nb");
        row("redis.tls.certificate", OF(redis.tls.certificate), "unset", "c.pem", "c.pem", "a\nb");
        row("redis.tls.key", OF(redis.tls.key), "unset", "k.pem", "k.pem", "a\nb");
        row("messaging.acceptWhen", OF(messaging.acceptWhen), "0", "stored", "2", "never|Written");
        row("groups.leaseDuration", OF(groups.leaseDuration), "30s", "100ms", "100ms", "0|99ms|61m");
    }

    void historyKeys()
    {
        row("history.url", OF(history.url), "unset", "mysql://ann:p@h:3306/chat", "mysql://ann:p@h:3306/chat",
            "chat.db|mysql://h|mysql://h/|mysql:///x|sqlite://x|sqlite:///|postgresql://h/x|None");
        row("history.singleServer", OF(history.singleServer), "false", "true", "true", "1");
        row("history.joinLimit", OF(history.joinLimit), "50", "0", "0", "-1|1001");
        row("history.resumeLimit", OF(history.resumeLimit), "500", "10000", "10000", "-1|10001");
        row("history.readTimeout", OF(history.readTimeout), "2s", "10ms", "10ms", "0|11m");
        row("history.retention", OF(history.retention), "unset", "30d", "30d", "0|59s|36501d");
        row("history.writers", OF(history.writers), "1", "64", "64", "0|65");
        row("history.readers", OF(history.readers), "2", "1", "1", "0|65");
    }

    void logAndLimitKeys()
    {
        row("log.level", OF(log.level), "info", "warning,nextchat.net=debug", "warning,nextchat.net=debug",
            "loud||info,x|debug=info");
        row("log.format", OF(log.format), "0", "json", "1", "xml|");
        row("log.slowCall", OF(slowCall), "1s", "0", "0", "-1s|2h|x");
        row("limits.groupMembers", OF(limits.groupMembers), "1000", "0", "0", "-1|1000001");
        row("limits.groups", OF(limits.groups), "10000", "0", "0", "-1|10000001");
        row("limits.groupsPerConnection", OF(limits.groupsPerConnection), "200", "0", "0", "-1");
        row("limits.messageBytes", OF(limits.messageBytes), "32768", "64MiB", "67108864", "65MiB|-1|x");
        row("limits.outboundBytes", OF(limits.outboundBytes), "1048576", "0", "0", "2GiB");
        row("limits.outboundTime", OF(limits.outboundTime), "10s", "0", "0", "61m");
        row("limits.callsPerSecond", OF(limits.callsPerSecond), "50", "0", "0", "-1|1000001");
        row("limits.createsPerMinute", OF(limits.createsPerMinute), "60", "0", "0", "-1|1000001");
        row("limits.connections", OF(limits.connections), "unset", "0", "0", "-1|100000001");
        row("limits.connectionsPerUser", OF(limits.connectionsPerUser), "20", "0", "0", "-1|1000001");
        row("limits.httpConnections", OF(limits.httpConnections), "10000", "0", "0", "-1|100000001");
        row("limits.connectionsPerAddress", OF(limits.connectionsPerAddress), "0", "5", "5", "-1|1000001");
        row("limits.openStreams", OF(limits.openStreams), "16", "0", "0", "-1|10001");
    }

    QSet<QString> m_tested;
};

QTEST_GUILESS_MAIN(ConfigurationKeysTest)

#include "tst_configurationkeys.moc"
