// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

using namespace nextchat::test;
using namespace std::chrono_literals;

namespace {

QByteArray call(int type, const QByteArray &target, const QByteArray &arguments, const QByteArray &streamIds)
{
    return R"({"type":)" + QByteArray::number(type) + R"(,"invocationId":"1","target":")" + target
        + R"(","arguments":)" + arguments + R"(,"streamIds":)" + streamIds + '}';
}

QByteArray item(const QByteArray &id, const QByteArray &value)
{
    return R"({"type":2,"invocationId":")" + id + R"(","item":)" + value + '}';
}

QByteArray end(const QByteArray &id, const QByteArray &error = {})
{
    return R"({"type":3,"invocationId":")" + id
        + (error.isNull() ? QByteArray("\"}") : R"(","error":")" + error + "\"}");
}

QByteArray result(const QByteArray &value)
{
    return R"({"type":3,"invocationId":"1","result":)" + value + '}';
}

void send(RawHub &hub, std::initializer_list<QByteArray> records)
{
    for (const QByteArray &record : records)
        QVERIFY(hub.sendRecord(record));
}

void sendItems(RawHub &hub, int count, const QByteArray &value)
{
    for (int i = 0; i < count; ++i)
        QVERIFY(hub.sendRecord(item("a", value)));
}

// Whether a call behind what was sent before is answered.
bool answers(RawHub &hub)
{
    return hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt() == 5;
}

const QByteArray large = '"' + QByteArray(30'000, 'x') + '"';

QByteArray refused(const QByteArray &text)
{
    return R"({"type":3,"invocationId":"1","error":")" + text + "\"}";
}

} // namespace

// Streams of the client. The numbers are those of the conformance checks in docs/protocol.md.
class TestHubUploads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void uploads87_data();
    void uploads87();
    void itemsMayComeBeforeTheCallStarts();
    void tooManyAreRefused85();
    void anIdIsUsedOnceAtATime();
    void theConnectionsEndEndsThem86();
    void slowReadersHoldUpNothing88();
    void tooMuchWaitsAtTheClient88();
    void bothDirectionsInOneCall89();
    void whatNobodyReadsIsForgotten();
};

void TestHubUploads::uploads87_data()
{
    QTest::addColumn<QList<QByteArray>>("requests");
    QTest::addColumn<QByteArray>("answer");
    using Requests = QList<QByteArray>;
    const QByteArray sum = call(1, "Sum", "[]", R"(["a"])");
    const QByteArray unexpected = "An unexpected error occurred invoking 'Sum' on the server. HubException: ";
    QTest::newRow("items") << Requests{sum, item("a", "2"), item("a", "3"), end("a")} << result("5");
    QTest::newRow("no items") << Requests{sum, end("a")} << result("0");
    QTest::newRow("an error of the client")
        << Requests{sum, item("a", "2"), end("a", "no more")} << refused(unexpected + "no more");
    QTest::newRow("an item of another type") << Requests{sum, item("a", R"("x")"), end("a")}
                                             << refused(unexpected + "Failed to bind Stream message.");
    QTest::newRow("items of unknown streams and after the end")
        << Requests{sum, item("b", "7"), item("a", "2"), end("a"), item("a", "4"), end("a"), end("b")}
        << result("2");
    QTest::newRow("two streams around an argument")
        << Requests{call(1, "Merge", "[2]", R"(["a","b"])"), item("b", R"("B")"), item("a", R"("A")"),
                    end("b"), end("a")}
        << result(R"(["A","A","B","B"])");
    QTest::newRow("a stream too few")
        << Requests{call(1, "Sum", "[]", "[]")}
        << refused(unexpected + "Client sent 0 stream(s), Hub method expects 1.");
    QTest::newRow("a stream too many")
        << Requests{call(1, "Sum", "[]", R"(["a","b"])")}
        << refused(unexpected + "Client sent 2 stream(s), Hub method expects 1.");
    QTest::newRow("where none is expected")
        << Requests{call(1, "Nothing", "[]", R"(["a"])")}
        << refused(
               "An unexpected error occurred invoking 'Nothing' on the server. HubException: Client sent 1 "
               "stream(s), Hub method expects 0.");
}

void TestHubUploads::uploads87()
{
    QFETCH(QList<QByteArray>, requests);
    QFETCH(QByteArray, answer);
    HubServer server;
    RawHub hub(server.port, "alice");
    for (const QByteArray &request : requests)
        QVERIFY(hub.sendRecord(request));
    QCOMPARE(hub.nextRecord(), answer);
    QVERIFY(answers(hub));
}

