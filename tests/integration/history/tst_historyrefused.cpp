// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P4: the database is there, but does not do what it is asked to.
class HistoryRefusedTest : public StoredCrowd
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void readOnly();
    void noRoom();
    void connectionsAreKilled();
    void deadlocksAndLocks();
    void slowerThanTheLeases();
    void noTables();
};

void HistoryRefusedTest::readOnly()
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

// All tables are in one file, which may not grow any more.
void HistoryRefusedTest::noRoom()
{
    prepare({}, {},
            {u"--innodb-file-per-table=0"_s, u"--innodb-data-file-path=ibdata1:12M:autoextend:max:32M"_s});
    enter();
    QVERIFY(m_rows->execute(u"CREATE TABLE filler (text VARCHAR(3000) NOT NULL) CHARACTER SET latin1"_s));
    for (const int rows : {500, 50, 5, 1}) {
        // Until it is full; a database that is may also take longer to say so than anybody waits, or end.
        const auto filling = sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(m_url).value(), {});
        const QString statement = u"INSERT INTO filler SELECT REPEAT('x', 3000) FROM seq_1_to_%1"_s.arg(rows);
        while (filling && (*filling)->execute(statement)) { }
    }
    m_crowd->talk(5s);
    expectHistory(u"degraded"_s);
    m_mariaDb->setOptions(
        {u"--innodb-file-per-table=0"_s, u"--innodb-data-file-path=ibdata1:12M:autoextend"_s});
    QVERIFY(m_mariaDb->restart());
    expectStored();
    expectHistory(u"ok"_s);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryRefusedTest::connectionsAreKilled()
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
void HistoryRefusedTest::deadlocksAndLocks()
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

// Its statements outlast the leases, and the large ones what a writer waits for an answer.
void HistoryRefusedTest::slowerThanTheLeases()
{
    begin({u"groups.leaseDuration=2s"_s});
    QVERIFY(m_rows->execute(
        u"CREATE TRIGGER slow BEFORE INSERT ON messages FOR EACH ROW SET @slept = SLEEP(0.04)"_s));
    m_crowd->talk(6s);
    QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), 150'000);
    QVERIFY(m_rows->execute(u"DROP TRIGGER slow"_s));
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// Somebody who is to migrate the database has not done so when it is there at last.
void HistoryRefusedTest::noTables()
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

QTEST_GUILESS_MAIN(HistoryRefusedTest)
#include "tst_historyrefused.moc"
