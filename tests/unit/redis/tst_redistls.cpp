// SPDX-License-Identifier: MIT
#include "server/broker/redis/link.h"
#include "tests/support/freeport.h"
#include "tests/support/redissentinel.h"
#include "tests/support/redistlsserver.h"

#include <QEventLoop>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace nextchat;
using namespace nextchat::broker::redis;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr auto patience = 2000ms;

QByteArray bytesOf(std::string_view text)
{
    return {text.data(), qsizetype(text.size())};
}

} // namespace

// Connections to a Redis that speaks TLS: what is trusted, and that they are as good as others.
class RedisTlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void whoIsTrustedIsTalkedTo_data();
    void whoIsTrustedIsTalkedTo();
    void theSystemsAuthoritiesAreTrusted();
    void whoIsNotTrustedHearsNothing_data();
    void whoIsNotTrustedHearsNothing();
    void aCertificateIsShownToWhoAsksForOne();
    void whoSpeaksNoTlsIsSaid_data();
    void whoSpeaksNoTlsIsSaid();
    void whoSpeaksTlsIsNotTalkedToInTheClear();
    void anyBytesTravel();
    void aKilledServerIsFoundAgain();
    void aKilledConnectionIsMadeAgain();
    void channelsAreHeard();
    void sentinelsSpeakTlsToo();
    void badFilesAreNamed();
    void withoutTlsNothingIsConnectedTo();

private:
    void startRedis(const TestCertificate &certificate,
                    RedisTlsServer::Clients clients = RedisTlsServer::Clients::Anybody);
    void open(const QString &url, const Tls::Options &options);
    [[nodiscard]] bool isReady(int milliseconds = 10'000) const
    {
        return QTest::qWaitFor([this] { return m_link->isReady(); }, milliseconds);
    }
    [[nodiscard]] QByteArray ask(std::initializer_list<std::string_view> words);

    std::unique_ptr<TestAuthority> m_authority;
    std::unique_ptr<RedisTlsServer> m_redis;
    std::unique_ptr<Link> m_link;
};

void RedisTlsTest::initTestCase()
{
    if (!Tls::isAvailable())
        QSKIP("The hiredis of this build has no TLS.");
}

void RedisTlsTest::init()
{
    m_authority = std::make_unique<TestAuthority>();
}

void RedisTlsTest::cleanup()
{
    m_link.reset();
    m_redis.reset();
    m_authority.reset();
}

void RedisTlsTest::startRedis(const TestCertificate &certificate, RedisTlsServer::Clients clients)
{
    m_redis = std::make_unique<RedisTlsServer>(*m_authority, certificate, clients);
    QVERIFY(m_redis->start());
}

void RedisTlsTest::open(const QString &url, const Tls::Options &options)
{
    const auto tls = Tls::load(options);
    QVERIFY2(tls, tls ? "" : qPrintable(tls.error().message));
    m_link = std::make_unique<Link>(Link::Options{
        .url = RedisUrl::parse(url).value(), .purpose = u"a test"_s, .patience = patience, .tls = *tls});
    m_link->open();
}

QByteArray RedisTlsTest::ask(std::initializer_list<std::string_view> words)
{
    QByteArray answer;
    QEventLoop waiting; // not qWaitFor(), which sleeps between the pieces of a long answer
    m_link->send(std::span(words.begin(), words.size()), [&answer, &waiting](const Result &result) {
        answer = bytesOf(result.reply.text());
        QMetaObject::invokeMethod(&waiting, &QEventLoop::quit, Qt::QueuedConnection);
    });
    waiting.exec(); // answered, or lost: in time, in any case
    return answer;
}

void RedisTlsTest::whoIsTrustedIsTalkedTo_data()
{
    QTest::addColumn<QByteArrayList>("names");
    QTest::addColumn<QString>("host");
    QTest::newRow("name") << QByteArrayList{"DNS:localhost"} << u"localhost"_s;
    QTest::newRow("one of several") << QByteArrayList{"DNS:redis.example", "DNS:LOCALHOST"} << u"localhost"_s;
    QTest::newRow("address") << QByteArrayList{"IP:127.0.0.1"} << u"127.0.0.1"_s;
}

