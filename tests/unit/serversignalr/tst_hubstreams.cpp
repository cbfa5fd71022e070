// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QLoggingCategory>
#include <QTest>

#include <set>
#include <thread>

using namespace nextchat::test;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

namespace {

QByteArray message(int type, const QByteArray &id, const QByteArray &target, const QByteArray &arguments)
{
    return R"({"type":)" + QByteArray::number(type) + R"(,"invocationId":")" + id + R"(","target":")" + target
        + R"(","arguments":)" + arguments + '}';
}

QByteArray stream(const QByteArray &id, const QByteArray &target, const QByteArray &arguments)
{
    return message(4, id, target, arguments);
}

QByteArray cancel(const QByteArray &id)
{
    return R"({"type":5,"invocationId":")" + id + "\"}";
}

QByteArray item(const QByteArray &id, int value)
{
    return R"({"type":2,"invocationId":")" + id + R"(","item":)" + QByteArray::number(value) + '}';
}

QByteArray completion(const QByteArray &id, const QByteArray &error = {})
{
    return R"({"type":3,"invocationId":")" + id
        + (error.isNull() ? QByteArray("\"}") : R"(","error":")" + error + "\"}");
}

} // namespace

// The numbers are those of the conformance checks in docs/protocol.md.
class TestHubStreams : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void streams81_data();
    void streams81();
    void stopsWhenCancelled83_data();
    void stopsWhenCancelled83();
    void aCancelledOneThatWaitsNeverStarts83();
    void anIdIsUsedOnceAtATime84();
    void manyInterleave85();
    void tooManyAreRefused85();
    void producersEndWithTheConnection86_data();
    void producersEndWithTheConnection86();
    void startInTheirTurn();
    void endlessOnesStarveNobody();
    void waitForTheReader();
    void togetherFillNoMoreThanOne();
};

void TestHubStreams::initTestCase()
{
    QLoggingCategory::setFilterRules(
        QStringLiteral("nextchat.signalr.critical=false")); // what throws is logged
}

void TestHubStreams::streams81_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QList<QByteArray>>("records");
    const QByteArray failed = "An error occurred on the server while streaming results.";
    using Records = QList<QByteArray>;
    QTest::newRow("items") << stream("s", "Counter", "[3,0]")
                           << Records{item("s", 0), item("s", 1), item("s", 2), completion("s")};
    QTest::newRow("items that take their time")
        << stream("s", "Counter", "[2,30]") << Records{item("s", 0), item("s", 1), completion("s")};
    QTest::newRow("empty") << stream("s", "Counter", "[0,0]") << Records{completion("s")};
    QTest::newRow("error after items")
        << stream("s", "Failing", "[2]")
        << Records{item("s", 0), item("s", 1), completion("s", failed + " HubException: Out of numbers.")};
    QTest::newRow("error before items")
        << stream("s", "Failing", "[0]")
        << Records{completion("s", failed + " HubException: Out of numbers.")};
    QTest::newRow("exception after items")
        << stream("s", "Throwing", "[1]") << Records{item("s", 0), completion("s", failed)};
    QTest::newRow("exception before items")
        << stream("s", "Throwing", "[0]") << Records{completion("s", failed)};
    QTest::newRow("item that JSON can't express (80)")
        << stream("s", "Quotients", "[3]")
        << Records{R"({"type":2,"invocationId":"s","item":1.5})",
                   R"({"type":2,"invocationId":"s","item":3.0})", completion("s", failed)};
    QTest::newRow("plain method (82)")
        << stream("s", "Nothing", "[]")
        << Records{completion("s",
                              "The client attempted to invoke the non-streaming 'Nothing' method with a "
                              "streaming invocation.")};
    QTest::newRow("unknown method") << stream("s", "Nowhere", "[]")
                                    << Records{completion("s",
                                                          "Failed to invoke 'Nowhere' due to an error on the "
                                                          "server. HubException: Method does not exist.")};
    QTest::newRow("wrong type") << stream(
        "s", "Counter",
        "[\"3\",0]") << Records{completion("s", "Failed to invoke 'Counter' due to an error on the server.")};
}

void TestHubStreams::streams81()
{
    QFETCH(QByteArray, request);
    QFETCH(QList<QByteArray>, records);
    HubServer server;
    RawHub hub(server.port, "alice");
    for (int round = 0; round < 2; ++round) { // its id is free again afterwards
        QVERIFY(hub.sendRecord(request));
        for (const QByteArray &record : records)
            QCOMPARE(hub.nextRecord(), record);
    }
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubStreams::stopsWhenCancelled83_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("slow one") << stream("s", "Counter", "[1000000,20]");
    QTest::newRow("endless one") << stream("s", "Endless", "[100]");
    QTest::newRow("endless one of large items") << stream("s", "Endless", "[50000]");
}

