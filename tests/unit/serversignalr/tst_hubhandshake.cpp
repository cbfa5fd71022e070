// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QLoggingCategory>
#include <QTest>

#include <thread>

using namespace nextchat::test;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

namespace {

const QByteArray jsonHandshake = "{\"protocol\":\"json\",\"version\":1}\x1e";

QByteArray call(const QByteArray &target, const QByteArray &id = "1")
{
    return R"({"type":1,"invocationId":")" + id + R"(","target":")" + target + "\",\"arguments\":[]}\x1e";
}

} // namespace

// The numbers are those of the conformance checks in docs/protocol.md.
class TestHubHandshake : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void isAnsweredExactly47();
    void judges_data();
    void judges();
    void timesOutHoweverItTrickles50();
    void isRefusedAboveItsSize51();
    void mayBeFollowedAtOnce25();
    void mayComeInPieces26();
    void mayComeBehindTheUpgrade();
    void connectedRunsFirst53();
    void whatConnectedSendsComesAfterTheAnswer53();
    void connectedMayRefuse94_data();
    void connectedMayRefuse94();
    void makesNoHubBefore();
};

void TestHubHandshake::initTestCase()
{
    QLoggingCategory::setFilterRules(
        QStringLiteral("nextchat.signalr.critical=false")); // what throws is logged
}

void TestHubHandshake::isAnsweredExactly47()
{
    HubServer server;
    RawHub hub(server.port, "alice", false);
    QVERIFY(hub.isOpen());
    QVERIFY(hub.sendText(jsonHandshake));
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame);
    QCOMPARE(frame->opcode, int(WebSocketFrame::Text));
    QCOMPARE(frame->payload, QByteArray("{}\x1e"));
    QVERIFY(!frame->masked && frame->fin);
}

void TestHubHandshake::judges_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("answer");
    const QByteArray garbage = "{\"error\":\"An unexpected error occurred during connection handshake.\"}";
    const auto row = [](const char *name, const QByteArray &request, const QByteArray &answer) {
        QTest::newRow(name) << request << answer;
    };
    row("version 0", R"({"protocol":"json","version":0})", "{}");
    row("version 2", R"({"protocol":"json","version":2})", "{}");
    row("other order, blanks", " { \"version\" : 1 , \"protocol\" : \"json\" } ", "{}");
    row("extra properties (52)", R"({"x":{"y":[1]},"protocol":"json","version":1,"z":null})", "{}");
    row("unknown protocol (48)", R"({"protocol":"xml","version":1})",
        "{\"error\":\"The protocol 'xml' is not supported.\"}");
    row("protocol in other case", R"({"protocol":"JSON","version":1})",
        "{\"error\":\"The protocol 'JSON' is not supported.\"}");
    row("version 3 (48)", R"({"protocol":"json","version":3})",
        "{\"error\":\"The server does not support version 3 of the 'json' protocol.\"}");
    row("no protocol (49)", R"({"version":1})", garbage);
    row("no version (49)", R"({"protocol":"json"})", garbage);
    row("version is text", R"({"protocol":"json","version":"1"})", garbage);
    row("protocol is a number", R"({"protocol":1,"version":1})", garbage);
    row("array (49)", "[]", garbage);
    row("garbage (49)", "hello", garbage);
    row("empty record (49)", "", garbage);
    row("an invocation", R"({"type":1,"target":"x","arguments":[]})", garbage);
}

void TestHubHandshake::judges()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, answer);
    HubServer server;
    RawHub hub(server.port, "alice", false);
    QVERIFY(hub.sendRecord(request));
    QCOMPARE(hub.nextRecord(), answer);
    if (answer == "{}") {
        QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
        return;
    }
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeCode(), 1000);
    hub.wire().finishSending();
    QCOMPARE(server.journal.connected.load(), 0);
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubHandshake::timesOutHoweverItTrickles50()
{
    HubServer server(HubOptions{.handshakeTimeout = 1s});
    RawHub hub(server.port, "alice", false);
    const auto start = std::chrono::steady_clock::now();
    while (hub.wire().peekFor(100ms).isEmpty() && std::chrono::steady_clock::now() - start < 10s)
        QVERIFY(hub.sendText("{"));
    QVERIFY(std::chrono::steady_clock::now() - start > 900ms);
    QVERIFY(std::chrono::steady_clock::now() - start < 5s);
    QCOMPARE(hub.nextRecord(), QByteArray("{\"error\":\"Handshake was canceled.\"}"));
    QVERIFY(hub.waitForClose());
}

void TestHubHandshake::isRefusedAboveItsSize51()
{
    HubServer server;
    RawHub hub(server.port, "alice", false);
    QVERIFY(hub.sendText(QByteArray(33 * 1024, ' ')));
    QCOMPARE(hub.nextRecord(), QByteArray("{\"error\":\"Handshake was canceled.\"}"));
    QVERIFY(hub.waitForClose());
}

