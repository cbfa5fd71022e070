// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "tests/unit/serverchat/chatserver.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

namespace {

const QString hubException = u"An unexpected error occurred invoking 'Watch' on the server. HubException: "_s;
const QJsonArray on{u"g"_s, true};
const QJsonArray off{u"g"_s, false};
const signalr::HubOptions twoAtOnce{.maximumParallelInvocations = 2};

// Begins to watch; the answer, to "w", is still to come.
bool beginWatching(RawHub &hub)
{
    return hub.sendRecord(
               QByteArray(R"({"type":1,"invocationId":"w","target":"Watch","arguments":["g",true]})"))
        && hub.errorOf(u"ListGroups"_s).isEmpty(); // starts after it
}

} // namespace

// contract.md 1.2, Watch: who is told of what, and when the broker is asked for it.
class WatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void needsMembership();
    void watchersAreTold();
    void nobodyIsToldOfHimself();
    void theBrokerReportsWhileSomebodyWatches();
    void endsWithTheConnectionsBeingInTheGroup_data();
    void endsWithTheConnectionsBeingInTheGroup();
    void goesOnOverJoiningAgain();
    void whoGoesWhileTheBrokerIsAskedWatchesNoMore();
    void whoBeginsWhileAnotherEndsWatches();
    void whoBeginsAsAnotherGoesSavesTheBrokerTheTrouble();
    void aBrokerThatIsAwayIsTold();
    void anEndThatFailedIsTriedAgain();
    void aSlowWatcherStallsNobody();
};

void WatchTest::needsMembership()
{
    ChatServer server;
    RawHub hub(server.port, "ann");
    QCOMPARE(hub.errorOf(u"Watch"_s, on), QString(hubException % chat::texts::notMember(u"g")));
    QCOMPARE(hub.errorOf(u"Watch"_s, {u"x"_s, true}),
             QString(hubException % chat::texts::unknownGroup(u"x")));
    QCOMPARE(hub.errorOf(u"Watch"_s, {QJsonValue::Null, true}),
             QString(hubException % chat::texts::badGroupId()));
    QVERIFY(hub.errorOf(u"Watch"_s, {u"g"_s, 1}).startsWith(u"Failed to invoke 'Watch'"));
    QVERIFY(server.watches().isEmpty());
}

void WatchTest::watchersAreTold()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    const auto ben = joined(server, "ben");
    const auto carl = joined(server, "carl");
    for (const auto &hub : {ann.get(), ben.get()})
        QCOMPARE(hub->errorOf(u"Watch"_s, on), QString());
    server.inThread([&] {
        server.broker.listener->memberJoined(u"g"_s, u"dan"_s);
        server.broker.listener->typing(u"g"_s, u"dan"_s);
        server.broker.listener->memberLeft(u"g"_s, u"dan"_s);
        server.broker.listener->memberJoined(u"h"_s, u"dan"_s);
    });
    const QStringList all{u"OnMemberJoined g dan"_s, u"OnTyping g dan"_s, u"OnMemberLeft g dan"_s};
    QCOMPARE(callsUntilNow(*ann), all);
    QCOMPARE(callsUntilNow(*ben), all);
    QCOMPARE(callsUntilNow(*carl), QStringList());
}

void WatchTest::nobodyIsToldOfHimself()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    const auto again = joined(server, "ann");
    const auto ben = joined(server, "ben");
    for (const auto &hub : {ann.get(), again.get(), ben.get()})
        QCOMPARE(hub->errorOf(u"Watch"_s, on), QString());
    server.inThread([&] {
        server.broker.listener->typing(u"g"_s, u"ann"_s);
        server.broker.listener->memberLeft(u"g"_s, u"ann"_s);
        server.broker.listener->memberJoined(u"g"_s, u"ann"_s);
    });
    QCOMPARE(callsUntilNow(*ann), QStringList());
    QCOMPARE(callsUntilNow(*again), QStringList());
    QCOMPARE(callsUntilNow(*ben).size(), 3);
}

