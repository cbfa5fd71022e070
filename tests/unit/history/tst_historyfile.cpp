// SPDX-License-Identifier: MIT
#include "common/support/mailbox.h"
#include "server/history/sqlhistorystore.h"
#include "tests/unit/history/historydatabase.h"

#include <QLoggingCategory>
#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What can happen to a database of SQLite while it is read: its file is missing, or locked.
class HistoryFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void aMissingFileIsUnavailableUntilItIsThere();
    void aLockedFileTimesOut();

private:
    SqlHistoryStore &open(SqlHistoryOptions options = {});

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<test::HistoryDatabase> m_database;
    MetricsRegistry m_metrics;
    std::unique_ptr<SqlHistoryStore> m_store;
};

void HistoryFileTest::initTestCase()
{
    QLoggingCategory::setFilterRules(u"nextchat.history=false"_s); // failures are provoked, warnings fatal
}

void HistoryFileTest::init()
{
    m_mailbox = std::make_unique<Mailbox>();
    m_database = test::HistoryDatabase::make(sqlmigrate::DatabaseUrl::System::Sqlite);
    QVERIFY(m_database);
}

void HistoryFileTest::cleanup()
{
    m_store.reset();
    m_database.reset();
    m_mailbox.reset();
}

SqlHistoryStore &HistoryFileTest::open(SqlHistoryOptions options)
{
    options.database = m_database->url();
    m_store = std::make_unique<SqlHistoryStore>(options, m_metrics);
    return *m_store;
}

void HistoryFileTest::aMissingFileIsUnavailableUntilItIsThere()
{
    m_database->close();
    const QString path = m_database->url().path;
    const QString away = path + u".away"_s;
    QVERIFY(QFile::rename(path, away));
    open();
    QCOMPARE(QCoro::waitFor(m_store->newest(u"room"_s, {}, {})).error().code, Error::Code::Unavailable);
    QVERIFY(!QFile::exists(path)); // it makes no empty one
    QVERIFY(QFile::rename(away, path));
    QTRY_VERIFY(QCoro::waitFor(m_store->newest(u"room"_s, {}, {})));
}

void HistoryFileTest::aLockedFileTimesOut()
{
    // Without a write-ahead log a writer keeps readers out.
    QVERIFY(m_database->writing().select(u"PRAGMA journal_mode = DELETE"_s));
    open({.readTimeout = 200ms});
    QVERIFY(QCoro::waitFor(m_store->newest(u"room"_s, {}, {})));
    QVERIFY(m_database->writing().execute(u"BEGIN EXCLUSIVE"_s));
    std::vector<QCoro::Task<Expected<chat::HistoryPage>>> all;
    for (int i = 0; i < 20; ++i)
        all.push_back(m_store->newest(u"room"_s, {}, {}));
    QElapsedTimer timer;
    timer.start();
    int late = 0;
    for (auto &one : all) {
        const auto page = QCoro::waitFor(one);
        QVERIFY(!page);
        late += page.error().code == Error::Code::TimedOut ? 1 : 0;
    }
    QVERIFY(late > 0);
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed()))); // not 20 times the lock's
    QVERIFY(m_database->writing().execute(u"ROLLBACK"_s));
    QTRY_VERIFY(QCoro::waitFor(m_store->newest(u"room"_s, {}, {})));
}

QTEST_GUILESS_MAIN(HistoryFileTest)
#include "tst_historyfile.moc"
