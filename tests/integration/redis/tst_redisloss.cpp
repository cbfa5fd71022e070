// SPDX-License-Identifier: MIT
#include "tests/integration/redis/crowd.h"
#include "tests/support/redissentinel.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P3 where Redis itself loses data: what is gone is counted apart, and was announced by a new epoch; all else
// is there once and in order, and nothing of it is doubled.
class RedisLossTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup();

    void redisIsRestartedEmpty();
    void theLastOfTheLogIsCutOff();
    void aReplicaIsPromotedWithItsTailLost();
    void replicatedLosesNothingInAFailover();

private:
    void begin(const QString &url, const QStringList &settings = {});
    void beginWithReplica(const QStringList &settings = {});
    void expectOnlyAnnouncedLoss();
    void failOver(bool losesTail);

    std::unique_ptr<RedisServer> m_redis;
    std::unique_ptr<RedisServer> m_replica;
    std::unique_ptr<RedisSentinel> m_sentinel;
    std::unique_ptr<Crowd> m_crowd;
};

void RedisLossTest::cleanup()
{
    if (QTest::currentTestFailed() && m_crowd)
        fprintf(stderr, "%s---\n", m_crowd->logs().constData());
    m_crowd.reset();
    m_sentinel.reset();
    m_replica.reset();
    m_redis.reset();
}

void RedisLossTest::begin(const QString &url, const QStringList &settings)
{
    m_crowd = std::make_unique<Crowd>(url, settings);
    const QString failure = m_crowd->start();
    QVERIFY2(failure.isEmpty(), qPrintable(failure));
    m_crowd->talk(1s);
}

// A master, a replica, and the Sentinel that the servers ask.
void RedisLossTest::beginWithReplica(const QStringList &settings)
{
    m_redis = std::make_unique<RedisServer>();
    QVERIFY(m_redis->start());
    m_replica = RedisServer::replicaOf(*m_redis);
    QVERIFY(m_replica);
    m_sentinel = std::make_unique<RedisSentinel>("main", *m_redis, 1);
    QVERIFY(m_sentinel->start());
    QTRY_VERIFY_WITH_TIMEOUT(m_sentinel->knows(1, 0), 20'000);
    begin(u"redis+sentinel://127.0.0.1:%1/main"_s.arg(m_sentinel->port()), settings);
}

void RedisLossTest::expectOnlyAnnouncedLoss()
{
    m_crowd->talk(1s);
    QVERIFY(m_crowd->settle());
    const SoakFindings findings = m_crowd->findings(Crowd::History::MayBeLost);
    qInfo("%s; %d reconnects", qUtf8Printable(findings.summary()), m_crowd->reconnects());
    QVERIFY2(findings.isClean(), qPrintable(findings.summary()));
    QVERIFY(findings.lostAnnounced() > 0); // or nothing was tested
}

void RedisLossTest::redisIsRestartedEmpty()
{
    m_redis = std::make_unique<RedisServer>();
    QVERIFY(m_redis->start());
    begin(m_redis->url());
    for (int i = 0; i < 2; ++i) {
        QVERIFY(m_redis->restartEmpty());
        m_crowd->talk(1s);
    }
    expectOnlyAnnouncedLoss();
}

// As a crash of the machine does under `appendfsync everysec`: about the last second is gone, or nearly two,
// up to the middle of a command.
void RedisLossTest::theLastOfTheLogIsCutOff()
{
    m_redis = std::make_unique<RedisServer>(QByteArrayList{"--appendonly", "yes"});
    QVERIFY(m_redis->start());
    begin(m_redis->url());
    const auto written = [this] { return m_redis->info("aof_current_size").toLongLong(); };
    for (int i = 0; i < 2; ++i) {
        const qint64 synced = written();
        m_crowd->talk(1s + i * 900ms);
        const qint64 unsynced = written() - synced;
        QVERIFY(unsynced > 0);
        m_redis->kill();
        QVERIFY(m_redis->cutAppendOnlyFile(unsynced + 5 * i));
        QVERIFY(m_redis->start());
        m_crowd->talk(1s);
    }
    expectOnlyAnnouncedLoss();
}

void RedisLossTest::failOver(bool losesTail)
{
    if (losesTail) { // the replica gets no more: its connection is cut, and another is refused
        m_redis->cli({"CONFIG", "SET", "requirepass", "changed"});
        m_replica->cli({"CLIENT", "KILL", "TYPE", "master"});
        m_crowd->talk(1s);
    }
    m_redis->kill();
    QElapsedTimer clock;
    clock.start();
    while (m_sentinel->masterPort() != m_replica->port() && clock.elapsed() < 30'000)
        m_crowd->talk(200ms);
    QCOMPARE(m_sentinel->masterPort(), m_replica->port());
}

void RedisLossTest::aReplicaIsPromotedWithItsTailLost()
{
    beginWithReplica();
    failOver(true);
    expectOnlyAnnouncedLoss();
}

// messaging.acceptWhen replicated: a failover to a replica that had everything.
void RedisLossTest::replicatedLosesNothingInAFailover()
{
    beginWithReplica({u"messaging.acceptWhen=replicated"_s});
    failOver(false);
    m_crowd->talk(1s);
    QVERIFY(m_crowd->settle());
    const SoakFindings findings = m_crowd->findings(Crowd::History::MayBeLost);
    qInfo("%s; %d reconnects", qUtf8Printable(findings.summary()), m_crowd->reconnects());
    QVERIFY2(findings.isClean() && findings.lostAnnounced() == 0, qPrintable(findings.summary()));
}

QTEST_GUILESS_MAIN(RedisLossTest)
#include "tst_redisloss.moc"
