// SPDX-License-Identifier: MIT
#include "tests/unit/history/historystorefixture.h"

using namespace nextchat;
using namespace nextchat::history;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What can happen to a database of SQLite while it is read: its file is missing, or locked.
class HistoryFileTest : public test::HistoryStoreFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data()
    {
        using System = sqlmigrate::DatabaseUrl::System;
        QTest::addColumn<System>("system");
        QTest::newRow("SQLite") << System::Sqlite;
    }

    void aMissingFileIsUnavailableUntilItIsThere();
    void aLockedFileTimesOut();
};

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