void WatchTest::theBrokerReportsWhileSomebodyWatches()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    const auto ben = joined(server, "ben");
    QCOMPARE(ann->errorOf(u"Watch"_s, off), QString()); // was not on
    QCOMPARE(server.watches(), QStringList());
    QCOMPARE(ann->errorOf(u"Watch"_s, on), QString());
    QCOMPARE(ann->errorOf(u"Watch"_s, on), QString());
    QCOMPARE(ben->errorOf(u"Watch"_s, on), QString());
    QCOMPARE(server.watches(), QStringList({u"+g"_s}));
    QCOMPARE(ann->errorOf(u"Watch"_s, off), QString());
    QCOMPARE(server.watches(), QStringList({u"+g"_s}));
    server.inThread([&] { server.broker.listener->memberJoined(u"g"_s, u"dan"_s); });
    QCOMPARE(callsUntilNow(*ann), QStringList());
    QCOMPARE(callsUntilNow(*ben).size(), 1);
    QCOMPARE(ben->errorOf(u"Watch"_s, off), QString());
    QCOMPARE(server.watches(), QStringList({u"+g"_s, u"-g"_s}));
    QCOMPARE(ben->errorOf(u"Watch"_s, on), QString());
    QCOMPARE(server.watches(), QStringList({u"+g"_s, u"-g"_s, u"+g"_s}));
}

void WatchTest::endsWithTheConnectionsBeingInTheGroup_data()
{
    QTest::addColumn<std::function<void(RawHub &)>>("end");
    using End = std::function<void(RawHub &)>;
    QTest::newRow("LeaveGroup") << End(
        [](RawHub &hub) { QCOMPARE(hub.errorOf(u"LeaveGroup"_s, {u"g"_s}), QString()); });
    QTest::newRow("Close") << End([](RawHub &hub) {
        QVERIFY(hub.sendRecord(QByteArray(R"({"type":7})")));
        QVERIFY(hub.waitForClose());
    });
    QTest::newRow("lost") << End([](RawHub &hub) { hub.wire().reset(); });
}

void WatchTest::endsWithTheConnectionsBeingInTheGroup()
{
    QFETCH(std::function<void(RawHub &)>, end);
    ChatServer server;
    const auto ann = joined(server, "ann");
    QCOMPARE(ann->errorOf(u"Watch"_s, on), QString());
    end(*ann);
    QTRY_COMPARE(server.watches(), QStringList({u"+g"_s, u"-g"_s}));
    const auto again = joined(server, "ann"); // begins without
    server.inThread([&] { server.broker.listener->memberJoined(u"g"_s, u"dan"_s); });
    QCOMPARE(callsUntilNow(*again), QStringList());
}

void WatchTest::goesOnOverJoiningAgain()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    QCOMPARE(ann->errorOf(u"Watch"_s, on), QString());
    QCOMPARE(ann->errorOf(u"JoinGroup"_s, {u"g"_s}), QString());
    QCOMPARE(ann->errorOf(u"ResumeGroup"_s, {u"g"_s, u"e1"_s, 0}), QString());
    (void)callsUntilNow(*ann);
    server.inThread([&] { server.broker.listener->memberJoined(u"g"_s, u"dan"_s); });
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnMemberJoined g dan"_s}));
    QCOMPARE(server.watches(), QStringList({u"+g"_s}));
}

void WatchTest::whoGoesWhileTheBrokerIsAskedWatchesNoMore()
{
    ChatServer server(twoAtOnce);
    const auto ann = joined(server, "ann");
    server.inThread([&] { server.broker.watchesWait = true; });
    QVERIFY(beginWatching(*ann));
    QCOMPARE(server.watches(), QStringList({u"+g"_s}));
    ann->wire().reset();
    QTRY_COMPARE(server.read([&] { return server.broker.left; }), QStringList({u"g/ann"_s}));
    server.inThread([&] { server.broker.answerWatch(); });
    QCOMPARE(server.watches(), QStringList({u"+g"_s, u"-g"_s}));
    server.inThread([&] {
        server.broker.answerWatch();
        server.broker.listener->memberJoined(u"g"_s, u"dan"_s);
    });
    QCOMPARE(server.watches().size(), 2);
}

