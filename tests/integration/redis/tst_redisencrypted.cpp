// SPDX-License-Identifier: MIT
#include "server/broker/redis/tls.h"
#include "tests/integration/redis/crowd.h"
#include "tests/integration/redis/serversfixture.h"
#include "tests/support/redistlsserver.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using broker::redis::Tls;

// Servers whose Redis speaks TLS (`rediss://`), where hiredis has it; and that they refuse where not.
class RedisEncryptedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutTlsInHiredisTheServerRefuses();
    void nothingIsLostOrDoubledOverTls();
    void aRedisThatIsNotTrustedIsSaid();
};

void RedisEncryptedTest::withoutTlsInHiredisTheServerRefuses()
{
    if (Tls::isAvailable())
        QSKIP("The hiredis of this build has TLS.");
    for (const char *url : {"rediss://:hunter2@127.0.0.1:1", "rediss+sentinel://:hunter2@127.0.0.1:1/main"}) {
        ServerProcess server(redisArguments(QString::fromLatin1(url)));
        server.launch();
        QCOMPARE(server.waitForExit(), 2);
        const QByteArray said = server.standardError();
        QVERIFY2(said.contains("asks for TLS (rediss), which this build's hiredis does not have"),
                 said.constData());
        QVERIFY(said.count('\n') == 1 && !said.contains("hunter2"));
    }
}

void RedisEncryptedTest::nothingIsLostOrDoubledOverTls()
{
    if (!Tls::isAvailable())
        QSKIP("The hiredis of this build has no TLS.");
    TestAuthority authority;
    RedisTlsServer redis(authority, authority.issue({"DNS:localhost"}), RedisTlsServer::Clients::Certified);
    QVERIFY(redis.start());
    const TestCertificate own = authority.issue({"DNS:chat.example"});
    Crowd crowd(redis.tlsUrl(),
                {u"redis.tls.ca=" % authority.file(), u"redis.tls.certificate=" % own.certificate,
                 u"redis.tls.key=" % own.key});
    const QString failure = crowd.start();
    QVERIFY2(failure.isEmpty(), qPrintable(failure));
    for (int i = 0; i < 5; ++i) {
        redis.cli({"CLIENT", "KILL", "TYPE", "normal"});
        redis.cli({"CLIENT", "KILL", "TYPE", "pubsub"});
        crowd.talk(500ms);
    }
    QVERIFY(crowd.settle());
    const SoakFindings findings = crowd.findings();
    QVERIFY2(findings.isClean(), qPrintable(findings.summary()));
    QVERIFY2(!crowd.logs().contains("redis://"), crowd.logs().constData()); // none goes in the clear
}

void RedisEncryptedTest::aRedisThatIsNotTrustedIsSaid()
{
    if (!Tls::isAvailable())
        QSKIP("The hiredis of this build has no TLS.");
    TestAuthority authority;
    RedisTlsServer redis(authority, authority.issue({"DNS:redis.example"}));
    QVERIFY(redis.start());
    ServerProcess server(redisArguments(redis.tlsUrl(), {u"redis.tls.ca=" % authority.file()}));
    QVERIFY2(server.start(), server.standardError().constData());
    const auto isSaid = [&server] {
        return server.standardError().contains("is away: its certificate is not accepted: hostname mismatch");
    };
    QVERIFY(QTest::qWaitFor(isSaid, 10'000));
    RawClient probe(server.port());
    QCOMPARE(probe.request(httpRequest("GET", "/readyz", {})).status, 503);
    const QByteArray metrics = probe.request(httpRequest("GET", "/metrics", {})).body;
    QVERIFY(!metrics.contains("nextchat_broker_redis_failures_total{reason=\"tls\"} 0\n"));
    QVERIFY(metrics.contains("nextchat_broker_redis_up{index=\"0\"} 0\n"));
}

QTEST_GUILESS_MAIN(RedisEncryptedTest)
#include "tst_redisencrypted.moc"