void TestHubStreams::stopsWhenCancelled83()
{
    QFETCH(QByteArray, request);
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(request));
    for (int i = 0; i < 5; ++i)
        QCOMPARE(hub.next().value(u"type").toInt(), 2);
    QVERIFY(hub.sendRecord(cancel("s")));
    QVERIFY(hub.sendRecord(cancel("s")));
    QJsonObject record;
    do {
        record = hub.next();
    } while (record.value(u"type").toInt() == 2);
    QCOMPARE(record.value(u"type").toInt(), 3);
    QVERIFY(!record.contains(u"error"));
    QCOMPARE(server.journal.runningStreams.load(), 0);
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
    QVERIFY(hub.next(100ms).isEmpty()); // nothing of it any more
}

void TestHubStreams::aCancelledOneThatWaitsNeverStarts83()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(message(1, "slow", "Slow", "[300,1]")));
    QVERIFY(hub.sendRecord(stream("s", "Endless", "[10]")));
    QVERIFY(hub.sendRecord(cancel("s")));
    QCOMPARE(hub.nextRecord(), completion("s"));
    QCOMPARE(hub.next().value(u"invocationId").toString(), QStringLiteral("slow"));
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
    QCOMPARE(server.journal.streamed.load(), 0);
}

void TestHubStreams::anIdIsUsedOnceAtATime84()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(stream("s", "Counter", "[1000000,20]")));
    QCOMPARE(hub.nextRecord(), item("s", 0));
    QVERIFY(hub.sendRecord(stream("s", "Counter", "[5,0]")));
    const QJsonObject refusal = hub.nextWith(QStringLiteral("type"), 3);
    QCOMPARE(refusal.value(u"error").toString(), QStringLiteral("Invocation ID 's' is already in use."));
    QCOMPARE(hub.next().value(u"type").toInt(), 2); // the first goes on
    QVERIFY(hub.sendRecord(cancel("s"))); // and can be cancelled
    QVERIFY(!hub.nextWith(QStringLiteral("type"), 3).contains(u"error"));
    QTRY_COMPARE(server.journal.runningStreams.load(), 0);
}

void TestHubStreams::manyInterleave85()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    for (int i = 0; i < 16; ++i)
        QVERIFY(hub.sendRecord(stream(QByteArray::number(i), "Counter", "[20,5]")));
    std::vector<int> next(16, 0);
    std::set<QString> seenBeforeTheFirstEnd;
    int ended = 0;
    while (ended < 16) {
        const QJsonObject record = hub.next();
        QVERIFY(!record.isEmpty());
        const QString id = record.value(u"invocationId").toString();
        if (record.value(u"type").toInt() == 3) {
            ++ended;
            continue;
        }
        if (ended == 0)
            seenBeforeTheFirstEnd.insert(id);
        QCOMPARE(record.value(u"item").toInt(), next[id.toUInt()]++); // each in order
    }
    QCOMPARE(seenBeforeTheFirstEnd.size(), std::size_t(16));
    QVERIFY(std::all_of(next.begin(), next.end(), [](int count) { return count == 20; }));
}

void TestHubStreams::tooManyAreRefused85()
{
    HubServer server(HubOptions{.maximumOpenStreams = 3});
    RawHub hub(server.port, "alice");
    for (int i = 0; i < 4; ++i)
        QVERIFY(hub.sendRecord(stream(QByteArray::number(i), "Counter", "[1000000,50]")));
    const QJsonObject refusal = hub.nextWith(QStringLiteral("type"), 3);
    QCOMPARE(refusal.value(u"invocationId").toString(), QStringLiteral("3"));
    QCOMPARE(refusal.value(u"error").toString(),
             QStringLiteral("Failed to invoke 'Counter' due to an error on the server. HubException: Too "
                            "many open streams."));
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
    QVERIFY(hub.sendRecord(cancel("1")));
    QCOMPARE(hub.nextWith(QStringLiteral("type"), 3).value(u"invocationId").toString(), QStringLiteral("1"));
    QVERIFY(hub.sendRecord(stream("4", "Counter", "[1,0]")));
    QVERIFY(!hub.nextWith(QStringLiteral("type"), 3).contains(u"error"));
}

void TestHubStreams::producersEndWithTheConnection86_data()
{
    QTest::addColumn<bool>("reads");
    QTest::newRow("of a client that reads") << true;
    QTest::newRow("of a client that stopped reading") << false;
}

