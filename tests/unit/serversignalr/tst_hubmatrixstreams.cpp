// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/hubserver.h"
#include "tests/unit/serversignalr/matrix.h"

#include <QLoggingCategory>

#include <set>

using namespace nextchat::test;
using namespace nextchat::test::matrix;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

// Streams of both sides and results of the client by raw bytes, over every transport and encoding. The
// numbers are those of the conformance checks in docs/protocol.md.
class TestHubMatrixStreams : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addKinds(); }
    void initTestCase()
    {
        QLoggingCategory::setFilterRules(u"nextchat.signalr.*=false"_s); // what is wrong is logged
    }
    void streams81and82_data();
    void streams81and82();
    void cancelled83();
    void anIdInUse84();
    void manyInterleave85();
    void tooMany85();
    void theEndEndsThem86();
    void uploads87_data();
    void uploads87();
    void aSlowReaderHoldsUpNothing88();
    void bothDirections89();
    void answersOfTheClient90_data();
    void answersOfTheClient90();
    void otherAnswersAreIgnored90();
    void aCallThatAsksHoldsUpNothing91();
};

void TestHubMatrixStreams::streams81and82_data()
{
    QTest::addColumn<QJsonObject>("request");
    QTest::addColumn<QList<QJsonObject>>("answers");
    using Answers = QList<QJsonObject>;
    const QString failed = u"An error occurred on the server while streaming results."_s;
    const QString outOfNumbers = failed + u" HubException: Out of numbers."_s;
    QTest::newRow("items") << stream(u"s"_s, u"Counter"_s, {3, 0})
                           << Answers{item(u"s"_s, 0), item(u"s"_s, 1), item(u"s"_s, 2), completion(u"s"_s)};
    QTest::newRow("empty") << stream(u"s"_s, u"Counter"_s, {0, 0}) << Answers{completion(u"s"_s)};
    QTest::newRow("error after items")
        << stream(u"s"_s, u"Failing"_s, {1}) << Answers{item(u"s"_s, 0), error(u"s"_s, outOfNumbers)};
    QTest::newRow("error before items")
        << stream(u"s"_s, u"Failing"_s, {0}) << Answers{error(u"s"_s, outOfNumbers)};
    QTest::newRow("exception after items")
        << stream(u"s"_s, u"Throwing"_s, {1}) << Answers{item(u"s"_s, 0), error(u"s"_s, failed)};
    QTest::newRow("plain method (82)")
        << stream(u"s"_s, u"Nothing"_s)
        << Answers{
               error(u"s"_s,
                     u"The client attempted to invoke the non-streaming 'Nothing' method with a streaming "
                     "invocation."_s)};
    QTest::newRow("stream by a call (82)")
        << call(u"s"_s, u"Counter"_s, {1, 0})
        << Answers{
               error(u"s"_s,
                     u"The client attempted to invoke the streaming 'Counter' method with a non-streaming "
                     "invocation."_s)};
    QTest::newRow("unknown method")
        << stream(u"s"_s, u"Nowhere"_s)
        << Answers{
               error(u"s"_s,
                     u"Failed to invoke 'Nowhere' due to an error on the server. HubException: Method does "
                     "not exist."_s)};
}

void TestHubMatrixStreams::streams81and82()
{
    QFETCH(QJsonObject, request);
    QFETCH(QList<QJsonObject>, answers);
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    for (int round = 0; round < 2; ++round) { // its id is free again afterwards
        QVERIFY(link.send(request));
        for (const QJsonObject &answer : answers)
            QCOMPARE(link.next(), answer);
    }
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

void TestHubMatrixStreams::cancelled83()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(stream(u"s"_s, u"Endless"_s, {1000})));
    for (int i = 0; i < 5; ++i)
        QCOMPARE(link.next().value(u"type").toInt(), 2);
    QVERIFY(link.send(cancel(u"s"_s)));
    QVERIFY(link.send(cancel(u"s"_s)));
    QCOMPARE(link.nextOfType(3), completion(u"s"_s));
    QCOMPARE(server.journal.runningStreams, 0);
    QVERIFY(link.send(call(u"1"_s, u"Add"_s, {2, 3})));
    QCOMPARE(link.next(), result(u"1"_s, 5)); // nothing of it any more
}

void TestHubMatrixStreams::anIdInUse84()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(stream(u"s"_s, u"Counter"_s, {1'000'000, 20})));
    QCOMPARE(link.next(), item(u"s"_s, 0));
    QVERIFY(link.send(stream(u"s"_s, u"Counter"_s, {5, 0})));
    QCOMPARE(link.nextOfType(3), error(u"s"_s, u"Invocation ID 's' is already in use."_s));
    QCOMPARE(link.next().value(u"type").toInt(), 2); // the first goes on
    QVERIFY(link.send(cancel(u"s"_s))); // and can be cancelled
    QCOMPARE(link.nextOfType(3), completion(u"s"_s));
    QTRY_COMPARE(server.journal.runningStreams, 0);
}

