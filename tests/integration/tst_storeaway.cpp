// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QDir>
#include <QElapsedTimer>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// In embedded mode the store is the broker: while it cannot write, publishing is refused (P4), in the
// contract's words.
class StoreAwayTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void refusesWhileTheStoreIsLocked();

private:
    ServerProcess m_server{{u"--set"_s, u"limits.callsPerSecond=0"_s}};
};

namespace {

const QString unavailable = u"HubException: Messaging is temporarily unavailable; try again."_s;

} // namespace

void StoreAwayTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    const QDir directory(m_server.dataDirectory());
    const QStringList files = directory.entryList({u"*.sqlite"_s, u"*.db"_s, u"*.sqlite3"_s}, QDir::Files);
    QCOMPARE(files.size(), 1);
    auto database = QSqlDatabase::addDatabase(u"QSQLITE"_s);
    database.setDatabaseName(directory.filePath(files.first()));
    QVERIFY(database.open());
}

void StoreAwayTest::cleanupTestCase()
{
    QSqlDatabase::database().close();
    QSqlDatabase::removeDatabase(QLatin1String(QSqlDatabase::defaultConnection));
}

void StoreAwayTest::refusesWhileTheStoreIsLocked()
{
    RawHub ann(m_server.port(), "ann");
    RawHub ben(m_server.port(), "ben");
    QCOMPARE(ann.errorOf(u"CreateGroup"_s, {u"locked"_s}), QString());
    QCOMPARE(ann.errorOf(u"JoinGroup"_s, {u"locked"_s}), QString());
    QCOMPARE(ben.errorOf(u"JoinGroup"_s, {u"locked"_s}), QString());
    QCOMPARE(ann.errorOf(u"SendMessage"_s, {u"locked"_s, u"before"_s}), QString());

    QSqlQuery lock(QSqlDatabase::database());
    QVERIFY2(lock.exec(u"BEGIN IMMEDIATE"_s), qPrintable(lock.lastError().text()));
    QElapsedTimer timer;
    timer.start();
    const QString refusal = ann.errorOf(u"SendMessage"_s, {u"locked"_s, u"refused"_s});
    QVERIFY2(refusal.endsWith(unavailable), qPrintable(refusal));
    QVERIFY2(timer.elapsed() < 8000, qPrintable(QString::number(timer.elapsed())));
    // What needs no writing goes on.
    QCOMPARE(ben.errorOf(u"ListMembers"_s, {u"locked"_s}), QString());
    const QJsonObject page =
        ben.invoke(u"GetHistory"_s, {u"locked"_s, QJsonValue::Null, 10}).value(u"result").toObject();
    QCOMPARE(page.value(u"messages").toArray().size(), 1);
    QVERIFY(lock.exec(u"ROLLBACK"_s));

    // Each try is a message of its own, so that this is no expression for QTRY.
    QVERIFY(QTest::qWaitFor(
        [&] {
            return ann.errorOf(u"SendMessage"_s, {u"locked"_s, u"after"_s}).isEmpty();
        },
        20000));
    for (const auto &text : {u"before"_s, u"after"_s}) {
        const QJsonObject event = ben.nextWith(u"target"_s, u"OnMessage"_s);
        QCOMPARE(event.value(u"arguments")[0][u"text"].toString(), text); // and not what was refused
    }
    RawClient probe(m_server.port());
    QTRY_COMPARE_WITH_TIMEOUT(probe.request(httpRequest("GET", "/readyz", {})).status, 200, 20000);
}

QTEST_GUILESS_MAIN(StoreAwayTest)
#include "tst_storeaway.moc"
