// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"
#include "tests/support/rawhub.h"

#include <filesystem>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P1, P3: what the database loses is stored again from the log; what Redis loses was announced, and what was
// stored of it stays.
class HistoryLossTest : public StoredCrowd
{
    Q_OBJECT

public:
    // A crash of the database loses about its last second.
    HistoryLossTest()
        : StoredCrowd(MariaDbServer::Durability::EverySecond)
    { }

private Q_SLOTS:
    void cleanup() { end(); }

    void theLastCommitsAreLost();
    void theDatabaseIsAnOlderCopy();
    void redisIsEmptiedWhileTheWriterLags();
    void redisIsEmptiedWhileTheDatabaseIsAway();
    void theLogIsCutOff();
    void aNumberIsGivenTwice();

private:
    // Lets nothing be committed.
    [[nodiscard]] std::unique_ptr<sqlmigrate::Connection> block();
};

std::unique_ptr<sqlmigrate::Connection> HistoryLossTest::block()
{
    auto connection = sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(m_url).value(), {});
    if (!connection || !(*connection)->execute(u"FLUSH TABLES WITH READ LOCK"_s))
        return nullptr;
    return std::move(*connection);
}

void HistoryLossTest::theLastCommitsAreLost()
{
    begin();
    for (int i = 0; i < 4; ++i) {
        m_crowd->talk(std::chrono::milliseconds(700 + 150 * i));
        m_mariaDb->kill();
        QVERIFY(m_mariaDb->start());
    }
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryLossTest::theDatabaseIsAnOlderCopy()
{
    begin();
    m_crowd->talk(500ms);
    m_mariaDb->stop();
    namespace fs = std::filesystem;
    const fs::path data = m_mariaDb->folder().toStdString() + "/data";
    const fs::path copy = m_mariaDb->folder().toStdString() + "/copy";
    fs::copy(data, copy, fs::copy_options::recursive);
    QVERIFY(m_mariaDb->start());
    m_crowd->talk(1s);
    QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), 30'000);
    m_mariaDb->kill();
    fs::remove_all(data);
    fs::rename(copy, data);
    QVERIFY(m_mariaDb->start());
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryLossTest::redisIsEmptiedWhileTheWriterLags()
{
    begin();
    QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), 30'000);
    auto lock = block();
    QVERIFY(lock);
    m_crowd->talk(1s);
    QVERIFY(m_redis->restartEmpty());
    m_crowd->talk(1s);
    lock.reset();
    expectStored(Crowd::History::MayBeLost);
    // The groups came back from the database, and their numbers go on far above.
    const QString highest = u"SELECT MAX(seq) FROM messages WHERE group_id = 'room-0'"_s;
    QVERIFY(m_rows->number(highest) > 1'000'000);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// Groups come back with the database; the numbers that are given meanwhile are above all that were.
void HistoryLossTest::redisIsEmptiedWhileTheDatabaseIsAway()
{
    begin();
    const QString quiet = u"quiet"_s;
    {
        RawHub hub(m_crowd->server(0).port(), "ann");
        QCOMPARE(hub.errorOf(u"CreateGroup"_s, {quiet}), QString());
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {quiet}), QString());
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {quiet, u"before"_s}), QString());
        QCOMPARE(hub.errorOf(u"LeaveGroup"_s, {quiet}), QString());
        QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"empty"_s}), QString());
    }
    QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), 30'000);
    m_mariaDb->stop();
    QVERIFY(m_redis->restartEmpty());
    m_crowd->talk(1s);
    QVERIFY(m_mariaDb->start());
    RawHub hub(m_crowd->server(1).port(), "ann");
    QVERIFY(QTest::qWaitFor([&] { return hub.errorOf(u"JoinGroup"_s, {u"empty"_s}).isEmpty(); }, 30'000));
    QVERIFY(QTest::qWaitFor([&] { return hub.errorOf(u"JoinGroup"_s, {quiet}).isEmpty(); }, 30'000));
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {quiet, u"after"_s}), QString());
    expectStored(Crowd::History::MayBeLost);
    const QList<chat::Message> messages = m_rows->of(quiet);
    QCOMPARE(messages.size(), 2);
    QCOMPARE(messages[0].seq, 1);
    QVERIFY(messages[1].seq > 1'000'000);
    QVERIFY(m_rows->number(u"SELECT MAX(seq) FROM messages WHERE group_id = 'room-0'"_s) > 1'000'000'000'000);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// Redis comes back without what it had written last, which the database had already.
void HistoryLossTest::theLogIsCutOff()
{
    prepare({}, {"--appendonly", "yes", "--appendfsync", "always"});
    enter();
    const auto written = [this] { return m_redis->info("aof_current_size").toLongLong(); };
    for (int i = 0; i < 2; ++i) {
        const qint64 before = written();
        m_crowd->talk(1s);
        QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), 30'000);
        const qint64 rows = m_rows->count(u"messages"_s);
        const qint64 lost = written() - before;
        m_redis->kill();
        QVERIFY(m_redis->cutAppendOnlyFile(lost));
        QVERIFY(m_redis->start());
        m_crowd->talk(1s);
        QVERIFY(m_rows->count(u"messages"_s) >= rows);
    }
    expectStored(); // also what Redis lost
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// As two servers do that take one another for gone. The first stays, the other is kept, and somebody is told.
void HistoryLossTest::aNumberIsGivenTwice()
{
    begin();
    QVERIFY(m_crowd->settle());
    QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), 30'000);
    const QList<chat::Message> before = m_rows->of(Crowd::groupName(0));
    const QByteArray script =
        "local g = redis.call('HGET', KEYS[2], ARGV[1]) if not g then return 0 end "
        "local n = redis.call('HINCRBY', KEYS[1], 'n', 1) "
        "redis.call('XADD', KEYS[3], '*', 'v', '1', 'k', 'm', 'g', ARGV[1], 's', '3', 'e', "
        "redis.call('HGET', KEYS[1], 'epoch'), 'n', n, 'a', 'mallory', 't', '1700000000000000', 'c', '', "
        "'x', "
        "'another one') return 1";
    qint64 written = 0;
    for (int k = 0; k < 16; ++k) {
        const QByteArray prefix = "{nc:" + QByteArray::number(k) + "}:";
        written +=
            m_redis->ask({"EVAL", script, "3", prefix + "meta", prefix + "seq", prefix + "log", "room-0"})
                .integer;
    }
    QCOMPARE(written, 1);
    QTRY_COMPARE(m_rows->count(u"dead_letters"_s), 1);
    QVERIFY(m_rows->value(u"SELECT entry FROM dead_letters"_s).toByteArray().contains("another one"));
    QCOMPARE(m_rows->of(Crowd::groupName(0)), before);
    QCOMPARE(metric("nextchat_history_contradictions_total"), 1.0);
    QVERIFY(m_crowd->logs().contains("dead_letters"));
    expectStored();
}

QTEST_GUILESS_MAIN(HistoryLossTest)
#include "tst_historyloss.moc"
