// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"

#include <signal.h>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P2, P3: whatever becomes of the servers that write, at whatever moment, each message is stored once.
class HistoryKillsTest : public StoredCrowd
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void serversAreKilledAllTheWhile();
    void aServerIsKilledInATransaction();
    void aServerSleepsThroughItsLease();
    void aServerSleepsInATransaction();
    void serversComeAndGoInOrder();

private:
    // The one that stores the most partitions.
    [[nodiscard]] int writer() const;
    // A lock that lets transactions begin, perhaps, but not commit.
    [[nodiscard]] std::unique_ptr<sqlmigrate::Connection> blockCommits();
    // Transactions of servers that have not ended.
    [[nodiscard]] qint64 openTransactions() const
    {
        return m_rows->number(u"SELECT COUNT(*) FROM information_schema.innodb_trx"_s);
    }
};

int HistoryKillsTest::writer() const
{
    int best = 0;
    for (int i = 1; i < Crowd::servers; ++i) {
        if (metric("nextchat_history_partitions", i) > metric("nextchat_history_partitions", best))
            best = i;
    }
    return best;
}

std::unique_ptr<sqlmigrate::Connection> HistoryKillsTest::blockCommits()
{
    auto connection = sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(m_url).value(), {});
    if (!connection || !(*connection)->execute(u"FLUSH TABLES WITH READ LOCK"_s))
        return nullptr;
    return std::move(*connection);
}

void HistoryKillsTest::serversAreKilledAllTheWhile()
{
    begin();
    for (int i = 0; i < 9; ++i) {
        const int victim = i % Crowd::servers;
        m_crowd->talk(
            std::chrono::milliseconds(150 + 37 * i)); // at another moment of its transactions each time
        m_crowd->server(victim).kill9();
        m_crowd->talk(200ms);
        QVERIFY(m_crowd->server(victim).restart());
    }
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// Before the COMMIT, or in it, or after it and before its answer: the database decides.
void HistoryKillsTest::aServerIsKilledInATransaction()
{
    begin();
    for (int i = 0; i < 5; ++i) {
        auto lock = blockCommits();
        QVERIFY(lock);
        m_crowd->talk(300ms);
        const int victim = writer();
        m_crowd->server(victim).kill9();
        lock.reset();
        m_crowd->talk(200ms);
        QVERIFY(m_crowd->server(victim).restart());
        QTRY_VERIFY_WITH_TIMEOUT(metric("nextchat_history_partitions", victim) > 0, 30'000);
    }
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryKillsTest::aServerSleepsThroughItsLease()
{
    begin({u"groups.leaseDuration=2s"_s});
    const QString owners = u"SELECT COUNT(DISTINCT owner) FROM partitions"_s;
    QTRY_COMPARE_WITH_TIMEOUT(m_rows->number(owners), Crowd::servers, 30'000); // each has its share
    const int sleeper = writer();
    const auto held = qint64(metric("nextchat_history_partitions", sleeper));
    QVERIFY(held > 0);
    const pid_t process = pid_t(m_crowd->server(sleeper).processId());
    ::kill(process, SIGSTOP);
    // The others take what it held; if it fell asleep in a transaction, when the database ends that.
    QTRY_COMPARE_WITH_TIMEOUT(m_rows->number(owners), Crowd::servers - 1, 60'000);
    m_crowd->talk(500ms);
    ::kill(process, SIGCONT);
    expectStored(Crowd::History::PlacesMayBeLost);
    QTRY_COMPARE_WITH_TIMEOUT(m_rows->number(owners), Crowd::servers, 30'000);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// Its locks would keep the others out for as long as it sleeps.
void HistoryKillsTest::aServerSleepsInATransaction()
{
    begin({u"groups.leaseDuration=2s"_s});
    const QString owners = u"SELECT COUNT(DISTINCT owner) FROM partitions"_s;
    QTRY_COMPARE_WITH_TIMEOUT(m_rows->number(owners), Crowd::servers, 30'000); // each has its share
    // No row of that table can be inserted: a transaction that stores a message waits in its midst.
    auto lock = sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(m_url).value(), {});
    QVERIFY(lock);
    QVERIFY((*lock)->execute(u"LOCK TABLES messages READ"_s));
    m_crowd->talk(300ms);
    QTRY_VERIFY(openTransactions() > 0);
    const int sleeper = writer();
    const pid_t process = pid_t(m_crowd->server(sleeper).processId());
    ::kill(process, SIGSTOP);
    lock->reset();
    QTRY_COMPARE_WITH_TIMEOUT(m_rows->number(owners), Crowd::servers - 1, 60'000);
    m_crowd->talk(500ms);
    ::kill(process, SIGCONT); // its batch comes too late
    expectStored(Crowd::History::PlacesMayBeLost);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryKillsTest::serversComeAndGoInOrder()
{
    begin();
    for (int i = 0; i < Crowd::servers; ++i) {
        m_crowd->talk(300ms);
        QCOMPARE(m_crowd->server(i).terminate(), 0);
        // At once: it left them.
        QTRY_COMPARE_WITH_TIMEOUT(m_rows->number(u"SELECT COUNT(DISTINCT owner) FROM partitions"_s),
                                  Crowd::servers - 1, 20'000);
        QVERIFY(m_crowd->server(i).restart());
        QTRY_VERIFY_WITH_TIMEOUT(metric("nextchat_history_partitions", i) >= 4, 20'000);
    }
    expectStored();
}

QTEST_GUILESS_MAIN(HistoryKillsTest)
#include "tst_historykills.moc"
