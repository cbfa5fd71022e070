// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;
using Frame = WebSocketFrame;

// Named by the checks of signalr-notes.md 2; the rest is RFC 6455.
class WebSocketTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void check19_withIdAndWithout();
    void check20_secondOnTheSameId();
    void check23_postToAWebSocket();
    void check24_jsonInTextFrames();
    void check25_manyMessagesInOneFrame();
    void check25_oneMessageInThreeFragmentsAndFrames();
    void check25_handshakeAndInvocationInOneFrame();
    void check25_framesRightBehindTheUpgrade();
    void check26_oneByteAFrame();
    void check27_cleanStop();
    void check27_droppedConnectionLeavesItsGroups();
    void check28_pingIsAnswered();
    void check28_pingsAreAnsweredInOrder();
    void check28_pingBetweenFragments();
    void check28_textOverFragments();
    void check28_violations_data();
    void check28_violations();
    void check28_closeFrames_data();
    void check28_closeFrames();
    void check29_noExtensionsAndNoSubprotocol();
    void refusesBadUpgrades_data();
    void refusesBadUpgrades();
    void aHugeFrameIsRefusedBeforeItArrives();

private:
    ServerProcess m_server{
        {u"--set"_s, u"limits.connectionsPerUser=0"_s, u"--set"_s, u"limits.callsPerSecond=0"_s}};
};

namespace {

const QByteArray separator(1, recordSeparator);
const QByteArray handshake = "{\"protocol\":\"json\",\"version\":1}" + separator;

QByteArray listGroups(int id)
{
    return "{\"type\":1,\"invocationId\":\"" + QByteArray::number(id)
        + "\",\"target\":\"ListGroups\",\"arguments\":[]}" + separator;
}

// The token of a new connection.
QByteArray negotiatedBy(RawClient &client)
{
    return client.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann"))
        .json()
        .value(u"connectionToken")
        .toString()
        .toUtf8();
}

} // namespace

void WebSocketTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void WebSocketTest::cleanup()
{
    RawHub hub(m_server.port(), "after");
    QVERIFY(hub.isOpen());
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void WebSocketTest::check19_withIdAndWithout()
{
    RawClient client(m_server.port());
    const QByteArray token = negotiatedBy(client);
    // On the very connection that negotiated, too.
    const HttpAnswer answer = client.request(upgradeRequest("/next-chat?id=" + token, "ann"));
    QCOMPARE(answer.status, 101);
    QCOMPARE(answer.header("upgrade").toLower(), QByteArray("websocket"));
    QCOMPARE(answer.header("sec-websocket-accept"),
             QByteArray("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")); // RFC 6455 1.3
    RawHub other(m_server.port(), "ann");
    QVERIFY(other.isOpen());
}

void WebSocketTest::check20_secondOnTheSameId()
{
    RawClient client(m_server.port());
    const QByteArray token = negotiatedBy(client);
    RawHub first(m_server.port(), "ann", true, "?id=" + token);
    QVERIFY(first.isOpen());
    const HttpAnswer second = client.request(upgradeRequest("/next-chat?id=" + token, "ann"));
    QCOMPARE(second.status, 409);
    QCOMPARE(second.body, QByteArray());
    QCOMPARE(first.errorOf(u"ListGroups"_s), QString());
}

void WebSocketTest::check23_postToAWebSocket()
{
    RawClient client(m_server.port());
    const QByteArray token = negotiatedBy(client);
    RawHub hub(m_server.port(), "ann", true, "?id=" + token);
    QVERIFY(hub.isOpen());
    HttpAnswer answer = client.request(httpRequest("POST", "/next-chat?id=" + token, "ann", {}, "{}\x1e"));
    QCOMPARE(answer.status, 405);
    QCOMPARE(answer.body, QByteArray("POST requests are not allowed for WebSocket connections."));
    answer = client.request(httpRequest("DELETE", "/next-chat?id=" + token, "ann"));
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.body, QByteArray("Cannot terminate this connection using the DELETE endpoint."));
    answer = client.request(httpRequest("GET", "/next-chat?id=" + token, "ann"));
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.body, QByteArray("Cannot change transports mid-connection"));
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void WebSocketTest::check24_jsonInTextFrames()
{
    RawHub hub(m_server.port(), "ann", false);
    hub.sendText(handshake);
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame);
    QCOMPARE(frame->opcode, int(Frame::Text));
    QVERIFY(frame->fin && !frame->masked && frame->reserved == 0);
}

