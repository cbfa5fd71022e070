// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

#include <thread>

using namespace nextchat::test;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

namespace {

QByteArray call(const QByteArray &id, const QByteArray &target, const QByteArray &arguments = "[]")
{
    return R"({"type":1,"invocationId":")" + id + R"(","target":")" + target + R"(","arguments":)" + arguments
        + '}';
}

} // namespace

// The numbers are those of the conformance checks in docs/protocol.md.
class TestHubClosing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void closes94_data();
    void closes94();
    void saysAllBeforeItEnds27();
    void answersTheWebSocketsClose27();
    void deliversAllToAClientThatCloses();
    void saysWhatIsWrongWithFrames28_data();
    void saysWhatIsWrongWithFrames28();
    void closesAClientThatDoesNotAnswer();
    void answersWebSocketPings28();
    void asksAllToReconnect94();
    void refusesWhileDraining();
    void limitsConnectionsOfAUser();
};

void TestHubClosing::closes94_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("closing");
    QTest::addColumn<bool>("forGood");
    QTest::newRow("abort") << call("1", "Abort") << QByteArray(R"({"type":7})") << true;
    QTest::newRow("with a text") << call("1", "CloseWith", R"(["Bye.",false])")
                                 << QByteArray(R"({"type":7,"error":"Bye."})") << true;
    QTest::newRow("to reconnect") << call("1", "CloseWith", "[null,true]")
                                  << QByteArray(R"({"type":7,"allowReconnect":true})") << false;
}

void TestHubClosing::closes94()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, closing);
    QFETCH(bool, forGood);
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(request));
    QVERIFY(hub.sendRecord(call("2", "Nothing")));
    QCOMPARE(hub.nextRecord(), closing); // the call's own completion does not follow it
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeCode(), 1000);
    QCOMPARE(server.journal.endedInOrder.load(), forGood ? 1 : 0);
    QCOMPARE(server.journal.lost.load(), forGood ? 0 : 1);
}

void TestHubClosing::saysAllBeforeItEnds27()
{
    HubServer server(HubOptions{.outboundBytes = 0});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Flood", "[100,100000]")));
    QVERIFY(hub.sendRecord(call("2", "Abort")));
    for (int i = 0; i < 100; ++i)
        QCOMPARE(hub.wire().readFrame().value_or(WebSocketFrame{}).opcode, int(WebSocketFrame::Text));
    QCOMPARE(hub.wire().readFrame()->payload, QByteArray("{\"type\":3,\"invocationId\":\"1\"}\x1e"));
    QCOMPARE(hub.wire().readFrame()->payload, QByteArray("{\"type\":7}\x1e"));
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame && frame->opcode == WebSocketFrame::Close && frame->closeCode() == 1000);
    QVERIFY(!hub.wire().waitForEnd(50ms)); // the client has a say first
    QVERIFY(hub.wire().send(closeFrame(1000)));
    QVERIFY(hub.wire().waitForEnd());
    QCOMPARE(hub.wire().unread(), QByteArray());
}

void TestHubClosing::answersTheWebSocketsClose27()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.wire().send(closeFrame(1000)));
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame && frame->opcode == WebSocketFrame::Close
            && frame->closeCode() == 1000); // no Close message before it
    QVERIFY(hub.wire().waitForEnd());
    QCOMPARE(hub.wire().unread(), QByteArray());
    QCOMPARE(server.journal.endedInOrder.load(), 1);
}

// It reads on until the server's Close frame: what was on its way arrives, though it has finished sending.
void TestHubClosing::deliversAllToAClientThatCloses()
{
    HubServer server(HubOptions{.outboundBytes = 0});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Flood", "[300,100000]")));
    QVERIFY(hub.wire().send(closeFrame(1000)));
    hub.wire().finishSending();
    std::this_thread::sleep_for(100ms);
    int messages = 0;
    auto frame = hub.wire().readFrame();
    for (; frame && frame->opcode == WebSocketFrame::Text; frame = hub.wire().readFrame())
        ++messages;
    QVERIFY(frame && frame->opcode == WebSocketFrame::Close);
    QCOMPARE(messages, 301);
    QVERIFY(hub.wire().waitForEnd());
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubClosing::saysWhatIsWrongWithFrames28_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    QTest::newRow("not masked") << WebSocketFrame{.payload = "x", .masked = false}.encode() << 1002;
    QTest::newRow("reserved bit") << WebSocketFrame{.payload = "x", .reserved = 4}.encode() << 1002;
    QTest::newRow("not UTF-8") << textFrame("\xFF") << 1007;
    QTest::newRow("bad close code") << closeFrame(1005) << 1002;
}