void WatchTest::whoBeginsWhileAnotherEndsWatches()
{
    ChatServer server(twoAtOnce);
    const auto ann = joined(server, "ann");
    const auto ben = joined(server, "ben");
    QCOMPARE(ann->errorOf(u"Watch"_s, on), QString());
    server.inThread([&] { server.broker.watchesWait = true; });
    QCOMPARE(ann->errorOf(u"Watch"_s, off), QString());
    QVERIFY(beginWatching(*ben));
    QCOMPARE(server.watches(), QStringList({u"+g"_s, u"-g"_s}));
    server.inThread([&] { server.broker.answerWatch(); });
    QCOMPARE(server.watches(), QStringList({u"+g"_s, u"-g"_s, u"+g"_s}));
    server.inThread([&] { server.broker.answerWatch(); });
    QCOMPARE(ben->nextWith(u"invocationId"_s, u"w"_s).value(u"error").toString(), QString());
    server.inThread([&] { server.broker.listener->memberJoined(u"g"_s, u"dan"_s); });
    QCOMPARE(callsUntilNow(*ben), QStringList({u"OnMemberJoined g dan"_s}));
}

void WatchTest::whoBeginsAsAnotherGoesSavesTheBrokerTheTrouble()
{
    ChatServer server(twoAtOnce);
    const auto ann = joined(server, "ann");
    const auto ben = joined(server, "ben");
    server.inThread([&] { server.broker.watchesWait = true; });
    QVERIFY(beginWatching(*ann));
    QVERIFY(beginWatching(*ben));
    ann->wire().reset();
    QTRY_COMPARE(server.read([&] { return server.broker.left; }), QStringList({u"g/ann"_s}));
    server.inThread([&] { server.broker.answerWatch(); });
    QCOMPARE(ben->nextWith(u"invocationId"_s, u"w"_s).value(u"error").toString(), QString());
    QCOMPARE(server.watches(), QStringList({u"+g"_s}));
}

void WatchTest::aBrokerThatIsAwayIsTold()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    const QList<Error::Code> codes{Error::Code::Unavailable, Error::Code::UnknownOutcome};
    for (const Error::Code code : codes) {
        server.inThread([&] { server.broker.watchAnswer = failure(code, u"away"_s); });
        QCOMPARE(ann->errorOf(u"Watch"_s, on), QString(hubException % chat::texts::messagingUnavailable()));
        server.inThread([&] { server.broker.listener->memberJoined(u"g"_s, u"dan"_s); });
        QCOMPARE(callsUntilNow(*ann), QStringList()); // what failed is not half done
    }
    server.inThread([&] { server.broker.watchAnswer = {}; });
    QCOMPARE(ann->errorOf(u"Watch"_s, on), QString());
    QCOMPARE(server.watches().last(), u"+g"_s);
    server.inThread([&] { server.broker.listener->memberJoined(u"g"_s, u"dan"_s); });
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnMemberJoined g dan"_s}));
}

void WatchTest::anEndThatFailedIsTriedAgain()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    QCOMPARE(ann->errorOf(u"Watch"_s, on), QString());
    server.inThread([&] { server.broker.watchAnswer = failure(Error::Code::Unavailable, u"away"_s); });
    QCOMPARE(ann->errorOf(u"Watch"_s, off), QString());
    server.inThread([&] {
        server.broker.watchAnswer = {};
        for (int i = 0; i < 3; ++i)
            server.broker.listener->memberJoined(u"g"_s, u"dan"_s); // the broker has not heard of it
    });
    QCOMPARE(server.watches(), QStringList({u"+g"_s, u"-g"_s, u"-g"_s}));
    QCOMPARE(callsUntilNow(*ann), QStringList());
}

void WatchTest::aSlowWatcherStallsNobody() // P5
{
    constexpr int rounds = 1000;
    constexpr int each = 5;
    ChatServer server(signalr::HubOptions{.outboundBytes = 500'000});
    const auto slow = joined(server, "slow");
    const auto ann = joined(server, "ann");
    for (const auto &hub : {slow.get(), ann.get()})
        QCOMPARE(hub->errorOf(u"Watch"_s, on), QString());
    const QString user(20'000, u'x'); // the kernel takes some MiB first
    int heard = 0;
    for (int i = 0; i < rounds / each; ++i) {
        server.inThread([&] {
            for (int j = 0; j < each; ++j)
                server.broker.listener->memberJoined(u"g"_s, user);
        });
        heard += static_cast<int>(callsUntilNow(*ann).size());
    }
    QCOMPARE(heard, rounds);
    QTRY_COMPARE(server.read([&] { return server.broker.left; }), QStringList({u"g/slow"_s}));
    QVERIFY(slow->waitForClose());
    QVERIFY(slow->closeRecord().value(u"allowReconnect").toBool());
}

QTEST_GUILESS_MAIN(WatchTest)
#include "tst_watch.moc"
