// SPDX-License-Identifier: MIT
#include "server/signalr/endpointanswers.h"
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

using namespace nextchat::test;
using nextchat::signalr::nameOf;
using nextchat::signalr::TransportKind;

namespace {

const QList<TransportKind> allTransports = {TransportKind::WebSockets, TransportKind::ServerSentEvents,
                                            TransportKind::LongPolling};

QJsonObject negotiated(RawClient &client, const QByteArray &query, const QByteArray &user = "alice")
{
    return client.request(httpRequest("POST", "/next-chat/negotiate" + query, user)).json();
}

QByteArray tokenOf(const QJsonObject &answer)
{
    return answer.value(u"connectionToken").toString().toLatin1();
}

} // namespace

// The numbers are those of the conformance checks in docs/protocol.md.
class TestHubEndpoint : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void negotiatesVersions_data();
    void negotiatesVersions();
    void saysWhichVersionItDoesNotSpeak4and5_data();
    void saysWhichVersionItDoesNotSpeak4and5();
    void offersWhatItHas7();
    void answers_data();
    void answers();
    void connectsByToken19_data();
    void connectsByToken19();
    void aTokenConnectsOnceAtATime20();
    void transportsAreSwitchedOff22_data();
    void transportsAreSwitchedOff22();
    void refusesOtherOrigins();
};

void TestHubEndpoint::negotiatesVersions_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<int>("version"); // -1: refused
    QTest::newRow("none (1)") << QByteArray() << 0;
    QTest::newRow("0") << QByteArray("?negotiateVersion=0") << 0;
    QTest::newRow("1 (2)") << QByteArray("?negotiateVersion=1") << 1;
    QTest::newRow("99 (3)") << QByteArray("?negotiateVersion=99") << 1;
    QTest::newRow("other case") << QByteArray("?NEGOTIATEVERSION=1") << 1;
    QTest::newRow("stateful reconnect (10)")
        << QByteArray("?negotiateVersion=1&useStatefulReconnect=true") << 1;
    QTest::newRow("no number (4)") << QByteArray("?negotiateVersion=abc") << -1;
    QTest::newRow("negative (5)") << QByteArray("?negotiateVersion=-1") << -1;
}

void TestHubEndpoint::negotiatesVersions()
{
    QFETCH(QByteArray, query);
    QFETCH(int, version);
    HubServer server;
    RawClient client(server.port);
    const HttpAnswer answer = client.request(httpRequest("POST", "/next-chat/negotiate" + query, "alice"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("content-type"), QByteArray("application/json"));
    const QJsonObject json = answer.json();
    QCOMPARE(json.contains(u"error"), version < 0);
    QCOMPARE(json.contains(u"connectionId"), version >= 0);
    QCOMPARE(json.contains(u"connectionToken"), version == 1);
    QCOMPARE(json.contains(u"useStatefulReconnect"), query.contains("useStatefulReconnect"));
    if (version >= 0)
        QCOMPARE(json.value(u"negotiateVersion").toInt(), version);
    QVERIFY(version != 1 || json.value(u"connectionToken") != json.value(u"connectionId"));
}

void TestHubEndpoint::saysWhichVersionItDoesNotSpeak4and5_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("answer");
    const auto tooOld = [](const char *version) -> QByteArray {
        return QByteArray(R"({"error":"The client requested version ')") + version
            + R"(', but the server does not support this version."})";
    };
    const QByteArray noNumber = R"({"error":"The client requested a non-integer protocol version."})";
    QTest::newRow("none") << QByteArray() << tooOld("0");
    QTest::newRow("0") << QByteArray("?negotiateVersion=0") << tooOld("0");
    QTest::newRow("negative") << QByteArray("?negotiateVersion=-1") << tooOld("-1");
    QTest::newRow("no number") << QByteArray("?negotiateVersion=abc") << noNumber;
    QTest::newRow("empty") << QByteArray("?negotiateVersion=") << noNumber;
    QTest::newRow("too large") << QByteArray("?negotiateVersion=4294967297") << noNumber;
}