void TestHubUploads::itemsMayComeBeforeTheCallStarts()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    send(hub,
         {R"({"type":1,"invocationId":"0","target":"Slow","arguments":[50,1]})",
          call(1, "Sum", "[]", R"(["a"])"), item("a", "2"), end("a")});
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":3,"invocationId":"0","result":1})"));
    QCOMPARE(hub.nextRecord(), result("2"));
}

void TestHubUploads::tooManyAreRefused85()
{
    HubServer server({.maximumOpenStreams = 2});
    RawHub hub(server.port, "alice");
    send(hub, {call(1, "Merge", "[1]", R"(["a","b"])"), call(1, "Sum", "[]", R"(["c"])")});
    QCOMPARE(hub.nextRecord(),
             refused("Failed to invoke 'Sum' due to an error on the server. HubException: Too many open "
                     "streams."));
    send(hub, {end("a"), end("b")});
    QCOMPARE(hub.nextRecord(), result("[]"));
    send(hub, {call(1, "Sum", "[]", R"(["c"])"), end("c")});
    QCOMPARE(hub.nextRecord(), result("0"));
}

void TestHubUploads::anIdIsUsedOnceAtATime()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    send(hub, {call(1, "Sum", "[]", R"(["a"])"), call(1, "Sum", "[]", R"(["a"])")});
    QCOMPARE(hub.nextRecord(),
             refused("Failed to invoke 'Sum' due to an error on the server. HubException: Stream ID 'a' is "
                     "already in use."));
    send(hub, {item("a", "4"), end("a")});
    QCOMPARE(hub.nextRecord(), result("4"));
    // It is free from the stream's end on, which may come long before the call's.
    send(hub,
         {call(1, "CountLate", "[200]", R"(["a"])"), end("a"), call(1, "Sum", "[]", R"(["a"])"),
          item("a", "1")});
    QCOMPARE(hub.nextRecord(), result("0"));
    send(hub, {item("a", "2"), end("a")});
    QCOMPARE(hub.nextRecord(), result("3"));
}

void TestHubUploads::theConnectionsEndEndsThem86()
{
    HubServer server;
    {
        RawHub hub(server.port, "alice");
        hub.sendRecord(call(1, "Sum", "[]", R"(["a"])"));
        QVERIFY(answers(hub));
    }
    QTRY_COMPARE(server.journal.failedUploads, 1);
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubUploads::slowReadersHoldUpNothing88()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    send(hub, {call(1, "CountLate", "[400]", R"(["a"])")});
    sendItems(hub, 1000, "1");
    send(hub, {end("a")});
    QVERIFY(answers(hub));
    QCOMPARE(hub.nextRecord(), result("1000"));
}

void TestHubUploads::tooMuchWaitsAtTheClient88()
{
    HubServer server({.streamBufferCapacity = 1});
    RawHub hub(server.port, "alice");
    send(hub, {call(1, "CountLate", "[300]", R"(["a"])")});
    sendItems(hub, 300, large);
    send(hub, {end("a")});
    QCOMPARE(hub.nextRecord(), result("300"));
}

void TestHubUploads::bothDirectionsInOneCall89()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    send(hub, {call(4, "StreamEcho", "[]", R"(["a"])")});
    constexpr int count = 100'000;
    constexpr int batch = 1000;
    int received = 0;
    for (int sent = 0; sent < count; sent += batch) {
        QByteArray records;
        for (int i = sent; i < sent + batch; ++i)
            records += item("a", QByteArray::number(i)) + '\x1e';
        QVERIFY(hub.sendText(records));
        for (int i = 0; i < batch; ++i)
            QCOMPARE(hub.nextRecord(), item("1", QByteArray::number(received++)));
    }
    send(hub, {end("a")});
    QCOMPARE(hub.nextRecord(), end("1"));
}

void TestHubUploads::whatNobodyReadsIsForgotten()
{
    HubServer server({.streamBufferCapacity = 1});
    RawHub hub(server.port, "alice");
    send(hub, {call(1, "FirstOnly", "[]", R"(["a"])")});
    sendItems(hub, 100, large);
    QCOMPARE(hub.nextRecord(), end("1"));
    QVERIFY(answers(hub));
}

QTEST_GUILESS_MAIN(TestHubUploads)
#include "tst_hubuploads.moc"