void TestHubStreams::producersEndWithTheConnection86()
{
    QFETCH(bool, reads);
    HubServer server;
    {
        RawHub hub(server.port, "alice");
        QVERIFY(hub.sendRecord(stream("a", "Counter", "[1000000,10]")));
        QVERIFY(hub.sendRecord(stream("b", "Endless", "[1000]")));
        QVERIFY(hub.sendRecord(stream("c", "Endless", "[30000]")));
        QTRY_COMPARE(server.journal.runningStreams.load(), 3);
        if (reads)
            (void)hub.wire().peekFor(100ms);
        else
            std::this_thread::sleep_for(200ms);
    }
    QTRY_COMPARE(server.journal.runningStreams.load(), 0);
    QTRY_COMPARE(server.connections(), std::size_t(0));
    QCOMPARE(server.journal.lost.load(), 1);
}

// A stream finds what the calls before it have done.
void TestHubStreams::startInTheirTurn()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(message(1, "slow", "Slow", "[100,1]")));
    QVERIFY(hub.sendRecord(stream("s", "Counter", "[1,0]")));
    QVERIFY(hub.sendRecord(message(1, "last", "Nothing", "[]")));
    QCOMPARE(hub.next().value(u"invocationId").toString(), QStringLiteral("slow"));
    QCOMPARE(hub.nextRecord(), item("s", 0));
    QCOMPARE(hub.nextRecord(), completion("s"));
    QCOMPARE(hub.nextRecord(), completion("last"));
}

// P5: a producer without end to a client that takes everything at once leaves the thread to others in
// between.
void TestHubStreams::endlessOnesStarveNobody()
{
    HubServer server;
    RawHub greedy(server.port, "greedy");
    QVERIFY(greedy.sendRecord(stream("s", "Endless", "[500]")));
    std::atomic<bool> stop = false;
    std::thread reader([&] {
        while (!stop)
            (void)greedy.wire().readBytes(1 << 20, 50ms);
    });
    RawHub other(server.port, "other");
    const auto start = std::chrono::steady_clock::now();
    bool answered = other.isOpen();
    for (int i = 0; i < 20; ++i)
        answered = answered && other.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt() == 5;
    const auto elapsed = std::chrono::steady_clock::now() - start;
    const int streamed = server.journal.streamed;
    QVERIFY(greedy.sendRecord(cancel("s")));
    const bool cancelled = QTest::qWaitFor([&] { return server.journal.runningStreams == 0; });
    stop = true;
    reader.join();
    QVERIFY(answered);
    QVERIFY(cancelled);
    QVERIFY(elapsed < 5s);
    QVERIFY(streamed > 100);
}

void TestHubStreams::waitForTheReader()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(stream("a", "Endless", "[1000]")));
    QVERIFY(hub.sendRecord(stream("b", "Endless", "[1000]")));
    int before = -1;
    QTRY_VERIFY((std::exchange(before, server.journal.streamed.load()) == server.journal.streamed
                 && before > 0 && (std::this_thread::sleep_for(300ms), before == server.journal.streamed)));
    QVERIFY(server.journal.streamed < 50'000); // the kernel's buffers, and some
    QCOMPARE(server.journal.runningStreams.load(), 2);
    std::set<QString> seen;
    for (int i = 0; i < before + 1000; ++i) { // both go on when there is room again
        const QJsonObject record = hub.next();
        QVERIFY(!record.isEmpty());
        if (i > before)
            seen.insert(record.value(u"invocationId").toString());
    }
    QCOMPARE(seen.size(), std::size_t(2));
}

// contract.md 1.4: a reader that pauses is not closed for limits.outboundBytes while nothing but streams
// waits.
void TestHubStreams::togetherFillNoMoreThanOne()
{
    HubServer server(HubOptions{.outboundBytes = 100'000});
    RawHub hub(server.port, "alice");
    constexpr int streams = 16;
    for (int i = 0; i < streams; ++i)
        QVERIFY(hub.sendRecord(stream(QByteArray::number(i), "Endless", "[4000]")));
    int before = -1;
    QTRY_VERIFY_WITH_TIMEOUT(
        (std::this_thread::sleep_for(100ms),
         std::exchange(before, server.journal.streamed.load()) == server.journal.streamed.load()
             && before > 0),
        60'000);
    std::set<QString> seen;
    for (int i = 0; i < before + 1000; ++i) {
        const QJsonObject record = hub.next();
        QVERIFY(!record.isEmpty() && record.value(u"type") != 7);
        if (i > before && record.value(u"type") == 2) // no ping
            seen.insert(record.value(u"invocationId").toString());
    }
    QCOMPARE(seen.size(), std::size_t(streams));
    QCOMPARE(server.journal.lost.load(), 0);
}

QTEST_GUILESS_MAIN(TestHubStreams)
#include "tst_hubstreams.moc"