void TestHubMatrixStreams::manyInterleave85()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    constexpr int count = 16;
    QByteArray all;
    for (int i = 0; i < count; ++i)
        all += encoded(link.kind().encoding, stream(QString::number(i), u"Counter"_s, {10, 20}));
    QVERIFY(link.sendBytes(all));
    std::vector<int> next(count, 0);
    std::set<QString> seenBeforeTheFirstEnd;
    for (int ended = 0; ended < count;) {
        const QJsonObject message = link.next();
        QVERIFY(!message.isEmpty());
        const QString id = message.value(u"invocationId").toString();
        if (ended == 0)
            seenBeforeTheFirstEnd.insert(id);
        if (message.value(u"type").toInt() == 3)
            ++ended;
        else
            QCOMPARE(message.value(u"item").toInt(), next[id.toUInt()]++); // each in order
    }
    QCOMPARE(seenBeforeTheFirstEnd.size(), std::size_t(count));
}

void TestHubMatrixStreams::tooMany85()
{
    HubServer server(HubOptions{.maximumOpenStreams = 2});
    HubLink link(server.port, "alice", currentKind());
    for (const char *id : {"1", "2", "3"})
        QVERIFY(link.send(stream(QString::fromLatin1(id), u"Counter"_s, {1'000'000, 50})));
    QCOMPARE(link.nextOfType(3),
             error(u"3"_s,
                   u"Failed to invoke 'Counter' due to an error on the server. HubException: Too many open "
                   "streams."_s));
    QVERIFY(link.send(cancel(u"1"_s)));
    QCOMPARE(link.nextOfType(3), completion(u"1"_s));
    QVERIFY(link.send(stream(u"4"_s, u"Counter"_s, {0, 0})));
    QCOMPARE(link.nextOfType(3), completion(u"4"_s));
}

