// SPDX-License-Identifier: MIT
#include "tests/support/mariadbserver.h"
#include "tests/support/sqlaccess.h"
#include "tests/support/testdatabase.h"

#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// The fixture itself: a test that trusts it must not be deceived.
class TestMariaDbServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoServersAreTwo()
    {
        MariaDbServer one;
        MariaDbServer other;
        QVERIFY(one.start());
        QVERIFY(other.start());
        QVERIFY(one.port() != other.port());
        const QString name = one.createDatabase();
        QVERIFY(!name.isEmpty());
        const QString exists =
            u"SELECT 1 FROM information_schema.schemata WHERE schema_name = '"_s + name + u"'"_s;
        QCOMPARE(one.query(exists)->size(), std::size_t(1));
        QCOMPARE(other.query(exists)->size(), std::size_t(0));
        QCOMPARE(one.url(name), u"mysql://root@127.0.0.1:"_s + QString::number(one.port()) + u'/' + name);
        QVERIFY(one.createDatabase() != name);
    }

    void keepsWhatWasCommittedWhenKilled()
    {
        MariaDbServer server;
        QVERIFY(server.start());
        const quint16 port = server.port();
        const QString table = server.createDatabase() + u".t"_s;
        QVERIFY(server.query(u"CREATE TABLE "_s + table + u" (x INT) ENGINE = InnoDB"_s));
        QVERIFY(server.query(u"INSERT INTO "_s + table + u" VALUES (7)"_s));
        server.kill();
        QVERIFY(!server.isRunning());
        QVERIFY(!SqlAccess::root(port).query(u"SELECT 1"_s));
        QVERIFY(server.start());
        QCOMPARE(server.port(), port);
        QCOMPARE(server.query(u"SELECT x FROM "_s + table)->front()[0].toInt(), 7);
        QVERIFY(server.restart());
        QCOMPARE(server.query(u"SELECT x FROM "_s + table)->size(), std::size_t(1));
    }

    void flushesAsTold()
    {
        MariaDbServer strict;
        QVERIFY(strict.start());
        const QString setting = u"SELECT @@innodb_flush_log_at_trx_commit"_s;
        QCOMPARE(strict.query(setting)->front()[0].toInt(), 1);
        MariaDbServer lax({u"--max-connections=17"_s}, MariaDbServer::Durability::EverySecond);
        QVERIFY(lax.start());
        QCOMPARE(lax.query(setting)->front()[0].toInt(), 0);
        QCOMPARE(lax.query(u"SELECT @@max_connections"_s)->front()[0].toInt(), 17);
    }

    void pausesAndGoesOn()
    {
        MariaDbServer server;
        QVERIFY(server.start());
        server.pause();
        QVERIFY(!SqlAccess::root(server.port()).query(u"SELECT 1"_s));
        server.resume();
        QVERIFY(server.query(u"SELECT 1"_s));
    }

    void aStatementThatFailsSaysWhy()
    {
        const auto database = TestDatabase::create();
        QVERIFY(database);
        const auto failed = database->access().query(u"SELECT * FROM nowhere.nothing"_s);
        QVERIFY(!failed);
        QVERIFY2(failed.error().contains(u"nowhere"_s), qPrintable(failed.error()));
    }

    void aTestDatabaseIsDroppedAtTheEnd()
    {
        auto database = TestDatabase::create();
        QVERIFY(database);
        const SqlAccess access = database->access();
        const QString use = u"USE "_s + database->name();
        QVERIFY(access.query(use));
        QVERIFY(database->url().endsWith(u'/' + database->name()));
        database.reset();
        QVERIFY(!access.query(use));
    }

    void urlsKeepStrangeNames()
    {
        const SqlAccess access{u"::1"_s, 4000, u"o'neil"_s, u"p@:/%ä"_s};
        const auto parsed = SqlAccess::fromUrl(access.url(u"x"_s));
        QVERIFY(parsed);
        QCOMPARE(parsed->user, access.user);
        QCOMPARE(parsed->password, access.password);
        QCOMPARE(parsed->host, access.host);
        QCOMPARE(parsed->port, access.port);
        QVERIFY(!SqlAccess::fromUrl(u"redis://127.0.0.1"_s));
    }
};

QTEST_GUILESS_MAIN(TestMariaDbServer)
#include "tst_mariadbserver.moc"
