// SPDX-License-Identifier: MIT
#include "tests/integration/redis/serversfixture.h"

#include <QTest>

#include <csignal>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What several servers agree on (design.md 5, "Membership"; P8): tokens, ids, and whose place it is.
class RedisPlacesTest : public RedisServersFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { startRedis(); }

    void whoseServerDiedHasLeft();
    void aPlaceThatWasTakenIsLost();
    void aLeaveThatRedisMissedEndsNoLaterJoin();
    void aPlaceThatIsOnlyKeptOutlivesAnEmptyRedis();
    void oneTokenTwiceIsTwoConnections();
    void aTokenIsGoodOnEveryServer();
    void nastyIdsAreTheSameEverywhere();
};

void RedisPlacesTest::whoseServerDiedHasLeft()
{
    startServers(2);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann, &ben});
    QCOMPARE(ann.errorOf(u"Watch"_s, {u"room"_s, true}), QString());
    m_servers[1]->kill9();
    const QJsonObject left = ann.nextWith(u"target"_s, u"OnMemberLeft"_s, 20s);
    QCOMPARE(left.value(u"arguments").toArray(), (QJsonArray{u"room"_s, u"ben"_s}));
    QCOMPARE(membersOf(ann, u"room"_s), QStringList{u"ann"_s});
}