void WebSocketTest::check25_manyMessagesInOneFrame()
{
    RawHub hub(m_server.port(), "ann");
    QByteArray many;
    for (int i = 0; i < 200; ++i)
        many += listGroups(i);
    hub.sendText(many);
    for (int i = 0; i < 200; ++i)
        QCOMPARE(hub.next().value(u"invocationId").toString(), QString::number(i));
}

void WebSocketTest::check25_oneMessageInThreeFragmentsAndFrames()
{
    RawHub hub(m_server.port(), "ann");
    const QByteArray call = listGroups(1);
    hub.wire().send(Frame{.opcode = Frame::Text, .payload = call.left(10), .fin = false}.encode());
    hub.wire().send(Frame{.opcode = Frame::Continuation, .payload = call.mid(10, 10), .fin = false}.encode());
    hub.wire().send(Frame{.opcode = Frame::Continuation, .payload = call.mid(20)}.encode());
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"1"_s);
    hub.sendText(call.left(5));
    hub.sendText({});
    hub.sendText(call.mid(5) + listGroups(2).left(20));
    hub.sendText(listGroups(2).mid(20));
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"1"_s);
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"2"_s);
}

void WebSocketTest::check25_handshakeAndInvocationInOneFrame()
{
    RawHub hub(m_server.port(), "ann", false);
    hub.sendText(handshake + listGroups(1) + listGroups(2));
    QCOMPARE(hub.nextRecord(), QByteArray("{}"));
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"1"_s);
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"2"_s);
}

void WebSocketTest::check25_framesRightBehindTheUpgrade()
{
    RawClient client(m_server.port());
    client.send(upgradeRequest("/next-chat", "ann") + textFrame(handshake + listGroups(1)));
    QCOMPARE(client.readAnswer().status, 101);
    const auto frame = client.readFrame();
    QVERIFY(frame);
    QVERIFY(frame->payload.startsWith("{}\x1e"));
}

void WebSocketTest::check26_oneByteAFrame()
{
    RawHub hub(m_server.port(), "ann", false);
    for (const char byte : QByteArray(handshake + listGroups(1)))
        hub.sendText(QByteArray(1, byte));
    QCOMPARE(hub.nextRecord(), QByteArray("{}"));
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"1"_s);
    for (const char byte : textFrame(listGroups(2)))
        hub.wire().send(QByteArray(1, byte));
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"2"_s);
}

void WebSocketTest::check27_cleanStop()
{
    RawHub hub(m_server.port(), "ann");
    hub.wire().send(closeFrame(1000));
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeCode(), 1000);
}

void WebSocketTest::check27_droppedConnectionLeavesItsGroups()
{
    RawHub stays(m_server.port(), "stays");
    QCOMPARE(stays.errorOf(u"CreateGroup"_s, {u"dropped"_s}), QString());
    QCOMPARE(stays.errorOf(u"JoinGroup"_s, {u"dropped"_s}), QString());
    RawHub goes(m_server.port(), "goes");
    QCOMPARE(goes.errorOf(u"JoinGroup"_s, {u"dropped"_s}), QString());
    goes.wire().send(closeFrame(1001));
    QVERIFY(goes.waitForClose());
    QTRY_COMPARE(stays.invoke(u"ListMembers"_s, {u"dropped"_s}).value(u"result").toArray(),
                 (QJsonArray{u"stays"_s}));
    // A connection that is lost keeps its place for a while (design.md 5), but gets in nobody's way.
    RawHub crashes(m_server.port(), "crashes");
    QCOMPARE(crashes.errorOf(u"JoinGroup"_s, {u"dropped"_s}), QString());
    crashes.wire().reset();
    QCOMPARE(stays.errorOf(u"SendMessage"_s, {u"dropped"_s, u"on"_s}), QString());
}

