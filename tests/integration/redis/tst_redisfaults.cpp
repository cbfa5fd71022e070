// SPDX-License-Identifier: MIT
#include "tests/integration/redis/crowd.h"

#include <QTest>

#include <csignal>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P1, P2, P3, P8 with several servers over Redis: whatever dies or hangs under load, as long as Redis keeps
// what it has, nothing is lost, doubled, out of order, or missing without a word.
class RedisFaultsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void connectionsAreCutAndComeBackAnywhere();
    void aServerIsKilled();
    void aServerIsPaused();
    void allServersAreRestartedOneByOne();
    void redisIsRestarted_data();
    void redisIsRestarted();
    void redisHangs();
    void everyConnectionToRedisIsKilled();
    void theReadersConnectionIsKilled();
    void theScriptsAreForgotten();

private:
    void begin(const QByteArrayList &redisOptions = {}, const QStringList &settings = {});
    void expectClean();

    std::unique_ptr<RedisServer> m_redis;
    std::unique_ptr<Crowd> m_crowd;
};

void RedisFaultsTest::init()
{
    m_redis.reset();
    m_crowd.reset();
}

void RedisFaultsTest::cleanup()
{
    if (QTest::currentTestFailed() && m_crowd)
        fprintf(stderr, "%s---\n", m_crowd->logs().constData());
    m_crowd.reset();
    m_redis.reset();
}

void RedisFaultsTest::begin(const QByteArrayList &redisOptions, const QStringList &settings)
{
    m_redis = std::make_unique<RedisServer>(redisOptions);
    QVERIFY(m_redis->start());
    m_crowd = std::make_unique<Crowd>(m_redis->url(), settings);
    const QString failure = m_crowd->start();
    QVERIFY2(failure.isEmpty(), qPrintable(failure));
    m_crowd->talk(500ms);
}

void RedisFaultsTest::expectClean()
{
    m_crowd->talk(500ms);
    QVERIFY(m_crowd->settle());
    const SoakFindings findings = m_crowd->findings();
    qInfo("%s; %d reconnects", qUtf8Printable(findings.summary()), m_crowd->reconnects());
    QVERIFY2(findings.isClean(), qPrintable(findings.summary()));
}

void RedisFaultsTest::connectionsAreCutAndComeBackAnywhere()
{
    begin();
    for (int i = 0; i < 5; ++i) {
        m_crowd->proxy().cut();
        m_crowd->talk(400ms);
    }
    expectClean();
    QVERIFY(m_crowd->reconnects() >= Crowd::members);
}

void RedisFaultsTest::aServerIsKilled()
{
    begin();
    for (int i = 0; i < Crowd::servers; ++i) {
        m_crowd->server(i).kill9();
        m_crowd->talk(700ms);
        QVERIFY(m_crowd->server(i).restart());
        m_crowd->talk(300ms);
    }
    expectClean();
}

// For longer than its lease.
void RedisFaultsTest::aServerIsPaused()
{
    begin();
    ::kill(static_cast<pid_t>(m_crowd->server(1).processId()), SIGSTOP);
    m_crowd->talk(5s);
    ::kill(static_cast<pid_t>(m_crowd->server(1).processId()), SIGCONT);
    m_crowd->talk(1s);
    expectClean();
}

void RedisFaultsTest::allServersAreRestartedOneByOne()
{
    begin();
    for (int i = 0; i < Crowd::servers; ++i) {
        ::kill(static_cast<pid_t>(m_crowd->server(i).processId()), SIGTERM);
        while (m_crowd->server(i).isRunning())
            m_crowd->talk(100ms);
        QVERIFY(m_crowd->server(i).restart());
        m_crowd->talk(300ms);
    }
    expectClean();
}

void RedisFaultsTest::redisIsRestarted_data()
{
    QTest::addColumn<bool>("isKilled");
    QTest::newRow("SIGTERM") << false;
    QTest::newRow("kill -9") << true;
}

void RedisFaultsTest::redisIsRestarted()
{
    QFETCH(bool, isKilled);
    begin({"--appendonly", "yes", "--appendfsync", "always"});
    for (int i = 0; i < 2; ++i) {
        if (isKilled) {
            m_redis->kill();
            m_crowd->talk(500ms);
            QVERIFY(m_redis->start());
        } else {
            QVERIFY(m_redis->restart());
        }
        m_crowd->talk(1s);
    }
    expectClean();
}

void RedisFaultsTest::redisHangs()
{
    begin();
    m_redis->pause();
    m_crowd->talk(10s);
    m_redis->resume();
    expectClean();
}

void RedisFaultsTest::everyConnectionToRedisIsKilled()
{
    begin();
    for (int i = 0; i < 5; ++i) {
        m_redis->cli({"CLIENT", "KILL", "TYPE", "normal"});
        m_redis->cli({"CLIENT", "KILL", "TYPE", "pubsub"});
        m_crowd->talk(400ms);
    }
    expectClean();
}

void RedisFaultsTest::theReadersConnectionIsKilled()
{
    begin();
    for (int i = 0; i < 5; ++i) {
        for (const QByteArray &client : m_redis->cli({"CLIENT", "LIST"}).split('\n')) {
            if (!client.contains(" cmd=xread "))
                continue;
            const qsizetype start = client.indexOf("id=") + 3;
            m_redis->cli({"CLIENT", "KILL", "ID", client.mid(start, client.indexOf(' ', start) - start)});
        }
        m_crowd->talk(400ms);
    }
    expectClean();
}

void RedisFaultsTest::theScriptsAreForgotten()
{
    begin();
    for (int i = 0; i < 10; ++i) {
        m_redis->cli({"SCRIPT", "FLUSH"});
        m_crowd->talk(100ms);
    }
    expectClean();
}

QTEST_GUILESS_MAIN(RedisFaultsTest)
#include "tst_redisfaults.moc"
