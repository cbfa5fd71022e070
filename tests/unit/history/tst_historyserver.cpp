// SPDX-License-Identifier: MIT
#include "common/support/mailbox.h"
#include "server/history/sqlhistorystore.h"
#include "sqlmigrate/migrator.h"
#include "tests/support/mariadbserver.h"

#include <QLoggingCategory>
#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What a database server can do to who reads from it: it goes and comes, hangs, and drops connections.
class HistoryServerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void aKilledConnectionIsReplaced();
    void aRestartIsNotNoticed();
    void aConnectionClosedForIdlenessIsReplaced();
    void anIdleConnectionIsNotTrusted();
    void aServerThatIsAwayIsUnavailableUntilItIsThere();
    void aServerMayComeLater();
    void aServerThatHangsTimesOutAndIsLeftAlone();
    void aQueryThatNobodyWaitsForEnds();

private:
    SqlHistoryStore &open(SqlHistoryOptions options = {});
    [[nodiscard]] Expected<chat::HistoryPage> read()
    {
        return QCoro::waitFor(m_store->newest(u"room"_s, {}, {}));
    }
    // Of the readers, as the server sees them: ids, or what they do.
    [[nodiscard]] QStringList processes(const QString &column) const;

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<test::MariaDbServer> m_server;
    QString m_name;
    MetricsRegistry m_metrics;
    std::unique_ptr<SqlHistoryStore> m_store;
};

void HistoryServerTest::initTestCase()
{
    QLoggingCategory::setFilterRules(u"nextchat.history=false"_s); // failures are provoked, warnings fatal
    m_server =
        std::make_unique<test::MariaDbServer>(QStringList{}, test::MariaDbServer::Durability::EverySecond);
    QVERIFY(m_server->start());
}

void HistoryServerTest::init()
{
    m_mailbox = std::make_unique<Mailbox>();
    m_name = m_server->createDatabase();
    const auto connection =
        sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(m_server->url(m_name)).value(), {});
    QVERIFY(connection);
    const auto migrations = sqlmigrate::builtInMigrations((*connection)->dialect());
    QVERIFY(sqlmigrate::Migrator(**connection, *migrations, sqlmigrate::programVersion()).up());
    QVERIFY((*connection)->execute(u"INSERT INTO messages VALUES ('room', 1, 'e', 'ann', 'hi', 1, NULL)"_s));
}

void HistoryServerTest::cleanup()
{
    m_store.reset();
    m_mailbox.reset();
}

SqlHistoryStore &HistoryServerTest::open(SqlHistoryOptions options)
{
    options.database = sqlmigrate::DatabaseUrl::parse(m_server->url(m_name)).value();
    m_store = std::make_unique<SqlHistoryStore>(options, m_metrics);
    return *m_store;
}

QStringList HistoryServerTest::processes(const QString &column) const
{
    QStringList all;
    const auto rows = m_server->query(
        u"SELECT %1 FROM information_schema.processlist WHERE db = '%2'"_s.arg(column, m_name));
    for (const QVariantList &row : rows.value_or(std::vector<QVariantList>()))
        all.append(row.front().toString());
    return all;
}

void HistoryServerTest::aKilledConnectionIsReplaced()
{
    open({.readers = 1});
    QVERIFY(read());
    for (int i = 0; i < 3; ++i) {
        const QStringList before = processes(u"id"_s);
        QCOMPARE(before.size(), 1);
        QVERIFY(m_server->query(u"KILL "_s + before.front()));
        QCOMPARE(read()->messages.size(), 1); // by the first that asks
        QTRY_VERIFY(!processes(u"id"_s).contains(before.front())); // the server ends it in its time
        QCOMPARE(read()->messages.size(), 1);
    }
}

void HistoryServerTest::aRestartIsNotNoticed()
{
    open();
    QVERIFY(read());
    QVERIFY(m_server->restart());
    QCOMPARE(read()->messages.size(), 1);
}

void HistoryServerTest::aConnectionClosedForIdlenessIsReplaced()
{
    open({.readers = 1});
    QVERIFY(m_server->query(u"SET GLOBAL wait_timeout = 1"_s));
    QVERIFY(read());
    QTRY_VERIFY_WITH_TIMEOUT(processes(u"id"_s).isEmpty(), 30'000);
    QVERIFY(m_server->query(u"SET GLOBAL wait_timeout = 28800"_s));
    QCOMPARE(read()->messages.size(), 1);
}

void HistoryServerTest::anIdleConnectionIsNotTrusted()
{
    open({.readers = 1, .maximumIdle = 100ms});
    QVERIFY(read());
    const QStringList before = processes(u"id"_s);
    QElapsedTimer idle;
    idle.start();
    QTRY_VERIFY(idle.hasExpired(101));
    QVERIFY(read());
    QVERIFY(processes(u"id"_s) != before);
    m_store.reset();
    open({.readers = 1});
    QVERIFY(read());
    const QStringList trusted = processes(u"id"_s);
    QVERIFY(read());
    QCOMPARE(processes(u"id"_s), trusted);
}

void HistoryServerTest::aServerThatIsAwayIsUnavailableUntilItIsThere()
{
    open();
    QVERIFY(read());
    m_server->kill();
    for (int i = 0; i < 20; ++i)
        QCOMPARE(read().error().code, Error::Code::Unavailable); // nobody waited for the time-out
    QVERIFY(m_server->start());
    QTRY_VERIFY(read());
}

void HistoryServerTest::aServerMayComeLater()
{
    m_server->stop();
    open();
    QCOMPARE(read().error().code, Error::Code::Unavailable);
    QVERIFY(m_server->start());
    QTRY_VERIFY(read());
}

void HistoryServerTest::aServerThatHangsTimesOutAndIsLeftAlone()
{
    open({.readers = 2, .readTimeout = 400ms});
    QVERIFY(read());
    m_server->pause();
    std::vector<QCoro::Task<Expected<chat::HistoryPage>>> all;
    for (int i = 0; i < 10; ++i)
        all.push_back(m_store->newest(u"room"_s, {}, {}));
    for (auto &one : all)
        QVERIFY(!QCoro::waitFor(one));
    // Both readers wait for the server: nobody else does, but who comes just when one looks again.
    QVERIFY(QTest::qWaitFor([this] { return read().error().code == Error::Code::Unavailable; }, 30'000));
    m_server->resume();
    QTRY_VERIFY_WITH_TIMEOUT(read(), 30'000);
}

void HistoryServerTest::aQueryThatNobodyWaitsForEnds()
{
    open({.readers = 1, .readTimeout = 400ms});
    QVERIFY(read());
    const auto locking =
        sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(m_server->url(m_name)).value(), {});
    QVERIFY((*locking)->execute(u"LOCK TABLES messages WRITE"_s));
    QCOMPARE(read().error().code, Error::Code::TimedOut);
    QTRY_VERIFY(processes(u"state"_s).filter(u"Waiting for table"_s).isEmpty());
    QVERIFY((*locking)->execute(u"UNLOCK TABLES"_s));
    QTRY_VERIFY(read());
}

QTEST_GUILESS_MAIN(HistoryServerTest)
#include "tst_historyserver.moc"