void TestHubHandshake::mayBeFollowedAtOnce25()
{
    HubServer server;
    RawHub hub(server.port, "alice", false);
    QVERIFY(hub.sendText(jsonHandshake + call("Nothing", "1") + call("Nothing", "2")));
    QCOMPARE(hub.nextRecord(), QByteArray("{}"));
    QCOMPARE(hub.next().value(u"invocationId").toString(), QStringLiteral("1"));
    QCOMPARE(hub.next().value(u"invocationId").toString(), QStringLiteral("2"));
}

void TestHubHandshake::mayComeInPieces26()
{
    HubServer server;
    RawHub hub(server.port, "alice", false);
    for (const char byte : QByteArray(jsonHandshake + call("Nothing")))
        QVERIFY(hub.sendText(QByteArray(1, byte)));
    QCOMPARE(hub.nextRecord(), QByteArray("{}"));
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":3,"invocationId":"1"})"));
}

// A client that does not wait for the 101 before it speaks.
void TestHubHandshake::mayComeBehindTheUpgrade()
{
    HubServer server;
    RawClient client(server.port);
    QVERIFY(client.send(upgradeRequest("/next-chat", "alice") + textFrame(jsonHandshake)
                        + textFrame(call("Nothing"))));
    QCOMPARE(client.readAnswer().status, 101);
    QCOMPARE(client.readFrame().value_or(WebSocketFrame{}).payload, QByteArray("{}\x1e"));
    QCOMPARE(client.readFrame().value_or(WebSocketFrame{}).payload,
             QByteArray("{\"type\":3,\"invocationId\":\"1\"}\x1e"));
}

void TestHubHandshake::connectedRunsFirst53()
{
    HubServer server;
    RawHub hub(server.port, "slow", false);
    const QByteArray stream = R"({"type":4,"invocationId":"s","target":"Counter","arguments":[1,0]})";
    QVERIFY(hub.sendText(jsonHandshake + call("Nothing") + stream + '\x1e' + call("Log", "log")));
    QCOMPARE(hub.nextRecord(), QByteArray("{}"));
    const QJsonObject completion = hub.nextWith(QStringLiteral("invocationId"), QStringLiteral("log"));
    const QJsonArray expected{QStringLiteral("connecting"), QStringLiteral("connected"),
                              QStringLiteral("Nothing"), QStringLiteral("Counter"), QStringLiteral("Log")};
    QCOMPARE(completion.value(u"result").toArray(), expected);
}

void TestHubHandshake::whatConnectedSendsComesAfterTheAnswer53()
{
    HubServer server;
    RawHub hub(server.port, "greeted", false);
    QVERIFY(hub.sendText(jsonHandshake + call("Nothing")));
    QCOMPARE(hub.nextRecord(), QByteArray("{}"));
    QCOMPARE(hub.next().value(u"target").toString(), QStringLiteral("OnGreeting"));
    QCOMPARE(hub.next().value(u"type").toInt(), 3);
}

void TestHubHandshake::connectedMayRefuse94_data()
{
    QTest::addColumn<QByteArray>("user");
    QTest::addColumn<bool>("detailed");
    QTest::addColumn<QString>("error");
    const auto text = [](const char *latin1) { return QString::fromLatin1(latin1); };
    QTest::newRow("an error") << QByteArray("unwelcome") << false
                              << text("Connection closed with an error. HubException: Go away.");
    QTest::newRow("an exception") << QByteArray("thrower") << false
                                  << text("Connection closed with an error.");
    QTest::newRow("an exception in detail")
        << QByteArray("thrower") << true << text("Connection closed with an error. Exception: no entry");
}

void TestHubHandshake::connectedMayRefuse94()
{
    QFETCH(QByteArray, user);
    QFETCH(bool, detailed);
    HubServer server(HubOptions{.detailedErrors = detailed});
    RawHub hub(server.port, user);
    QVERIFY(hub.isOpen());
    QVERIFY(hub.sendText(call("Nothing")));
    QVERIFY(hub.waitForClose());
    QTEST(hub.closeRecord().value(u"error").toString(), "error");
    QVERIFY(!hub.closeRecord().value(u"allowReconnect").toBool());
    QCOMPARE(hub.closeCode(), 1000);
    hub.wire().finishSending();
    QTRY_COMPARE(server.journal.disconnected(), 1); // once for every connected()
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubHandshake::makesNoHubBefore()
{
    HubServer server;
    {
        RawHub hub(server.port, "alice", false);
        QTRY_COMPARE(server.connections(), std::size_t(1));
    }
    QTRY_COMPARE(server.connections(), std::size_t(0));
    QCOMPARE(server.journal.connected.load(), 0);
    QCOMPARE(server.journal.disconnected(), 0);
}

QTEST_GUILESS_MAIN(TestHubHandshake)
#include "tst_hubhandshake.moc"
