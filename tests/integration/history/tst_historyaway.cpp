// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"
#include "tests/support/rawhub.h"

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P4: while the database is away, however that looks, chat goes on; after it is back, history is whole.
class HistoryAwayTest : public StoredCrowd
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void awayAtTheStart();
    void awayForAWhile();
    void killedInItsTransactions();
    void untilTheBacklogIsFull();
    void hanging();
    void readOnly();
    void connectionsAreKilled();
    void deadlocksAndLocks();
    void noTables();

private:
    // All servers say so.
    void expectHistory(const QString &state);
};

void HistoryAwayTest::expectHistory(const QString &state)
{
    for (int i = 0; i < Crowd::servers; ++i) {
        QTRY_COMPARE_WITH_TIMEOUT(readiness(u"history"_s, i), state, 30'000);
        QCOMPARE(readiness(u"status"_s, i), u"ready"_s);
    }
}

void HistoryAwayTest::awayAtTheStart()
{
    prepare();
    m_mariaDb->kill();
    enter();
    expectHistory(u"degraded"_s);
    m_crowd->talk(1s);
    QTRY_VERIFY(metric("nextchat_history_lag_seconds", 0) > 1);
    QVERIFY(m_mariaDb->start());
    expectStored();
    expectHistory(u"ok"_s);
}

void HistoryAwayTest::awayForAWhile()
{
    begin();
    for (int i = 0; i < 2; ++i) {
        m_mariaDb->stop();
        m_crowd->talk(3s);
        expectHistory(u"degraded"_s);
        QVERIFY(m_mariaDb->start());
        m_crowd->talk(1s);
    }
    expectStored();
    expectHistory(u"ok"_s);
}

void HistoryAwayTest::killedInItsTransactions()
{
    begin();
    for (int i = 0; i < 5; ++i) {
        m_crowd->talk(std::chrono::milliseconds(300 + 41 * i));
        m_mariaDb->kill();
        m_crowd->talk(100ms);
        QVERIFY(m_mariaDb->start());
        QTRY_COMPARE_WITH_TIMEOUT(readiness(u"history"_s), u"ok"_s, 30'000);
    }
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// What was accepted is there in the end; the rest was certainly refused.
void HistoryAwayTest::untilTheBacklogIsFull()
{
    begin({u"redis.maxBacklog=200"_s});
    m_mariaDb->stop();
    RawHub hub(m_crowd->server(0).port(), "ann");
    const QString group = u"backlog"_s;
    QCOMPARE(hub.errorOf(u"CreateGroup"_s, {group}), QString());
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {group}), QString());
    QString error;
    int accepted = 0;
    for (int i = 0; i < 400 && error.isEmpty(); ++i) {
        error = hub.errorOf(u"SendMessage"_s, {group, QString::number(i)});
        accepted += error.isEmpty() ? 1 : 0;
    }
    QVERIFY2(error.endsWith(u" Messaging is temporarily unavailable; try again."_s), qPrintable(error));
    QVERIFY2(accepted > 100 && accepted <= 200, qPrintable(QString::number(accepted)));
    QVERIFY(m_mariaDb->start());
    QVERIFY(QTest::qWaitFor(
        [&] {
            return hub.errorOf(u"SendMessage"_s, {group, QString::number(accepted)}).isEmpty();
        },
        30'000));
    expectStored();
    const QList<chat::Message> messages = m_rows->of(group);
    QCOMPARE(messages.size(), accepted + 1);
    for (int i = 0; i < messages.size(); ++i)
        QCOMPARE(messages[i].text, QString::number(i));
}

// Longer than the leases last, and any statement waits.
void HistoryAwayTest::hanging()
{
    begin();
    m_mariaDb->pause();
    m_crowd->talk(12s);
    expectHistory(u"degraded"_s);
    m_mariaDb->resume();
    expectStored();
    expectHistory(u"ok"_s);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryAwayTest::readOnly()
{
    prepare();
    // As other users than the administrator meet it.
    QVERIFY(m_mariaDb->query(u"CREATE USER chat@'127.0.0.1'"_s));
    QVERIFY(m_mariaDb->query(u"GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO chat@'127.0.0.1'"_s));
    m_crowd = std::make_unique<Crowd>(
        m_redis->url(), QStringList{u"history.url="_s + QString(m_url).replace(u"root@"_s, u"chat@"_s)});
    enter();
    QVERIFY(m_mariaDb->query(u"SET GLOBAL read_only = 1"_s));
    m_crowd->talk(1s);
    expectHistory(u"degraded"_s);
    QVERIFY(m_mariaDb->query(u"SET GLOBAL read_only = 0"_s));
    expectStored();
    expectHistory(u"ok"_s);
}

void HistoryAwayTest::connectionsAreKilled()
{
    begin();
    for (int i = 0; i < 20; ++i) {
        m_crowd->talk(100ms);
        const auto connections = m_mariaDb->query(
            u"SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db "
            "IS NOT NULL"_s);
        QVERIFY(connections);
        for (const QVariantList &one : *connections)
            (void)m_mariaDb->query(u"KILL CONNECTION "_s + one[0].toString()); // some are gone already
    }
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// Somebody works in the same tables.
void HistoryAwayTest::deadlocksAndLocks()
{
    begin();
    auto other = sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(m_url).value(), {});
    QVERIFY(other);
    for (int i = 0; i < 10; ++i) {
        // In the other order than the servers: messages and groups, then positions.
        QVERIFY((*other)->execute(u"START TRANSACTION"_s));
        QVERIFY((*other)->execute(u"UPDATE chat_groups SET last_time = last_time + 1"_s));
        (void)(*other)->execute(u"DELETE FROM messages WHERE group_id = 'room-0' AND seq > 1000000000"_s);
        m_crowd->talk(150ms);
        (void)(*other)->execute(u"UPDATE partitions SET stored_at = stored_at"_s); // one of both fails
        (void)(*other)->execute(u"ROLLBACK"_s);
    }
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// Somebody who is to migrate the database has not done so when it is there at last.
void HistoryAwayTest::noTables()
{
    prepare();
    const QString empty = m_mariaDb->createDatabase();
    m_url = m_mariaDb->url(empty);
    m_rows = std::make_unique<HistoryRows>(m_url);
    m_mariaDb->kill();
    m_crowd = std::make_unique<Crowd>(m_redis->url(), QStringList{u"history.url="_s + m_url});
    enter();
    QVERIFY(m_mariaDb->start());
    QTRY_VERIFY_WITH_TIMEOUT(m_crowd->server(0).standardError().contains("nextchat-sqlmigrate --database"),
                             30'000);
    m_crowd->talk(500ms);
    expectHistory(u"degraded"_s);
    QVERIFY(m_rows->migrate());
    expectStored();
    expectHistory(u"ok"_s);
}

QTEST_GUILESS_MAIN(HistoryAwayTest)
#include "tst_historyaway.moc"
