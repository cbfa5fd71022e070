// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"
#include "tests/support/rawhub.h"

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P2, P3: what was accepted is in the database once, in its order.
class HistoryStoredTest : public StoredCrowd
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void everythingIsStoredOnce();
    void bySeveralThreadsOfAServer();
    void acceptedWhenStored();
    void ofSeveralRedisServers();
};

void HistoryStoredTest::everythingIsStoredOnce()
{
    begin();
    m_crowd->talk(2s);
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
    QCOMPARE(m_rows->count(u"chat_groups"_s), Crowd::groups);
    QCOMPARE(metric("nextchat_history_stored_total"), double(m_rows->count(u"messages"_s)));
    QTRY_COMPARE(metric("nextchat_history_backlog", 0), 0.0);
    QCOMPARE(readiness(u"history"_s), u"ok"_s);
    // The servers share the work.
    for (int i = 0; i < Crowd::servers; ++i)
        QTRY_VERIFY(metric("nextchat_history_partitions", i) >= 4);
}

void HistoryStoredTest::bySeveralThreadsOfAServer()
{
    begin({u"history.writers=3"_s});
    m_crowd->talk(1s);
    expectStored();
    QTRY_COMPARE(metric("nextchat_history_partitions"), 16.0);
    QCOMPARE(m_rows->number(u"SELECT COUNT(*) FROM writers"_s), 3 * Crowd::servers);
    // Of sixteen, nobody keeps more than two.
    QTRY_COMPARE_WITH_TIMEOUT(
        m_rows->number(u"SELECT MAX(owned) FROM (SELECT COUNT(*) AS owned FROM partitions "
                       "GROUP BY owner) AS shares"_s),
        2, 30'000);
}

// Members are told that a message was sent when it is in the database, and of none that is not.
void HistoryStoredTest::acceptedWhenStored()
{
    begin({u"messaging.acceptWhen=stored"_s});
    m_crowd->talk(1s);
    m_mariaDb->kill();
    m_crowd->talk(1s);
    QVERIFY(m_mariaDb->start());
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryStoredTest::ofSeveralRedisServers()
{
    prepare();
    RedisServer second;
    QVERIFY(second.start());
    ServerProcess server({u"--redis"_s, m_redis->url() + u',' + second.url(), u"--history"_s, m_url,
                          u"--set"_s, u"limits.callsPerSecond=0"_s, u"--set"_s,
                          u"limits.createsPerMinute=0"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    RawHub hub(server.port(), "ann");
    constexpr int groups = 30;
    for (int i = 0; i < groups; ++i) {
        const QString group = u"group-%1"_s.arg(i);
        QCOMPARE(hub.errorOf(u"CreateGroup"_s, {group}), QString());
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {group}), QString());
        for (int j = 0; j < 3; ++j)
            QCOMPARE(hub.errorOf(u"SendMessage"_s, {group, QString::number(j)}), QString());
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_rows->count(u"messages"_s), 3 * groups, 20'000);
    QCOMPARE(m_rows->count(u"chat_groups"_s), groups);
    QTRY_COMPARE(m_rows->number(u"SELECT COUNT(*) FROM partitions WHERE epoch <> ''"_s), 16);
    // Each of them goes on alone.
    second.pause();
    const QString first = u"SELECT MAX(stored_at) FROM partitions WHERE k % 2 = 0"_s;
    const qint64 before = m_rows->number(first);
    QVERIFY(QTest::qWaitFor(
        [&] {
            for (int i = 0; i < groups; ++i)
                (void)hub.invoke(u"SendMessage"_s, {u"group-%1"_s.arg(i), u"more"_s});
            return m_rows->number(first) > before;
        },
        60'000));
    second.resume();
}

QTEST_GUILESS_MAIN(HistoryStoredTest)
#include "tst_historystored.moc"