void TestHubMatrixStreams::theEndEndsThem86()
{
    HubServer server(HubOptions{.disconnectTimeout = 3s});
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(stream(u"a"_s, u"Counter"_s, {1'000'000, 10})));
    QVERIFY(link.send(stream(u"b"_s, u"Endless"_s, {1000})));
    QVERIFY(link.send(call(u"c"_s, u"Sum"_s, {}, {u"u"_s})));
    QVERIFY(link.send(item(u"u"_s, 1)));
    QTRY_COMPARE(server.journal.runningStreams, 2);
    server.settle(); // it has read the upload, too
    link.drop();
    QTRY_COMPARE_WITH_TIMEOUT(server.journal.runningStreams, 0, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(server.journal.failedUploads, 1, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(server.connections(), std::size_t(0), 60'000);
}

void TestHubMatrixStreams::uploads87_data()
{
    QTest::addColumn<QList<QJsonObject>>("requests");
    QTest::addColumn<QJsonObject>("answer");
    using Requests = QList<QJsonObject>;
    const QJsonObject sum = call(u"1"_s, u"Sum"_s, {}, {u"a"_s});
    const auto end = completion(u"a"_s);
    const QString unexpected = u"An unexpected error occurred invoking 'Sum' on the server. HubException: "_s;
    QTest::newRow("items") << Requests{sum, item(u"a"_s, 2), item(u"a"_s, 3), end} << result(u"1"_s, 5);
    QTest::newRow("no items") << Requests{sum, end} << result(u"1"_s, 0);
    QTest::newRow("an error of the client") << Requests{sum, item(u"a"_s, 2), error(u"a"_s, u"no more"_s)}
                                            << error(u"1"_s, unexpected + u"no more"_s);
    QTest::newRow("an item of another type")
        << Requests{sum, item(u"a"_s, u"x"_s), end}
        << error(u"1"_s, unexpected + u"Failed to bind Stream message."_s);
    QTest::newRow("items of unknown streams and after the end")
        << Requests{sum, item(u"b"_s, 7), item(u"a"_s, 2), end, item(u"a"_s, 4), end, completion(u"b"_s)}
        << result(u"1"_s, 2);
    QTest::newRow("two streams around an argument")
        << Requests{call(u"1"_s, u"Merge"_s, {2}, {u"a"_s, u"b"_s}), item(u"b"_s, u"B"_s),
                    item(u"a"_s, u"A"_s), completion(u"b"_s), end}
        << result(u"1"_s, QJsonArray{u"A"_s, u"A"_s, u"B"_s, u"B"_s});
    QTest::newRow("a stream too few")
        << Requests{call(u"1"_s, u"Sum"_s)}
        << error(u"1"_s, unexpected + u"Client sent 0 stream(s), Hub method expects 1."_s);
}

void TestHubMatrixStreams::uploads87()
{
    QFETCH(QList<QJsonObject>, requests);
    QFETCH(QJsonObject, answer);
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    for (const QJsonObject &request : requests)
        QVERIFY(link.send(request));
    QCOMPARE(link.next(), answer);
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

void TestHubMatrixStreams::aSlowReaderHoldsUpNothing88()
{
    const WireEncoding encoding = currentKind().encoding;
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QByteArray all = encoded(encoding, call(u"late"_s, u"CountLate"_s, {2000}, {u"a"_s}));
    for (int i = 0; i < 1000; ++i)
        all += encoded(encoding, item(u"a"_s, i));
    QVERIFY(link.sendBytes(all + encoded(encoding, completion(u"a"_s))));
    QVERIFY(link.send(call(u"1"_s, u"Add"_s, {2, 3})));
    QCOMPARE(link.next(), result(u"1"_s, 5));
    QCOMPARE(link.next(), result(u"late"_s, 1000));
}

void TestHubMatrixStreams::bothDirections89()
{
    const WireEncoding encoding = currentKind().encoding;
    constexpr int count = 5000;
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(stream(u"e"_s, u"StreamEcho"_s, {}, {u"a"_s})));
    for (int sent = 0; sent < count; sent += 500) {
        QByteArray items;
        for (int i = sent; i < sent + 500; ++i)
            items += encoded(encoding, item(u"a"_s, i));
        QVERIFY(link.sendBytes(items));
        for (int i = sent; i < sent + 500; ++i)
            QCOMPARE(link.next(), item(u"e"_s, i));
    }
    QVERIFY(link.send(completion(u"a"_s)));
    QCOMPARE(link.next(), completion(u"e"_s));
}

void TestHubMatrixStreams::answersOfTheClient90_data()
{
    QTest::addColumn<QJsonObject>("answer");
    QTest::addColumn<QJsonObject>("completion");
    QTest::newRow("result") << result(u"s1"_s, QJsonObject{{u"a"_s, QJsonArray{1}}})
                            << result(u"1"_s, QJsonObject{{u"a"_s, QJsonArray{1}}});
    QTest::newRow("null") << result(u"s1"_s, QJsonValue()) << result(u"1"_s, QJsonValue());
    QTest::newRow("none") << completion(u"s1"_s) << result(u"1"_s, QJsonValue());
    QTest::newRow("no handler")
        << error(u"s1"_s, u"Client didn't provide a result."_s)
        << error(u"1"_s,
                 u"An unexpected error occurred invoking 'Ask' on the server. HubException: Client didn't "
                 "provide a result."_s);
    QTest::newRow("not in time")
        << QJsonObject()
        << error(
               u"1"_s,
               u"An unexpected error occurred invoking 'Ask' on the server. HubException: The client did not "
               "answer in time."_s);
}

void TestHubMatrixStreams::answersOfTheClient90()
{
    QFETCH(QJsonObject, answer);
    QFETCH(QJsonObject, completion);
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(call(u"1"_s, u"Ask"_s, {u"Question"_s, 7, answer.isEmpty() ? 200 : 60'000})));
    QCOMPARE(link.next(), call(u"s1"_s, u"Question"_s, {7}));
    QVERIFY(answer.isEmpty() || link.send(answer));
    QCOMPARE(link.next(), completion);
}

void TestHubMatrixStreams::otherAnswersAreIgnored90()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    HubLink other(server.port, "bob", currentKind());
    QVERIFY(link.send(call(u"1"_s, u"Ask"_s, {u"Question"_s, 7, 60'000})));
    QCOMPARE(link.next(), call(u"s1"_s, u"Question"_s, {7}));
    QVERIFY(other.send(result(u"s1"_s, 13)));
    QCOMPARE(other.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
    for (const auto &[id, value] : {std::pair(u"s2"_s, 14), std::pair(u"s1"_s, 15), std::pair(u"s1"_s, 16)})
        QVERIFY(link.send(result(id, value)));
    QCOMPARE(link.next(), result(u"1"_s, 15));
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

void TestHubMatrixStreams::aCallThatAsksHoldsUpNothing91()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(call(u"1"_s, u"Ask"_s, {u"Question"_s, 7, 60'000})));
    QCOMPARE(link.next(), call(u"s1"_s, u"Question"_s, {7}));
    QByteArray all; // more than may wait: the answer is behind them
    for (int i = 0; i < 100; ++i)
        all += encoded(link.kind().encoding, call({}, u"Nothing"_s));
    QVERIFY(link.sendBytes(all));
    QVERIFY(link.send(result(u"s1"_s, 15)));
    QCOMPARE(link.next(), result(u"1"_s, 15));
}

QTEST_GUILESS_MAIN(TestHubMatrixStreams)
#include "tst_hubmatrixstreams.moc"