// design.md 5: a server that was paused longer than a lease closes whoever no longer fits.
void RedisPlacesTest::aPlaceThatWasTakenIsLost()
{
    startServers(2, {u"limits.groupMembers=1"_s});
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann});
    const auto paused = static_cast<pid_t>(m_servers[0]->processId());
    ::kill(paused, SIGSTOP);
    QVERIFY(QTest::qWaitFor(
        [&] { return ben.invoke(u"JoinGroup"_s, {u"room"_s}).value(u"result").toInt(-1) == 0; }, 20'000));
    QCOMPARE(ben.errorOf(u"SendMessage"_s, {u"room"_s, u"mine now"_s}), QString());
    ::kill(paused, SIGCONT);
    QVERIFY(ann.waitForClose(20s));
    QCOMPARE(ann.closeRecord().value(u"allowReconnect").toBool(), true);
    RawHub again = connect(0, "ann");
    QCOMPARE(again.invoke(u"JoinGroup"_s, {u"room"_s}).value(u"result").toInt(-1), 1); // NoRoom
    QCOMPARE(membersOf(ben, u"room"_s), QStringList{u"ben"_s});
}

void RedisPlacesTest::aLeaveThatRedisMissedEndsNoLaterJoin()
{
    startServers(2);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann, &ben});
    m_redis->pause();
    QCOMPARE(ann.errorOf(u"LeaveGroup"_s, {u"room"_s}), QString()); // it holds, whenever Redis hears of it
    m_redis->resume();
    QVERIFY(QTest::qWaitFor([&] { return ann.errorOf(u"JoinGroup"_s, {u"room"_s}).isEmpty(); }, 20'000));
    QCOMPARE(membersOf(ben, u"room"_s), (QStringList{u"ann"_s, u"ben"_s}));
    QTest::qWait(3000); // longer than a lease: nothing ends it later either
    QCOMPARE(membersOf(ben, u"room"_s), (QStringList{u"ann"_s, u"ben"_s}));
    QCOMPARE(ann.errorOf(u"SendMessage"_s, {u"room"_s, u"here"_s}), QString());
    QCOMPARE(ann.errorOf(u"LeaveGroup"_s, {u"room"_s}), QString());
    QCOMPARE(membersOf(ben, u"room"_s), QStringList{u"ben"_s});
}

// Nobody listens to its group any more, so that only the place tells of it: within its lease, Redis is used
// again all the same.
void RedisPlacesTest::aPlaceThatIsOnlyKeptOutlivesAnEmptyRedis()
{
    startServers(1, {u"groups.leaseDuration=10m"_s});
    RawHub ann = connect(0, "ann");
    meet({&ann});
    const QByteArray members = m_redis->cli({"KEYS", "*members:room"});
    ann.wire().reset();
    QTRY_VERIFY_WITH_TIMEOUT(m_redis->cli({"HGET", members, "ann"}).endsWith("k;"),
                             30'000); // it is only kept
    QVERIFY(m_redis->restartEmpty());
    RawHub ben = connect(0, "ben");
    const auto created = [&ben] { return ben.errorOf(u"CreateGroup"_s, {u"room"_s}).isEmpty(); };
    QVERIFY(QTest::qWaitFor(created, 60'000));
    QCOMPARE(ben.errorOf(u"JoinGroup"_s, {u"room"_s}), QString());
    QCOMPARE(membersOf(ben, u"room"_s), (QStringList{u"ann"_s, u"ben"_s}));
}

void RedisPlacesTest::oneTokenTwiceIsTwoConnections()
{
    startServers(2);
    RawClient negotiating(m_servers[0]->port());
    const HttpAnswer answer =
        negotiating.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann"));
    const QByteArray query = "?id=" + answer.json().value(u"connectionToken").toString().toLatin1();
    RawHub first(m_servers[0]->port(), "ann", true, query);
    RawHub second(m_servers[1]->port(), "ann", true, query);
    QVERIFY(first.isOpen() && second.isOpen());
    QVERIFY(!RawHub(m_servers[1]->port(), "ann", true, query).isOpen()); // twice on one
    QCOMPARE(first.errorOf(u"CreateGroup"_s, {u"room"_s}), QString());
    for (RawHub *hub : {&first, &second})
        QCOMPARE(hub->errorOf(u"JoinGroup"_s, {u"room"_s}), QString());
    QCOMPARE(membersOf(second, u"room"_s), QStringList{u"ann"_s});
    // Each hears everything once and in order, whichever of them says it.
    for (int i = 0; i < 10; ++i)
        QCOMPARE((i % 2 == 0 ? first : second).errorOf(u"SendMessage"_s, {u"room"_s, QString::number(i)}),
                 QString());
    for (RawHub *hub : {&first, &second}) {
        for (int i = 0; i < 10; ++i) {
            const QJsonValue message = hub->nextWith(u"target"_s, u"OnMessage"_s).value(u"arguments")[0];
            QCOMPARE(message[u"text"].toString(), QString::number(i));
            QCOMPARE(message[u"seq"].toInt(), i + 1);
        }
    }
    QCOMPARE(first.errorOf(u"LeaveGroup"_s, {u"room"_s}), QString());
    QCOMPARE(membersOf(second, u"room"_s), QStringList{u"ann"_s}); // the other connection is still in it
    QCOMPARE(second.errorOf(u"SendMessage"_s, {u"room"_s, u"hi"_s}), QString());
}

void RedisPlacesTest::aTokenIsGoodOnEveryServer()
{
    startServers(2);
    RawClient negotiating(m_servers[0]->port());
    const HttpAnswer answer =
        negotiating.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann"));
    QCOMPARE(answer.status, 200);
    const QByteArray token = answer.json().value(u"connectionToken").toString().toLatin1();
    QVERIFY(!token.isEmpty());
    QVERIFY(RawHub(m_servers[1]->port(), "ann", true, "?id=" + token).isOpen());
    QVERIFY(!RawHub(m_servers[1]->port(), "ben", true, "?id=" + token).isOpen());
}

void RedisPlacesTest::nastyIdsAreTheSameEverywhere()
{
    startServers(2);
    const QByteArray user = "{*:%$\"'\\}";
    RawHub ann = connect(0, user);
    RawHub ben = connect(1, "$-1");
    const QStringList groups{u"{nc:0}:meta"_s,         u"*3 $3 SET"_s, u"a%d%s\"'\\"_s,
                             u":\ufeff\U0001F600;k"_s, u"-inf"_s,      QString(64, u'\u4e2d')};
    for (const QString &group : groups) {
        QCOMPARE(ann.errorOf(u"CreateGroup"_s, {group}), QString());
        for (RawHub *hub : {&ann, &ben})
            QCOMPARE(hub->errorOf(u"JoinGroup"_s, {group}), QString());
        QCOMPARE(ann.errorOf(u"PostMessage"_s, {group, group, group}), QString());
        const QJsonObject event = ben.nextWith(u"target"_s, u"OnMessage"_s);
        QCOMPARE(event.value(u"arguments")[0][u"text"].toString(), group);
        QCOMPARE(event.value(u"arguments")[0][u"groupId"].toString(), group);
        QCOMPARE(membersOf(ben, group).size(), 2);
    }
    QCOMPARE(ben.invoke(u"ListGroups"_s, {}).value(u"result").toArray().size(), groups.size());
}

QTEST_GUILESS_MAIN(RedisPlacesTest)
#include "tst_redisplaces.moc"