void TestHubEndpoint::saysWhichVersionItDoesNotSpeak4and5()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, answer);
    HubServer server;
    server.setMinimumVersion(1);
    RawClient client(server.port);
    const HttpAnswer refusal = client.request(httpRequest("POST", "/next-chat/negotiate" + query, "alice"));
    QCOMPARE(refusal.status, 200);
    QCOMPARE(refusal.body, answer);
    QVERIFY(negotiated(client, "?negotiateVersion=1").contains(u"connectionToken"));
}

void TestHubEndpoint::offersWhatItHas7()
{
    HubServer server;
    RawClient client(server.port);
    const QJsonArray transports =
        negotiated(client, "?negotiateVersion=1").value(u"availableTransports").toArray();
    const QJsonArray text{QStringLiteral("Text")};
    const QJsonArray both{QStringLiteral("Text"), QStringLiteral("Binary")};
    const auto offer = [](const QString &transport, const QJsonArray &formats) {
        return QJsonObject{{QStringLiteral("transport"), transport},
                           {QStringLiteral("transferFormats"), formats}};
    };
    QCOMPARE(transports,
             (QJsonArray{offer(QStringLiteral("WebSockets"), both),
                         offer(QStringLiteral("ServerSentEvents"), text),
                         offer(QStringLiteral("LongPolling"), both)}));
}

void TestHubEndpoint::answers_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    const QByteArray upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    QTest::newRow("GET negotiate (6)") << httpRequest("GET", "/next-chat/negotiate", "alice") << 405;
    QTest::newRow("negotiate without a user (13)") << httpRequest("POST", "/next-chat/negotiate", {}) << 401;
    QTest::newRow("upgrade without a user (13)") << upgradeRequest("/next-chat", {}) << 401;
    QTest::newRow("GET without an id (16)") << httpRequest("GET", "/next-chat", "alice") << 400;
    QTest::newRow("POST without an id (16)") << httpRequest("POST", "/next-chat", "alice") << 400;
    QTest::newRow("DELETE without an id (16)") << httpRequest("DELETE", "/next-chat", "alice") << 400;
    QTest::newRow("GET with an unknown id (16)") << httpRequest("GET", "/next-chat?id=x", "alice") << 404;
    QTest::newRow("POST with an unknown id (16)") << httpRequest("POST", "/next-chat?id=x", "alice") << 404;
    QTest::newRow("upgrade with an unknown id (16)") << upgradeRequest("/next-chat?id=x", "alice") << 404;
    QTest::newRow("PUT (18)") << httpRequest("PUT", "/next-chat", "alice") << 405;
    QTest::newRow("unknown path") << httpRequest("GET", "/next-chat/else", "alice") << 404;
    QTest::newRow("slash at the end") << upgradeRequest("/next-chat/", "alice") << 101;
    QTest::newRow("two slashes at the end") << upgradeRequest("/next-chat//", "alice") << 404;
    QTest::newRow("no WebSocket version") << httpRequest("GET", "/next-chat", "alice", upgrade) << 426;
    QTest::newRow("no WebSocket key")
        << httpRequest("GET", "/next-chat", "alice", upgrade + "Sec-WebSocket-Version: 13\r\n") << 400;
    QTest::newRow("bad WebSocket key") << httpRequest(
        "GET", "/next-chat", "alice", upgrade + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: abc\r\n")
                                       << 400;
    QTest::newRow("user in the query") << upgradeRequest("/next-chat?access_token=alice", {}) << 101;
}

void TestHubEndpoint::answers()
{
    QFETCH(QByteArray, request);
    HubServer server;
    RawClient client(server.port);
    QTEST(client.request(request).status, "status");
}

void TestHubEndpoint::connectsByToken19_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::newRow("version 0") << QByteArray();
    QTest::newRow("version 1") << QByteArray("?negotiateVersion=1");
}

