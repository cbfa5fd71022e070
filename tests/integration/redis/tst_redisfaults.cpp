// SPDX-License-Identifier: MIT
#include "tests/integration/redis/crowdfixture.h"

#include <csignal>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P1, P2, P3, P8 with several servers over Redis: whatever dies or hangs under load, as long as Redis keeps
// what it has, nothing is lost, doubled, out of order, or missing without a word.
class RedisFaultsTest : public CrowdFixture
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void connectionsAreCutAndComeBackAnywhere();
    void aServerIsKilled108();
    void aServerIsPaused_data();
    void aServerIsPaused();
    void allServersAreRestartedOneByOne();
    void redisIsRestarted_data();
    void redisIsRestarted();
    void redisHangs108();
    void everyConnectionToRedisIsKilled108();
    void theReadersConnectionIsKilled();
    void theScriptsAreForgotten();
};

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

void RedisFaultsTest::aServerIsKilled108()
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

void RedisFaultsTest::aServerIsPaused_data()
{
    QTest::addColumn<std::chrono::milliseconds>("time");
    QTest::newRow("longer than its lease") << std::chrono::milliseconds(5s);
    QTest::newRow("longer than its clients wait") << std::chrono::milliseconds(32s);
}

void RedisFaultsTest::aServerIsPaused()
{
    QFETCH(std::chrono::milliseconds, time);
    begin({}, {u"history.resumeLimit=5000"_s}); // a member can miss more than the default
    ::kill(static_cast<pid_t>(m_crowd->server(1).processId()), SIGSTOP);
    m_crowd->talk(time);
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

void RedisFaultsTest::redisHangs108()
{
    begin();
    m_redis->pause();
    m_crowd->talk(10s);
    m_redis->resume();
    expectClean();
}

void RedisFaultsTest::everyConnectionToRedisIsKilled108()
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
