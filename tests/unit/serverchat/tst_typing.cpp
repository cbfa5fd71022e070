// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "tests/unit/serverchat/chatserver.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

namespace {

const QString hubException =
    u"An unexpected error occurred invoking 'Typing' on the server. HubException: "_s;

} // namespace

// contract.md 1.2, Typing: at most one a second per user and group. The rule itself: tst-typinglimit.
class TypingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void needsMembership();
    void oneOfManyGoesOut();
    void aUserCountsOnceOnAllConnections();
    void watchersHearWhatComesFromManyServersOnce();
    void aBrokerThatIsAwayIsTold();
};

void TypingTest::needsMembership()
{
    ChatServer server;
    RawHub hub(server.port, "ann");
    QCOMPARE(hub.errorOf(u"Typing"_s, {u"g"_s}), QString(hubException % chat::texts::notMember(u"g")));
    QCOMPARE(hub.errorOf(u"Typing"_s, {u"x"_s}), QString(hubException % chat::texts::unknownGroup(u"x")));
    QCOMPARE(hub.errorOf(u"Typing"_s, {u" "_s}), QString(hubException % chat::texts::badGroupId()));
    QVERIFY(server.read([&] { return server.broker.typed; }).isEmpty());
}

void TypingTest::oneOfManyGoesOut()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    QCOMPARE(ann->errorOf(u"JoinGroup"_s, {u"h"_s}), QString());
    const auto passed = [&server](const QString &typed) {
        return server.read([&] { return server.broker.typed.count(typed); });
    };
    QElapsedTimer time;
    time.start();
    for (int i = 0; i < 20; ++i)
        QCOMPARE(ann->errorOf(u"Typing"_s, {u"g"_s}), QString());
    QCOMPARE(ann->errorOf(u"Typing"_s, {u"h"_s}), QString());
    const auto first = passed(u"g/ann"_s);
    QVERIFY(first >= 1 && first <= 1 + time.elapsed() / 1000);
    QCOMPARE(passed(u"h/ann"_s), 1);
    const auto oneMore = [&] {
        return ann->errorOf(u"Typing"_s, {u"g"_s}).isNull() && passed(u"g/ann"_s) > first;
    };
    QTRY_VERIFY_WITH_TIMEOUT(oneMore(), 10'000);
}

void TypingTest::aUserCountsOnceOnAllConnections()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    const auto again = joined(server, "ann");
    const auto ben = joined(server, "ben");
    const QByteArray typing(R"({"type":1,"invocationId":"t","target":"Typing","arguments":["g"]})");
    for (const auto &hub : {ann.get(), again.get(), ben.get()})
        QVERIFY(hub->sendRecord(typing));
    for (const auto &hub : {ann.get(), again.get(), ben.get()})
        QCOMPARE(hub->nextWith(u"invocationId"_s, u"t"_s).value(u"error").toString(), QString());
    QStringList typed = server.read([&] { return server.broker.typed; });
    typed.sort();
    QCOMPARE(typed, QStringList({u"g/ann"_s, u"g/ben"_s}));
}

void TypingTest::watchersHearWhatComesFromManyServersOnce()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    QCOMPARE(ann->errorOf(u"Watch"_s, {u"g"_s, true}), QString());
    server.inThread([&] {
        for (int i = 0; i < 3; ++i)
            server.broker.listener->typing(u"g"_s, u"ben"_s);
        server.broker.listener->typing(u"g"_s, u"carl"_s);
    });
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnTyping g ben"_s, u"OnTyping g carl"_s}));
}

void TypingTest::aBrokerThatIsAwayIsTold()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    server.inThread([&] { server.broker.typingAnswer = failure(Error::Code::TimedOut, u"away"_s); });
    QCOMPARE(ann->errorOf(u"Typing"_s, {u"g"_s}),
             QString(hubException % chat::texts::messagingUnavailable()));
}

QTEST_GUILESS_MAIN(TypingTest)
#include "tst_typing.moc"
