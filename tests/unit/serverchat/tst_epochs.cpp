// SPDX-License-Identifier: MIT
#include "tests/unit/serverchat/chatserver.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 jump = 1'000'000; // between epochs (design.md 5)

QByteArray call(const QByteArray &method, const QByteArray &arguments)
{
    return R"({"type":1,"invocationId":"c","target":")" + method + R"(","arguments":)" + arguments + '}';
}

} // namespace

// contract.md 1.2, OnEpoch: each connection that uses these methods hears of an epoch once, and in its place.
class EpochsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reachesWhoeverUsesTheExtensions_data();
    void reachesWhoeverUsesTheExtensions();
    void isToldOnce();
    void comesBeforeItsFirstMessage();
    void isHeldWhileJoining();
    void isHeldWhileResuming();
    void isNotToldTwiceByResuming();
    void isToldToWhoJoinsAgain();
    void whatIsHeldIsBounded();
    void aPageWithGapsIsCounted();

private:
    static void arrive(ChatServer &server, std::initializer_list<chat::Message> messages)
    {
        const auto batch = std::make_shared<const broker::MessageBatch>(messages);
        server.inThread([&] { server.broker.listener->messagesArrived(batch); });
    }
    static void begin(ChatServer &server, const QString &epoch)
    {
        server.inThread([&] { server.broker.listener->epochBegan(u"g"_s, epoch); });
    }
    // Sends the call and waits until it reads history.
    static void startReading(ChatServer &server, RawHub &hub, const QByteArray &record)
    {
        server.inThread([&] { server.history.readsWait = true; });
        QVERIFY(hub.sendRecord(record));
        QTRY_COMPARE(server.read([&] { return server.history.waitingReads(); }), std::size_t(1));
    }
    static void finishReading(ChatServer &server)
    {
        server.inThread([&] {
            server.history.readsWait = false;
            server.history.answerRead();
        });
    }
};

void EpochsTest::reachesWhoeverUsesTheExtensions_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QJsonArray>("arguments");
    QTest::addColumn<QStringList>("calls");
    const QStringList told{u"OnEpoch g e2"_s};
    QTest::newRow("ListGroups, of the basic ones") << u"ListGroups"_s << QJsonArray() << QStringList();
    QTest::newRow("LeaveGroup, of the basic ones") << u"LeaveGroup"_s << QJsonArray{u"h"_s} << QStringList();
    QTest::newRow("PostMessage") << u"PostMessage"_s << QJsonArray{u"g"_s, u"t"_s, u"id"_s} << told;
    QTest::newRow("GetHistory") << u"GetHistory"_s << QJsonArray{u"g"_s, QJsonValue::Null, 10} << told;
    QTest::newRow("ResumeGroup") << u"ResumeGroup"_s << QJsonArray{u"g"_s, u"e1"_s, 0} << told;
    QTest::newRow("ListMembers") << u"ListMembers"_s << QJsonArray{u"g"_s} << told;
    QTest::newRow("FindGroups") << u"FindGroups"_s << QJsonArray{u""_s, QJsonValue::Null, 10} << told;
    QTest::newRow("Watch") << u"Watch"_s << QJsonArray{u"g"_s, true} << told;
    QTest::newRow("Typing") << u"Typing"_s << QJsonArray{u"g"_s} << told;
    QTest::newRow("Typing, refused") << u"Typing"_s << QJsonArray{u"x"_s} << told;
}

void EpochsTest::reachesWhoeverUsesTheExtensions()
{
    QFETCH(QString, method);
    QFETCH(QJsonArray, arguments);
    ChatServer server;
    const auto ann = joined(server, "ann");
    (void)ann->invoke(method, arguments);
    (void)callsUntilNow(*ann);
    begin(server, u"e2"_s);
    QTEST(callsUntilNow(*ann), "calls");
}

void EpochsTest::isToldOnce()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    (void)ann->invoke(u"ListMembers"_s, {u"g"_s});
    begin(server, u"e1"_s); // it joined in this one
    begin(server, u"e2"_s);
    begin(server, u"e2"_s);
    begin(server, u"e3"_s);
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnEpoch g e2"_s, u"OnEpoch g e3"_s}));
}

void EpochsTest::comesBeforeItsFirstMessage()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    (void)ann->invoke(u"ListMembers"_s, {u"g"_s});
    arrive(server, {message(1)});
    begin(server, u"e2"_s);
    arrive(server, {message(jump + 2, u"e2"_s)});
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnMessage 1"_s, u"OnEpoch g e2"_s, u"OnMessage 1000002"_s}));
}