void RedisTlsTest::whoIsTrustedIsTalkedTo()
{
    QFETCH(QByteArrayList, names);
    QFETCH(QString, host);
    startRedis(m_authority->issue(names));
    m_redis->cli({"ACL", "SETUSER", "ann", "on", ">p@ss", "~*", "&*", "+@all"});
    QString url = m_redis->tlsUrl(host) % u"/3";
    open(url.replace(u"://"_s, u"://ann:p%40ss@"_s), {.authorities = m_authority->file()});
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    QCOMPARE(ask({"ACL", "WHOAMI"}), "ann");
    QCOMPARE(ask({"CLIENT", "INFO"}).contains(" db=3 "), true);
    QVERIFY(m_link->name().startsWith(u"rediss://" % host % u':') && m_link->name().endsWith(u"/3"));
}

void RedisTlsTest::theSystemsAuthoritiesAreTrusted()
{
    startRedis(m_authority->issue({"DNS:localhost"}));
    // As OpenSSL finds them.
    qputenv("SSL_CERT_FILE", m_authority->file().toLocal8Bit());
    open(m_redis->tlsUrl(), {});
    qunsetenv("SSL_CERT_FILE");
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
}

void RedisTlsTest::whoIsNotTrustedHearsNothing_data()
{
    QTest::addColumn<QByteArrayList>("names");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("daysAgo");
    QTest::addColumn<bool>("knowsAuthority");
    QTest::addColumn<QString>("reason");
    QTest::newRow("other name") << QByteArrayList{"DNS:redis.example"} << u"localhost"_s << 0 << true
                                << u"hostname mismatch"_s;
    QTest::newRow("partial wildcard")
        << QByteArrayList{"DNS:loc*"} << u"localhost"_s << 0 << true << u"hostname mismatch"_s;
    QTest::newRow("name for address")
        << QByteArrayList{"DNS:localhost"} << u"127.0.0.1"_s << 0 << true << u"IP address mismatch"_s;
    QTest::newRow("address for name")
        << QByteArrayList{"IP:127.0.0.1"} << u"localhost"_s << 0 << true << u"hostname mismatch"_s;
    QTest::newRow("expired") << QByteArrayList{"DNS:localhost"} << u"localhost"_s << 3 << true
                             << u"certificate has expired"_s;
    QTest::newRow("authority") << QByteArrayList{"DNS:localhost"} << u"localhost"_s << 0 << false
                               << u"self-signed certificate in certificate chain"_s;
}

void RedisTlsTest::whoIsNotTrustedHearsNothing()
{
    QFETCH(QByteArrayList, names);
    QFETCH(QString, host);
    QFETCH(int, daysAgo);
    QFETCH(bool, knowsAuthority);
    QFETCH(QString, reason);
    startRedis(m_authority->issue(names, daysAgo));
    const TestAuthority other;
    QString url = m_redis->tlsUrl(host);
    open(url.replace(u"://"_s, u"://:hunter2@"_s),
         {.authorities = knowsAuthority ? m_authority->file() : other.file()});
    QSignalSpy troubles(m_link.get(), &Link::troubled);
    QTRY_VERIFY2(m_link->problem().contains(u"its certificate is not accepted: " % reason),
                 qPrintable(m_link->problem()));
    QTRY_VERIFY(troubles.size() > 3); // it goes on trying, and says the same of itself
    QVERIFY(m_link->problem().contains(reason) && !m_link->isReady());
    QCOMPARE(troubles.last().constFirst().value<Trouble>(), Trouble::Tls);
    QVERIFY(!m_redis->cli({"INFO", "commandstats"}).contains("cmdstat_auth"));
}

void RedisTlsTest::aCertificateIsShownToWhoAsksForOne()
{
    startRedis(m_authority->issue({"DNS:localhost"}), RedisTlsServer::Clients::Certified);
    const TestCertificate own = m_authority->issue({"DNS:chat.example"});
    open(m_redis->tlsUrl(),
         {.authorities = m_authority->file(), .certificate = own.certificate, .key = own.key});
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    open(m_redis->tlsUrl(), {.authorities = m_authority->file()});
    QTRY_VERIFY2(m_link->problem().contains(u"certificate required"), qPrintable(m_link->problem()));
}

