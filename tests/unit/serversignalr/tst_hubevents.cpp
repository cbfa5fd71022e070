// SPDX-License-Identifier: MIT
#include "server/net/serversentevent.h"
#include "tests/support/httphub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

using namespace nextchat::test;
using namespace std::chrono_literals;

namespace {

QByteArray eventsRequest(const HttpHub &hub, const QByteArray &headers = {})
{
    return hub.requestHead("GET") + "Accept: text/event-stream\r\n" + headers + "\r\n";
}

const QByteArray handshake = "{\"protocol\":\"json\",\"version\":1}\x1e";

// A connection whose stream of events has begun.
struct OpenEvents
{
    explicit OpenEvents(const HubServer &server)
        : hub(server.port, "alice")
    {
        stream.emplace(server.port).send(eventsRequest(hub));
        (void)stream->readUntil("\r\n\r\n:\r\n");
    }
    // Gives the event with the handshake's answer.
    QByteArray shakeHands() { return hub.post(handshake).status == 200 ? next() : "no post"; }
    QByteArray next() { return stream->readUntil("\r\n\r\n"); }

    HttpHub hub;
    std::optional<RawClient> stream;
};

const QByteArray accepted = "data: {}\x1e\r\n\r\n";

} // namespace

// Server-Sent Events. The numbers are those of the conformance checks in docs/protocol.md.
class TestHubEvents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void headersAndComment31();
    void linesOfAnEvent32_data();
    void linesOfAnEvent32();
    void binaryIsRefused33();
    void recordsGoBothWays34();
    void theEndOfTheStreamIsTheEnd35();
    void aSecondStreamIsRefused36();
    void theServerEndsIt();
    void deleteIsRefused43();
};

void TestHubEvents::headersAndComment31()
{
    HubServer server;
    const HttpHub hub(server.port, "alice", "Origin: http://127.0.0.1\r\n");
    RawClient events(server.port);
    events.send(eventsRequest(hub));
    const HttpAnswer head = HttpAnswer::fromHead(events.readUntil("\r\n\r\n"));
    QCOMPARE(head.status, 200);
    QCOMPARE(head.header("content-type"), QByteArray("text/event-stream"));
    QCOMPARE(head.header("cache-control"), QByteArray("no-cache,no-store"));
    QCOMPARE(head.header("pragma"), QByteArray("no-cache"));
    QCOMPARE(head.header("content-encoding"), QByteArray("identity"));
    QCOMPARE(head.header("access-control-allow-origin"), QByteArray("http://127.0.0.1"));
    QCOMPARE(events.readBytes(3), QByteArray(":\r\n"));
}

void TestHubEvents::linesOfAnEvent32_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("event");
    QTest::newRow("one line") << QByteArray("a b") << QByteArray("data: a b\r\n\r\n");
    QTest::newRow("empty") << QByteArray() << QByteArray("data: \r\n\r\n");
    QTest::newRow("line feed") << QByteArray("a\nb") << QByteArray("data: a\r\ndata: b\r\n\r\n");
    QTest::newRow("both") << QByteArray("a\r\nb") << QByteArray("data: a\r\ndata: b\r\n\r\n");
    QTest::newRow("return") << QByteArray("a\rb") << QByteArray("data: a\r\ndata: b\r\n\r\n");
    QTest::newRow("at the end") << QByteArray("a\n") << QByteArray("data: a\r\ndata: \r\n\r\n");
}

void TestHubEvents::linesOfAnEvent32()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, event);
    QCOMPARE(nextchat::net::serverSentEvent(text), event);
}

void TestHubEvents::binaryIsRefused33()
{
    const HubServer server;
    OpenEvents events(server);
    QCOMPARE(events.hub.post("{\"protocol\":\"messagepack\",\"version\":1}\x1e").status, 200);
    QVERIFY(
        events.next().contains(R"({"error":"Cannot use the 'messagepack' protocol on the current transport. )"
                               R"(The transport does not support 'Binary' transfer format."})"));
    QVERIFY(events.stream->waitForEnd());
}

void TestHubEvents::recordsGoBothWays34()
{
    const HubServer server;
    OpenEvents events(server);
    QCOMPARE(events.shakeHands(), accepted);
    QCOMPARE(events.hub.invoke("Add", "[2,3]").status, 200);
    QCOMPARE(events.next(), QByteArray("data: {\"type\":3,\"invocationId\":\"1\",\"result\":5}\x1e\r\n\r\n"));
}

void TestHubEvents::theEndOfTheStreamIsTheEnd35()
{
    HubServer server;
    OpenEvents events(server);
    QCOMPARE(events.shakeHands(), accepted);
    events.stream.reset();
    QTRY_COMPARE(server.journal.disconnected(), 1);
    QCOMPARE(events.hub.post("x").status, 404);
}

void TestHubEvents::aSecondStreamIsRefused36()
{
    const HubServer server;
    OpenEvents events(server);
    RawClient other(server.port);
    other.send(eventsRequest(events.hub));
    QCOMPARE(other.readAnswer().status, 409);
    QCOMPARE(events.hub.poll().status, 400);
    QCOMPARE(events.shakeHands(), accepted);
}

void TestHubEvents::theServerEndsIt()
{
    HubServer server;
    OpenEvents events(server);
    QCOMPARE(events.shakeHands(), accepted);
    server.closeAll();
    QCOMPARE(events.next(), QByteArray("data: {\"type\":7,\"allowReconnect\":true}\x1e\r\n\r\n"));
    QVERIFY(events.stream->waitForEnd());
}

void TestHubEvents::deleteIsRefused43()
{
    const HubServer server;
    OpenEvents events(server);
    QCOMPARE(events.hub.remove().status, 400);
}

QTEST_GUILESS_MAIN(TestHubEvents)
#include "tst_hubevents.moc"