void WebSocketTest::check28_pingIsAnswered()
{
    RawHub hub(m_server.port(), "ann");
    hub.wire().send(Frame{.opcode = Frame::Ping, .payload = "are you there?"}.encode());
    auto frame = hub.wire().readFrame();
    QVERIFY(frame);
    QCOMPARE(frame->opcode, int(Frame::Pong));
    QCOMPARE(frame->payload, QByteArray("are you there?"));
    hub.wire().send(Frame{.opcode = Frame::Pong, .payload = "unasked"}.encode());
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void WebSocketTest::check28_pingsAreAnsweredInOrder()
{
    RawHub hub(m_server.port(), "ann");
    QByteArray pings;
    for (char payload = '0'; payload <= '9'; ++payload)
        pings += Frame{.opcode = Frame::Ping, .payload = QByteArray(100, payload)}.encode();
    for (const char byte : pings) // however they arrive
        hub.wire().send(QByteArray(1, byte));
    for (char payload = '0'; payload <= '9'; ++payload) {
        const auto frame = hub.wire().readFrame();
        QVERIFY(frame && frame->opcode == Frame::Pong);
        QCOMPARE(frame->payload, QByteArray(100, payload));
    }
}

void WebSocketTest::check28_pingBetweenFragments()
{
    RawHub hub(m_server.port(), "ann");
    const QByteArray call = listGroups(1);
    hub.wire().send(Frame{.opcode = Frame::Text, .payload = call.left(10), .fin = false}.encode());
    hub.wire().send(Frame{.opcode = Frame::Ping, .payload = "now"}.encode());
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame);
    QCOMPARE(frame->payload, QByteArray("now"));
    hub.wire().send(Frame{.opcode = Frame::Continuation, .payload = call.mid(10)}.encode());
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"1"_s);
}

// A fragment may end within a character, and be empty.
void WebSocketTest::check28_textOverFragments()
{
    RawHub hub(m_server.port(), "ann");
    const QByteArray call =
        "{\"type\":1,\"invocationId\":\"\xF0\x9F\x98\x80\",\"target\":\"ListGroups\",\"arguments\":[]}"
        + separator;
    for (qsizetype i = 0; i < call.size(); ++i) {
        const int opcode = i == 0 ? Frame::Text : Frame::Continuation;
        hub.wire().send(Frame{.opcode = opcode, .payload = call.mid(i, 1), .fin = false}.encode());
    }
    hub.wire().send(Frame{.opcode = Frame::Continuation, .payload = {}}.encode());
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"\U0001F600"_s);
}

void WebSocketTest::check28_violations_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const QByteArray call = listGroups(1);
    QTest::newRow("unmasked") << Frame{.payload = call, .masked = false}.encode() << 1002;
    QTest::newRow("reserved bit") << Frame{.payload = call, .reserved = 4}.encode() << 1002;
    QTest::newRow("unknown opcode") << Frame{.opcode = 3, .payload = call}.encode() << 1002;
    QTest::newRow("unknown control opcode") << Frame{.opcode = 11, .payload = {}}.encode() << 1002;
    QTest::newRow("continuation of nothing")
        << Frame{.opcode = Frame::Continuation, .payload = call}.encode() << 1002;
    QTest::newRow("new message within a message")
        << Frame{.payload = "x", .fin = false}.encode() + textFrame(call) << 1002;
    QTest::newRow("fragmented ping") << Frame{.opcode = Frame::Ping, .payload = {}, .fin = false}.encode()
                                     << 1002;
    QTest::newRow("long ping") << Frame{.opcode = Frame::Ping, .payload = QByteArray(126, 'x')}.encode()
                               << 1002;
    QTest::newRow("invalid UTF-8") << textFrame("{\"x\":\"\xc3\x28\"}" + separator) << 1007;
    QTest::newRow("UTF-8 cut off") << textFrame("\xe2\x82") << 1007;
    QTest::newRow("surrogate in UTF-8") << textFrame("\xed\xa0\x80") << 1007;
    QTest::newRow("invalid UTF-8 over fragments") << Frame{.payload = "{\"\xce\xba", .fin = false}.encode()
            + Frame{.opcode = Frame::Continuation, .payload = "\xed"}.encode()
            + Frame{.opcode = Frame::Continuation, .payload = "\xa0\x80\"}" + separator}.encode()
                                                  << 1007;
    QTest::newRow("UTF-8 cut off at the last fragment") << Frame{.payload = "\xe2\x82", .fin = false}.encode()
            + Frame{.opcode = Frame::Continuation, .payload = {}}.encode()
                                                        << 1007;
    QTest::newRow("beyond Unicode") << textFrame("\xf4\x90\x80\x80") << 1007;
    QTest::newRow("longer than it need be") << textFrame("\xc0\xaf") << 1007;
    QTest::newRow("invalid UTF-8 whose frame goes on")
        << textFrame("\xff" + QByteArray(1000, 'x')).first(20) << 1007;
    QTest::newRow("long Close") << Frame{.opcode = Frame::Close,
                                         .payload = QByteArray::fromHex("03e8") + QByteArray(124, 'x')}
                                       .encode()
                                << 1002;
    QTest::newRow("fragmented Close")
        << Frame{.opcode = Frame::Close, .payload = QByteArray::fromHex("03e8"), .fin = false}.encode()
        << 1002;
    QTest::newRow("length with the top bit") << QByteArray::fromHex("81ffffffffffffffffff12345678") << 1002;
}