void EpochsTest::isHeldWhileJoining()
{
    ChatServer server;
    server.inThread([&] {
        server.broker.lastSeq = 1;
        server.history.messages = {message(1)};
    });
    RawHub ann(server.port, "ann");
    (void)ann.invoke(u"FindGroups"_s, {u""_s, QJsonValue::Null, 10});
    startReading(server, ann, call("JoinGroup", R"(["g"])"));
    begin(server, u"e1"_s); // says nothing new
    arrive(server, {message(2)});
    begin(server, u"e2"_s);
    arrive(server, {message(jump + 3, u"e2"_s)});
    finishReading(server);
    QCOMPARE(callsUntilNow(ann),
             QStringList({u"OnHistory 1"_s, u"OnMessage 2"_s, u"OnEpoch g e2"_s, u"OnMessage 1000003"_s}));
}

void EpochsTest::isHeldWhileResuming()
{
    ChatServer server;
    server.inThread([&] {
        server.broker.lastSeq = 2;
        server.history.messages = {message(1), message(2)};
    });
    RawHub ann(server.port, "ann"); // its first method of 1.2 is this one
    startReading(server, ann, call("ResumeGroup", R"(["g","e1",1])"));
    begin(server, u"e2"_s);
    arrive(server, {message(jump + 3, u"e2"_s)});
    finishReading(server);
    const QJsonObject answer = ann.next();
    QCOMPARE(answer.value(u"result")[u"epoch"].toString(), u"e1"_s);
    QCOMPARE(callsUntilNow(ann), QStringList({u"OnEpoch g e2"_s, u"OnMessage 1000003"_s}));
}

void EpochsTest::isNotToldTwiceByResuming()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    server.inThread([&] {
        server.broker.epoch = u"e3"_s;
        server.broker.lastSeq = jump;
        server.history.messages = {message(1)};
    });
    startReading(server, *ann, call("ResumeGroup", R"(["g","e1",1])"));
    begin(server, u"e2"_s);
    begin(server, u"e3"_s); // the answer says so
    arrive(server, {message(jump + 1, u"e3"_s)});
    finishReading(server);
    QCOMPARE(ann->next().value(u"result")[u"epoch"].toString(), u"e3"_s);
    begin(server, u"e3"_s);
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnMessage 1000001"_s}));
    begin(server, u"e4"_s);
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnEpoch g e4"_s}));
}

// OnHistory does not say which epoch has begun since.
void EpochsTest::isToldToWhoJoinsAgain()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    (void)ann->invoke(u"ListMembers"_s, {u"g"_s});
    server.inThread([&] { server.broker.epoch = u"e2"_s; });
    startReading(server, *ann, call("JoinGroup", R"(["g"])"));
    begin(server, u"e2"_s);
    finishReading(server);
    QCOMPARE(callsUntilNow(*ann), QStringList({u"OnHistory 0"_s, u"OnEpoch g e2"_s}));
}

void EpochsTest::whatIsHeldIsBounded() // P6
{
    ChatServer server(signalr::HubOptions{.outboundBytes = 100'000});
    const auto ann = joined(server, "ann");
    startReading(server, *ann, call("JoinGroup", R"(["g"])"));
    server.inThread([&] {
        for (int i = 0; i < 1000; ++i)
            server.broker.listener->epochBegan(u"g"_s, u'e' % QString::number(i));
    });
    QVERIFY(ann->waitForClose());
    QVERIFY(ann->closeRecord().value(u"allowReconnect").toBool());
    finishReading(server);
}

void EpochsTest::aPageWithGapsIsCounted()
{
    ChatServer server;
    server.inThread([&] { server.history.isNewestComplete = false; });
    RawHub ann(server.port, "ann");
    QCOMPARE(ann.errorOf(u"ResumeGroup"_s, {u"g"_s, u"e0"_s, 7}), QString());
    QVERIFY(server.metrics().contains("\nnextchat_chat_resumes_total{outcome=\"incomplete\"} 1\n"));
    QVERIFY(server.metrics().contains("\nnextchat_chat_resumes_total{outcome=\"gap\"} 0\n"));
}

QTEST_GUILESS_MAIN(EpochsTest)
#include "tst_epochs.moc"