void RedisTlsTest::whoSpeaksNoTlsIsSaid_data()
{
    QTest::addColumn<QByteArray>("answer"); // to whatever comes
    QTest::addColumn<QString>("problem");
    QTest::addColumn<Trouble>("trouble");
    QTest::newRow("silence") << QByteArray()
                             << u"could not be reached within 2000 ms, as TLS was not answered"_s
                             << Trouble::Slow; // as Redis does, which waits for the end of the line
    QTest::newRow("error") << QByteArray("-ERR what?\r\n") << u"TLS failed: wrong version number"_s
                           << Trouble::Tls;
}

void RedisTlsTest::whoSpeaksNoTlsIsSaid()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, problem);
    QTcpServer peer;
    QVERIFY(peer.listen(QHostAddress::LocalHost));
    connect(&peer, &QTcpServer::newConnection, this, [&peer, answer] {
        QTcpSocket *socket = peer.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket, answer] { socket->write(answer); });
    });
    open(u"rediss://127.0.0.1:%1"_s.arg(peer.serverPort()), {});
    QSignalSpy troubles(m_link.get(), &Link::troubled);
    QTRY_VERIFY2(m_link->problem().contains(problem), qPrintable(m_link->problem()));
    QTEST(troubles.last().constFirst().value<Trouble>(), "trouble");
}

// The other way round.
void RedisTlsTest::whoSpeaksTlsIsNotTalkedToInTheClear()
{
    startRedis(m_authority->issue({"DNS:localhost"}));
    m_link = std::make_unique<Link>(
        Link::Options{.url = RedisUrl::parse(m_redis->tlsUrl().replace(u"rediss"_s, u"redis"_s)).value(),
                      .purpose = u"a test"_s,
                      .patience = patience});
    m_link->open();
    QTRY_VERIFY2(m_link->problem().contains(u"is away"), qPrintable(m_link->problem()));
}

void RedisTlsTest::anyBytesTravel()
{
    startRedis(m_authority->issue({"DNS:localhost"}));
    open(m_redis->tlsUrl(), {.authorities = m_authority->file()});
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    // Around the size of a record (16 KiB), and more than a socket takes at once.
    for (const qsizetype size : {0, 1, 16'383, 16'384, 16'385, 65'536, 8'000'000}) {
        QByteArray bytes(size, '\0');
        for (qsizetype i = 0; i < size; ++i)
            bytes[i] = char(i % 251);
        const std::string_view value(bytes.constData(), std::size_t(size));
        QCOMPARE(ask({"SET", "key", value}), "OK");
        QVERIFY(ask({"GET", "key"}) == bytes);
    }
    constexpr int count = 10'000;
    int inOrder = 0;
    for (int i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        const std::array<std::string_view, 2> words{"ECHO", number};
        m_link->send(words, [&inOrder, number](const Result &result) {
            inOrder += result.reply.text() == number && number == std::to_string(inOrder) ? 1 : 0;
        });
    }
    QTRY_COMPARE(inOrder, count);
}

void RedisTlsTest::aKilledServerIsFoundAgain()
{
    startRedis(m_authority->issue({"DNS:localhost"}));
    open(m_redis->tlsUrl(), {.authorities = m_authority->file()});
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    QSignalSpy troubles(m_link.get(), &Link::troubled);
    m_redis->kill();
    QTRY_VERIFY(!m_link->isReady());
    QCOMPARE(troubles.constFirst().constFirst().value<Trouble>(), Trouble::Away);
    QVERIFY(m_redis->start());
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    QCOMPARE(ask({"PING"}), "PONG");
}

void RedisTlsTest::aKilledConnectionIsMadeAgain()
{
    startRedis(m_authority->issue({"DNS:localhost"}));
    open(m_redis->tlsUrl(), {.authorities = m_authority->file()});
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    QSignalSpy lost(m_link.get(), &Link::lost);
    for (int i = 1; i <= 3; ++i) {
        m_redis->cli({"CLIENT", "KILL", "TYPE", "normal"});
        QTRY_COMPARE(lost.size(), i);
        QVERIFY2(isReady(), qPrintable(m_link->problem()));
    }
    QCOMPARE(ask({"PING"}), "PONG");
}