void TestHubClosing::saysWhatIsWrongWithFrames28()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.wire().send(bytes));
    for (int i = 0; i < 30; ++i) // still sending: that must not take the answer from it
        QVERIFY(hub.wire().send(QByteArray(100'000, 'x')));
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame);
    QCOMPARE(frame->closeCode(), code);
    QVERIFY(hub.wire().waitForEnd());
    QCOMPARE(server.journal.lost.load(), 1);
    hub.wire().finishSending();
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubClosing::closesAClientThatDoesNotAnswer()
{
    HubServer server(HubOptions{.closeTimeout = 1s});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Abort")));
    QTRY_COMPARE(server.journal.endedInOrder.load(), 1); // at once
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubClosing::answersWebSocketPings28()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    for (const QByteArray &payload : {QByteArray(), QByteArray("ping"), QByteArray(125, 'p')}) {
        QVERIFY(hub.wire().send(WebSocketFrame{.opcode = WebSocketFrame::Ping, .payload = payload}.encode()));
        const auto frame = hub.wire().readFrame();
        QVERIFY(frame && frame->opcode == WebSocketFrame::Pong);
        QCOMPARE(frame->payload, payload);
    }
    // Behind much that waits too.
    QVERIFY(hub.sendRecord(call("1", "Flood", "[1,2000000]")));
    QVERIFY(hub.wire().send(WebSocketFrame{.opcode = WebSocketFrame::Ping, .payload = "late"}.encode()));
    std::optional<WebSocketFrame> frame;
    do {
        frame = hub.wire().readFrame();
    } while (frame && frame->opcode == WebSocketFrame::Text);
    QVERIFY(frame && frame->opcode == WebSocketFrame::Pong && frame->payload == "late");
}

void TestHubClosing::asksAllToReconnect94()
{
    HubServer server;
    std::vector<std::unique_ptr<RawHub>> hubs;
    for (int i = 0; i < 10; ++i)
        hubs.push_back(std::make_unique<RawHub>(server.port, "user" + QByteArray::number(i)));
    RawHub inHandshake(server.port, "late", false);
    QTRY_COMPARE(server.connections(), std::size_t(11));
    server.closeAll();
    for (const auto &hub : hubs) {
        QVERIFY(hub->waitForClose());
        QCOMPARE(hub->closeRecord(),
                 (QJsonObject{{QStringLiteral("type"), 7}, {QStringLiteral("allowReconnect"), true}}));
    }
    QCOMPARE(inHandshake.nextRecord(), QByteArray("{\"error\":\"Handshake was canceled.\"}"));
    QVERIFY(inHandshake.waitForClose());
    QCOMPARE(server.journal.lost.load(), 10);
}

void TestHubClosing::refusesWhileDraining()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    server.setDraining();
    RawClient client(server.port);
    const HttpAnswer answer = client.request(upgradeRequest("/next-chat", "bob"));
    QCOMPARE(answer.status, 503);
    QVERIFY(!answer.header("retry-after").isEmpty());
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubClosing::limitsConnectionsOfAUser()
{
    HubServer server({}, {.connectionsPerUser = 2});
    RawHub first(server.port, "alice");
    auto second = std::make_unique<RawHub>(server.port, "alice");
    QVERIFY(first.isOpen() && second->isOpen());
    RawClient client(server.port);
    QCOMPARE(client.request(upgradeRequest("/next-chat", "alice")).status, 429);
    QCOMPARE(client.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "alice")).status,
             429);
    QVERIFY(server.metrics().contains("\nnextchat_signalr_refused_total{reason=\"user_full\"} 2\n"));
    QVERIFY(RawHub(server.port, "bob").isOpen());
    second.reset();
    int status = 429;
    for (int i = 0; i < 100 && status == 429; ++i) { // a refusal leaves the connection usable
        std::this_thread::sleep_for(20ms);
        status = client.request(upgradeRequest("/next-chat", "alice")).status;
    }
    QCOMPARE(status, 101);
}

QTEST_GUILESS_MAIN(TestHubClosing)
#include "tst_hubclosing.moc"
