// SPDX-License-Identifier: MIT
#include "tests/integration/redis/crowdfixture.h"
#include "tests/support/rawhub.h"
#include "tests/support/wrongclock.h"

#include <QElapsedTimer>

#include <csignal>
#include <list>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

// Somebody who would like a place in a group.
struct Guest
{
    Guest(quint16 port, int number)
        : hub(port, "guest-" + QByteArray::number(number))
        , group(Crowd::groupName(number % Crowd::groups))
    { }
    // Whether it is in, now or since earlier.
    bool join()
    {
        isIn = isIn || hub.invoke(u"JoinGroup"_s, {group}).value(u"result").toInt(-1) == 0;
        return isIn;
    }

    RawHub hub;
    QString group;
    bool isIn = false;
};

} // namespace

// P1, P2, P3, P8 with several servers over Redis, where nothing dies, but clocks, memory, the log, or places
// in groups are not as they should be.
class RedisDisorderTest : public CrowdFixture
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void aServersClockIsWrong_data();
    void aServersClockIsWrong();
    void redisIsFull();
    void theLogIsTrimmedBehindAReader();
    void aLeaveThatRedisMissedEndsNoLaterJoin();
    void placesAreTakenWhileTheirServerIsPaused();

private:
    void pause(int server) { ::kill(static_cast<pid_t>(m_crowd->server(server).processId()), SIGSTOP); }
    void resume(int server) { ::kill(static_cast<pid_t>(m_crowd->server(server).processId()), SIGCONT); }
    [[nodiscard]] qsizetype placesLost()
    {
        qsizetype count = 0;
        for (int i = 0; i < Crowd::members; ++i)
            count += m_crowd->member(i).books().lost;
        return count;
    }
};

void RedisDisorderTest::aServersClockIsWrong_data()
{
    QTest::addColumn<std::chrono::seconds>("off");
    QTest::newRow("a minute slow") << -60s;
    QTest::newRow("a minute fast") << 60s;
}

void RedisDisorderTest::aServersClockIsWrong()
{
    QFETCH(std::chrono::seconds, off);
    const QMap<QString, QString> environment = wrongClock(off);
    QVERIFY2(!environment.isEmpty(), "the package faketime is needed");
    prepare();
    m_crowd->setEnvironment(1, environment);
    enter();
    m_crowd->talk(4s); // longer than a lease
    m_crowd->proxy().cut(); // tokens of one server are used at another
    m_crowd->talk(1s);
    expectClean();
}

void RedisDisorderTest::redisIsFull()
{
    begin();
    for (int i = 0; i < 2; ++i) {
        m_redis->cli({"CONFIG", "SET", "maxmemory", "1mb"});
        m_crowd->talk(4s); // longer than a lease: places are kept all the same
        m_redis->cli({"CONFIG", "SET", "maxmemory", "0"});
        m_crowd->talk(500ms);
    }
    QVERIFY(m_crowd->logs().contains("takes no messages: OOM")); // or nothing was tested
    expectClean();
}

void RedisDisorderTest::theLogIsTrimmedBehindAReader()
{
    begin();
    pause(1);
    m_redis->cli({"CLIENT", "KILL", "TYPE", "pubsub"}); // else what is published waits in its socket
    m_crowd->talk(2s);
    for (const QByteArray &log : m_redis->cli({"KEYS", "*:log"}).split('\n'))
        m_redis->cli({"XTRIM", log.trimmed(), "MAXLEN", "0"});
    resume(1);
    m_crowd->talk(2s);
    const SoakFindings findings = expectClean(Crowd::History::MayBeDeleted);
    QVERIFY(findings.deleted() > 0 && findings.gapsAnnounced() > 0); // or nothing was tested
}

void RedisDisorderTest::aLeaveThatRedisMissedEndsNoLaterJoin()
{
    begin();
    for (int i = 0; i < 2; ++i) {
        QVERIFY(m_crowd->settle());
        m_redis->pause();
        for (int member = i; member < Crowd::members; member += 2)
            QVERIFY(m_crowd->member(member).leave());
        m_crowd->talk(3s); // they wish to come back at once
        m_redis->resume();
        m_crowd->talk(5s); // longer than a lease: a place that is lost would be gone by then
    }
    expectClean();
}

// A place that is free after a lease is another's; who had it is told, and says nothing more in the group.
void RedisDisorderTest::placesAreTakenWhileTheirServerIsPaused()
{
    constexpr int room = Crowd::members / Crowd::groups + 1; // also for who reads the histories
    begin({}, {u"limits.groupMembers=%1"_s.arg(room)});
    pause(1);
    std::list<Guest> guests; // two for each group
    for (int i = 0; i < 2 * Crowd::groups; ++i)
        guests.emplace_back(m_crowd->server(0).port(), i);
    qsizetype inside = 0;
    QElapsedTimer clock;
    clock.start();
    while (inside < 2 * Crowd::groups && clock.elapsed() < 10'000) {
        m_crowd->talk(200ms);
        inside = std::count_if(guests.begin(), guests.end(), [](Guest &guest) { return guest.join(); });
    }
    const qsizetype taken = inside - Crowd::groups;
    QVERIFY(taken > 0);
    resume(1);
    clock.start();
    while (placesLost() < taken && clock.elapsed() < 20'000)
        m_crowd->talk(200ms);
    QCOMPARE(placesLost(), taken);
    guests.clear();
    expectClean(Crowd::History::PlacesMayBeLost);
    QCOMPARE(placesLost(), taken);
}

QTEST_GUILESS_MAIN(RedisDisorderTest)
#include "tst_redisdisorder.moc"