void WebSocketTest::check28_violations()
{
    QFETCH(QByteArray, bytes);
    RawHub hub(m_server.port(), "ann");
    QVERIFY(hub.isOpen());
    hub.wire().send(bytes);
    QVERIFY(hub.waitForClose());
    QTEST(hub.closeCode(), "code");
}

void WebSocketTest::check28_closeFrames_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const QByteArray &hex, int code) {
        QTest::newRow(name) << QByteArray::fromHex(hex) << code;
    };
    row("empty", {}, 1000);
    row("going away", "03e9", 1000);
    row("private code", "0fa0", 1000);
    row("the longest reason", "03e8" + QByteArray(123, 'x').toHex(), 1000);
    row("one byte", "03", 1002);
    row("reserved 1005", "03ed", 1002);
    row("below 1000", "0001", 1002);
    row("reason is no UTF-8", "03e8ff", 1007);
}

// The code that the server answers with: an echo or 1000 for a right Close, an error for a wrong one. What
// follows a Close is not looked at.
void WebSocketTest::check28_closeFrames()
{
    QFETCH(QByteArray, payload);
    QFETCH(int, code);
    RawHub hub(m_server.port(), "ann");
    hub.wire().send(Frame{.opcode = Frame::Close, .payload = payload}.encode()
                    + Frame{.opcode = Frame::Ping, .payload = "not answered"}.encode());
    QVERIFY(hub.waitForClose());
    if (code == 1000)
        QVERIFY(hub.closeCode() == 1000 || hub.closeCode() == 1001 || hub.closeCode() == 4000);
    else
        QCOMPARE(hub.closeCode(), code);
}

void WebSocketTest::check29_noExtensionsAndNoSubprotocol()
{
    RawClient client(m_server.port());
    HttpAnswer answer = client.request(upgradeRequest("/next-chat", "ann"));
    QCOMPARE(answer.status, 101);
    QVERIFY(!answer.headers.contains("sec-websocket-protocol"));
    RawClient offering(m_server.port());
    answer = offering.request(upgradeRequest(
        "/next-chat", "ann", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"));
    QCOMPARE(answer.status, 101);
    QVERIFY(!answer.headers.contains("sec-websocket-extensions"));
}

void WebSocketTest::refusesBadUpgrades_data()
{
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<int>("status");
    const QByteArray upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    const QByteArray key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const QByteArray version = "Sec-WebSocket-Version: 13\r\n";
    const QByteArray get = "GET";
    QTest::newRow("version 8") << upgrade + key + "Sec-WebSocket-Version: 8\r\n" << get << 426;
    QTest::newRow("no version") << upgrade + key << get << 426;
    QTest::newRow("no key") << upgrade + version << get << 400;
    QTest::newRow("short key") << upgrade + version + "Sec-WebSocket-Key: c2hvcnQ=\r\n" << get << 400;
    QTest::newRow("key is no base64") << upgrade + version + "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n"
                                      << get << 400;
    QTest::newRow("no upgrade") << "Connection: Upgrade\r\n" + key + version << get << 400;
    QTest::newRow("no connection") << "Upgrade: websocket\r\n" + key + version << get << 400;
    QTest::newRow("by POST") << upgrade + key + version << QByteArray("POST") << 400;
}

void WebSocketTest::refusesBadUpgrades()
{
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, method);
    RawClient client(m_server.port());
    QTEST(client.request(httpRequest(method, "/next-chat", "ann", headers)).status, "status");
}

void WebSocketTest::aHugeFrameIsRefusedBeforeItArrives()
{
    RawHub hub(m_server.port(), "ann");
    // A header that promises 1 GiB; the server must not wait for it nor keep it.
    QByteArray header = QByteArray::fromHex("81ff000000004000000012345678");
    hub.wire().send(header);
    QByteArray part(65536, 'x');
    bool ended = false;
    for (int i = 0; i < 1000 && !ended; ++i) {
        ended = !hub.wire().send(part) || hub.wire().waitForEnd(std::chrono::milliseconds(1))
            || hub.wire().unread().contains("Connection closed with an error.");
    }
    QVERIFY(ended);
}

QTEST_GUILESS_MAIN(WebSocketTest)
#include "tst_websocket.moc"