void RedisTlsTest::channelsAreHeard()
{
    startRedis(m_authority->issue({"DNS:localhost"}));
    open(m_redis->tlsUrl(), {.authorities = m_authority->file()});
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    QByteArrayList heard;
    m_link->subscribe("news", [&heard](std::string_view payload, bool isSubscription) {
        heard.append(isSubscription ? QByteArray("(subscribed)") : bytesOf(payload));
    });
    QTRY_COMPARE(heard, QByteArrayList{"(subscribed)"});
    m_redis->cli({"PUBLISH", "news", QByteArray("a\0b", 3)});
    QTRY_COMPARE(heard.size(), 2);
    QCOMPARE(heard.last(), QByteArray("a\0b", 3));
}

// What a Sentinel says of where the master is, is an address: certificates must have it.
void RedisTlsTest::sentinelsSpeakTlsToo()
{
    const TestCertificate certificate = m_authority->issue({"DNS:localhost", "IP:127.0.0.1"});
    startRedis(certificate);
    const QStringList pairs =
        RedisTlsServer::settings(*m_authority, certificate, RedisTlsServer::Clients::Anybody);
    const quint16 port = freePort();
    QStringList settings{u"tls-replication yes"_s, u"tls-port %1"_s.arg(port)};
    for (qsizetype i = 0; i < pairs.size(); i += 2)
        settings << QString(pairs[i] % u' ' % pairs[i + 1]);
    RedisSentinel sentinel("main", m_redis->tlsPort(), 1, settings);
    QVERIFY(sentinel.start());
    QTRY_COMPARE(sentinel.masterPort(), m_redis->tlsPort());
    open(u"rediss+sentinel://127.0.0.1:1,localhost:%1/main"_s.arg(port),
         {.authorities = m_authority->file()});
    QVERIFY2(isReady(), qPrintable(m_link->problem()));
    QVERIFY(m_link->info().identity().contains(m_redis->info("run_id")));
    // One that is not trusted is not believed.
    const TestAuthority other;
    open(u"rediss+sentinel://localhost:%1/main"_s.arg(port), {.authorities = other.file()});
    QTRY_VERIFY2(m_link->problem().contains(u"certificate is not accepted"), qPrintable(m_link->problem()));
    QVERIFY(m_link->problem().startsWith(u"is not known to any of its Sentinels"));
}

void RedisTlsTest::badFilesAreNamed()
{
    const TestCertificate mine = m_authority->issue({"DNS:a"});
    const TestCertificate others = m_authority->issue({"DNS:b"});
    const auto problemOf = [](const Tls::Options &options) {
        const auto loaded = Tls::load(options);
        return loaded ? QString() : loaded.error().message;
    };
    QCOMPARE(problemOf({}), QString());
    QCOMPARE(problemOf({.certificate = mine.certificate, .key = mine.key}), QString());
    QVERIFY(problemOf({.authorities = u"/no/such"_s}).startsWith(u"'/no/such' holds no certificate"));
    QVERIFY(problemOf({.authorities = mine.key}).startsWith(QString(u'\'' % mine.key % u"' holds no")));
    QVERIFY(problemOf({.certificate = mine.key}).contains(u"holds no certificate"));
    QVERIFY(problemOf({.certificate = mine.certificate, .key = others.key})
                .contains(u"belongs to the certificate: key values mismatch"));
}

// Nothing goes out in the clear for want of what is needed.
void RedisTlsTest::withoutTlsNothingIsConnectedTo()
{
    startRedis(m_authority->issue({"DNS:localhost"}));
    m_link = std::make_unique<Link>(
        Link::Options{.url = RedisUrl::parse(u"rediss://127.0.0.1:%1"_s.arg(m_redis->port())).value(),
                      .purpose = u"a test"_s,
                      .patience = patience});
    m_link->open();
    QTRY_VERIFY(m_link->isRefused());
    QVERIFY(m_link->problem().contains(u"asks for TLS"));
}

QTEST_GUILESS_MAIN(RedisTlsTest)
#include "tst_redistls.moc"