void TestHubEndpoint::connectsByToken19()
{
    QFETCH(QByteArray, query);
    HubServer server;
    RawClient client(server.port);
    const QJsonObject answer = negotiated(client, query);
    const QByteArray id = answer.value(u"connectionId").toString().toLatin1();
    const QByteArray token = query.isEmpty() ? id : tokenOf(answer);
    if (!query.isEmpty())
        QCOMPARE(client.request(upgradeRequest("/next-chat?id=" + id, "alice")).status, 404); // 17
    QCOMPARE(client.request(upgradeRequest("/next-chat?id=" + token, "mallory")).status, 404);
    RawHub hub(server.port, "alice", true, "?id=" + token);
    QVERIFY(hub.isOpen());
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubEndpoint::aTokenConnectsOnceAtATime20()
{
    HubServer server;
    RawClient client(server.port);
    const QByteArray token = tokenOf(negotiated(client, "?negotiateVersion=1"));
    RawHub hub(server.port, "alice", true, "?id=" + token);
    QVERIFY(hub.isOpen());
    QCOMPARE(client.request(upgradeRequest("/next-chat?id=" + token, "alice")).status, 409);
    QCOMPARE(client.request(httpRequest("GET", "/next-chat?id=" + token, "alice")).status, 400);
    QCOMPARE(client.request(httpRequest("POST", "/next-chat?id=" + token, "alice", {}, "x")).status,
             405); // 23
    QCOMPARE(client.request(httpRequest("DELETE", "/next-chat?id=" + token, "alice")).status, 400);
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubEndpoint::transportsAreSwitchedOff22_data()
{
    QTest::addColumn<int>("off");
    for (const auto kind : allTransports)
        QTest::addRow("%s", qPrintable(nameOf(kind))) << static_cast<int>(kind);
}

void TestHubEndpoint::transportsAreSwitchedOff22()
{
    QFETCH(int, off);
    const auto kind = static_cast<TransportKind>(off);
    QList<TransportKind> others(allTransports.rbegin(), allTransports.rend()); // in an order of their own
    others.removeOne(kind);
    HubServer server;
    server.setTransports(others);
    RawClient client(server.port);
    const QJsonObject answer = negotiated(client, "?negotiateVersion=1");
    QStringList offered;
    for (const auto &offer : answer.value(u"availableTransports").toArray())
        offered.append(offer[u"transport"].toString());
    QCOMPARE(offered, (QStringList{nameOf(others[0]), nameOf(others[1])}));
    const QByteArray target = "/next-chat?id=" + tokenOf(answer);
    const QByteArray events = kind == TransportKind::ServerSentEvents ? "Accept: text/event-stream\r\n" : "";
    const HttpAnswer refusal =
        client.request(kind == TransportKind::WebSockets ? upgradeRequest(target, "alice")
                                                         : httpRequest("GET", target, "alice", events));
    QCOMPARE(refusal.status, 404);
    QCOMPARE(refusal.body,
             QByteArray(nameOf(kind).toLatin1() + " transport not supported by this end point type"));
    if (kind == TransportKind::WebSockets) // nor without negotiate
        QCOMPARE(client.request(upgradeRequest("/next-chat", "alice")).status, 404);
    else
        QCOMPARE(client.request(upgradeRequest(target, "alice")).status, 101);
}

void TestHubEndpoint::refusesOtherOrigins()
{
    HubServer server;
    RawClient client(server.port);
    QCOMPARE(client.request(upgradeRequest("/next-chat", "alice", "Origin: https://evil.example\r\n")).status,
             403);
    QCOMPARE(
        client.request(httpRequest("OPTIONS", "/next-chat/negotiate", {}, "Origin: http://127.0.0.1\r\n"))
            .status,
        204);
    const HttpAnswer answer =
        client.request(httpRequest("POST", "/next-chat/negotiate", "alice", "Origin: http://127.0.0.1\r\n"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("access-control-allow-origin"), QByteArray("http://127.0.0.1"));
}

QTEST_GUILESS_MAIN(TestHubEndpoint)
#include "tst_hubendpoint.moc"
