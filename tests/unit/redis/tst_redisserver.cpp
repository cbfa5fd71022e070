// SPDX-License-Identifier: MIT
#include "tests/support/redissentinel.h"
#include "tests/support/redisserver.h"

#include <QTest>

using nextchat::test::RedisAnswer;
using nextchat::test::RedisSentinel;
using nextchat::test::RedisServer;

// The fixture itself: a test that trusts it must not be deceived.
class TestRedisServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersWithAnyBytes()
    {
        RedisServer server;
        QVERIFY(server.start());
        const QByteArray nasty("\0a\r\n$1\xff", 7);
        QCOMPARE(server.cli({"SET", nasty, nasty}), "OK");
        QCOMPARE(server.cli({"GET", nasty}), nasty);
        QCOMPARE(server.cli({"GET", "none"}), "(nil)");
        QVERIFY(server.cli({"NOSUCH"}).startsWith("(error) ERR"));
        QCOMPARE(server.ask({"EVAL", "return {1, 'a', {'b'}}", "0"}).toList(),
                 QByteArrayList({"1", "a", "b"}));
    }

    void keepsItsDataOnlyWithAnAppendOnlyFile()
    {
        RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
        QVERIFY(server.start());
        const quint16 port = server.port();
        QCOMPARE(server.cli({"SET", "a", "1"}), "OK");
        QCOMPARE(server.cli({"SET", "b", "2"}), "OK");
        server.kill();
        QVERIFY(server.cutAppendOnlyFile(5));
        QVERIFY(server.start());
        QCOMPARE(server.port(), port);
        QCOMPARE(server.cli({"GET", "a"}), "1");
        QCOMPARE(server.cli({"GET", "b"}), "(nil)");
        QVERIFY(server.restartEmpty());
        QCOMPARE(server.cli({"GET", "a"}), "(nil)");
    }

    void pausesAndGoesOn()
    {
        RedisServer server;
        QVERIFY(server.start());
        server.pause();
        QCOMPARE(server.ask({"PING"}).type, RedisAnswer::Type::Lost);
        server.resume();
        QCOMPARE(server.cli({"PING"}), "PONG");
    }

    void aSentinelPromotesTheReplica()
    {
        RedisServer master;
        QVERIFY(master.start());
        const auto replica = RedisServer::replicaOf(master);
        QVERIFY(replica);
        RedisSentinel sentinel("chat", master, 1);
        QVERIFY(sentinel.start());
        QTRY_VERIFY_WITH_TIMEOUT(sentinel.knows(1, 0), 20'000);
        master.kill();
        QTRY_COMPARE_WITH_TIMEOUT(sentinel.masterPort(), replica->port(), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(replica->info("role"), QByteArray("master"), 10'000);
    }
};

QTEST_GUILESS_MAIN(TestRedisServer)
#include "tst_redisserver.moc"
