// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QJsonDocument>
#include <QLoggingCategory>
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
class TestHubInvocations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void echoes54_data();
    void echoes54();
    void echoesALongText54();
    void answers_data();
    void answers();
    void answersInDetail_data();
    void answersInDetail();
    void answersNoNonBlockingCall56();
    void endsOnBadRecords69_data();
    void endsOnBadRecords69();
    void saysWhyInDetail69();
    void takesRecordsUpToTheLimit70();
    void takesManyRecordsInOneMessage70();
    void ignoresWhatItDoesNotKnow71_data();
    void ignoresWhatItDoesNotKnow71();
    void keepsOrder65();
    void largeCallsWaitAtTheClient();
    void overlapsUpToTheLimit66_data();
    void overlapsUpToTheLimit66();
    void pingsDuringALongCall67();
    void sendsComeBeforeTheCompletion78();
    void keepsFloodsWaitingAtTheClient();
    void outlivesItsConnection();
    void floodOfPingsAndCancelsIsHarmless();
};

void TestHubInvocations::initTestCase()
{
    QLoggingCategory::setFilterRules(
        QStringLiteral("nextchat.signalr.critical=false")); // what throws is logged
}

void TestHubInvocations::echoes54_data()
{
    QTest::addColumn<QByteArray>("value"); // JSON
    for (const char *value :
         {"null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "1.5", "-0.25",
          "1e300", "\"\"", "\"a\"", "[]", "[[],[[1]],{}]", "{}", R"({"a":{"b":[1,2,"c"]},"A":null})",
          "\"\xF0\x9F\x98\x80 \xC3\xA9\"", "\"tab\\tline\\nquote\\\"back\\\\\"", "\"nul \\u0000 end\""})
        QTest::newRow(value) << QByteArray(value);
}

void TestHubInvocations::echoes54()
{
    QFETCH(QByteArray, value);
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Echo", '[' + value + ']')));
    const QByteArray record = hub.nextRecord();
    const QByteArray head = R"({"type":3,"invocationId":"1","result":)";
    QVERIFY2(record.startsWith(head), record.constData());
    const auto wrapped = [](const QByteArray &json) { return QJsonDocument::fromJson('[' + json + ']'); };
    const QByteArray result = record.sliced(head.size()).chopped(1);
    QVERIFY(!wrapped(result).isNull());
    QCOMPARE(wrapped(result), wrapped(value));
    if (!value.contains('e') && !value.contains('\\'))
        QCOMPARE(result, value); // integers to the last digit too
}

void TestHubInvocations::echoesALongText54()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    const QString text(31 * 1024, u'x');
    QCOMPARE(hub.invoke(QStringLiteral("Echo"), {text}).value(u"result").toString(), text);
}

void TestHubInvocations::answers_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("answer");
    const auto row = [](const char *name, const QByteArray &request, const QByteArray &answer) {
        QTest::newRow(name) << request << answer;
    };
    const auto error = [](const QByteArray &text) -> QByteArray {
        return R"({"type":3,"invocationId":"1","error":")" + text + "\"}";
    };
    const QByteArray failed = "Failed to invoke 'X' due to an error on the server.";
    const auto failedAt = [&](const QByteArray &target) { return QByteArray(failed).replace('X', target); };
    const auto unexpectedAt = [](const QByteArray &target) -> QByteArray {
        return "An unexpected error occurred invoking '" + target + "' on the server.";
    };
    row("void (55)", call("1", "Nothing"), R"({"type":3,"invocationId":"1"})");
    row("null result (55)", call("1", "Null"), R"({"type":3,"invocationId":"1","result":null})");
    row("other case (64)", call("1", "aDD", "[1,2]"), R"({"type":3,"invocationId":"1","result":3})");
    row("numeric id (58)", call("42", "Nothing"), R"({"type":3,"invocationId":"42"})");
    row("id with everything (58)", call("a b\\u00e9\\ud83d\\ude00", "Nothing"),
        "{\"type\":3,\"invocationId\":\"a b\xC3\xA9\xF0\x9F\x98\x80\"}");
    row("long id (58)", call(QByteArray(5000, 'i'), "Nothing"),
        R"({"type":3,"invocationId":")" + QByteArray(5000, 'i') + "\"}");
    row("arguments first, type last (59)",
        R"({"arguments":[1,2],"target":"Add","invocationId":"1","type":1})",
        R"({"type":3,"invocationId":"1","result":3})");
    row("blanks (59)",
        " {\n\t\"type\" : 1 ,\"invocationId\":\"1\",\"target\":\"Add\",\"arguments\":[ 1 , 2 ] }\r\n",
        R"({"type":3,"invocationId":"1","result":3})");
    row("unknown properties, headers (59)",
        R"({"type":1,"x":{"type":7},"headers":{"traceparent":"00-a"},"invocationId":"1","target":"Nothing","arguments":[]})",
        R"({"type":3,"invocationId":"1"})");
    row("unknown method (61)", call("1", "Nowhere"),
        error(failedAt("Nowhere") + " HubException: Method does not exist."));
    row("hostile name (61)", call("1", "\\u0000\\\"'"),
        error("Failed to invoke '\\u0000\\\"'' due to an error on the server. HubException: Method does not "
              "exist."));
    row("too few arguments (61)", call("1", "Add", "[1]"), error(failedAt("Add")));
    row("too many arguments (61)", call("1", "Add", "[1,2,3]"), error(failedAt("Add")));
    row("wrong type (61)", call("1", "Add", "[1,\"2\"]"), error(failedAt("Add")));
    row("exception (62)", call("1", "Throws"), error(unexpectedAt("Throws")));
    row("hub exception (62)", call("1", "Refuse", "[\"No.\"]"),
        error(unexpectedAt("Refuse") + " HubException: No."));
    row("not admitted", call("1", "Forbidden"),
        error(unexpectedAt("Forbidden") + " HubException: Too many requests; slow down."));
    row("stream by a call (82)", call("1", "Counter", "[1,0]"),
        error("The client attempted to invoke the streaming 'Counter' method with a non-streaming "
              "invocation."));
    row("uploads (87)",
        R"({"type":1,"invocationId":"1","target":"Nothing","arguments":[],"streamIds":["a"]})",
        error(unexpectedAt("Nothing") + " HubException: Client sent 1 stream(s), Hub method expects 0."));
    row("result that JSON does not have (80)", call("1", "NotANumber"), error(unexpectedAt("NotANumber")));
}

void TestHubInvocations::answers()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, answer);
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(request));
    QCOMPARE(hub.nextRecord(), answer);
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(),
             5); // and the connection stays up
}

void TestHubInvocations::answersInDetail_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QString>("detail");
    const auto row = [](const char *name, const QByteArray &request, const char *detail) {
        QTest::newRow(name) << request << QString::fromLatin1(detail);
    };
    row("count", call("1", "Add", "[1]"),
        " InvalidDataException: Invocation provides 1 argument(s) but target expects 2.");
    row("types", call("1", "Add", "[1,\"2\"]"),
        " InvalidDataException: Error binding arguments. Make sure that the types of the provided values "
        "match the types of the "
        "hub method being invoked.");
    row("exception", call("1", "Throws"), "on the server. Exception: an inner secret");
}

void TestHubInvocations::answersInDetail()
{
    QFETCH(QByteArray, request);
    QFETCH(QString, detail);
    HubServer server(HubOptions{.detailedErrors = true});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(request));
    const QString error = hub.next().value(u"error").toString();
    QVERIFY2(error.endsWith(detail), qPrintable(error));
}

void TestHubInvocations::answersNoNonBlockingCall56()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    for (const char *rest : {R"("target":"Nothing","arguments":[]})", R"("target":"Throws","arguments":[]})",
                             R"("target":"Nowhere","arguments":[]})", R"("target":"Add","arguments":[]})",
                             R"("invocationId":"","target":"Echo","arguments":[1]})", // 57
                             R"("target":"Refuse","arguments":["x"]})"})
        QVERIFY(hub.sendRecord(QByteArray("{\"type\":1,") + rest));
    QVERIFY(hub.sendRecord(call("last", "Nothing")));
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":3,"invocationId":"last"})"));
}

void TestHubInvocations::endsOnBadRecords69_data()
{
    QTest::addColumn<QByteArray>("record");
    for (const char *record :
         {"hello", "", "{", "[]", "1", "{}", R"({"type":"1"})", R"({"type":1,"arguments":[]})",
          R"({"type":1,"target":"Nothing"})", R"({"type":1,"target":"Nothing","arguments":{}})",
          R"({"type":1,"target":1,"arguments":[]})",
          R"({"type":1,"target":"Nothing","arguments":[],"headers":{"a":1}})",
          R"({"type":4,"target":"Counter","arguments":[1,0]})", R"({"type":5})",
          R"({"type":3,"invocationId":"1","result":1,"error":"x"})"})
        QTest::newRow(*record ? record : "empty") << QByteArray(record);
    QTest::newRow("deep") << QByteArray(R"({"type":1,"target":"Echo","arguments":)" + QByteArray(500, '[')
                                        + QByteArray(500, ']') + '}');
}

void TestHubInvocations::endsOnBadRecords69()
{
    QFETCH(QByteArray, record);
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(record));
    QVERIFY(hub.sendRecord(call("1", "Nothing"))); // is not served any more
    QVERIFY(hub.nextRecord().startsWith(R"({"type":7,)"));
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeRecord(),
             (QJsonObject{{QStringLiteral("type"), 7},
                          {QStringLiteral("error"), QStringLiteral("Connection closed with an error.")},
                          {QStringLiteral("allowReconnect"), true}}));
    QCOMPARE(hub.closeCode(), 1000);
    QTRY_COMPARE(server.journal.lost.load(), 1);
}

void TestHubInvocations::saysWhyInDetail69()
{
    HubServer server(HubOptions{.detailedErrors = true});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(QByteArray("hello")));
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeRecord().value(u"error").toString(),
             QStringLiteral("Connection closed with an error. InvalidDataException: Error reading JSON."));
}

void TestHubInvocations::takesRecordsUpToTheLimit70()
{
    HubServer server(HubOptions{.maximumMessageBytes = 2000, .detailedErrors = true});
    RawHub hub(server.port, "alice");
    const QByteArray frame = call("1", "Echo", "[\"\"]");
    const auto ofSize = [&](qsizetype size) { // the separator counts
        return call("1", "Echo", "[\"" + QByteArray(size - frame.size() - 1, 'x') + "\"]");
    };
    QVERIFY(hub.sendRecord(ofSize(2000)));
    QCOMPARE(hub.next().value(u"type").toInt(), 3);
    QVERIFY(hub.sendRecord(ofSize(2001)));
    QVERIFY(hub.waitForClose());
    QVERIFY(hub.closeRecord().value(u"error").toString().contains(
        u"The maximum message size of 2000B was exceeded."));
    RawHub unfinished(server.port, "alice");
    QVERIFY(unfinished.sendText(QByteArray(2000, ' '))); // no end of it in sight
    QVERIFY(unfinished.waitForClose());
}

void TestHubInvocations::takesManyRecordsInOneMessage70()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QByteArray message;
    int count = 0;
    for (; message.size() < 1 << 20; ++count)
        message += call(QByteArray::number(count), "Echo", "[\"" + QByteArray(900, 'x') + "\"]") + '\x1e';
    std::thread sender([&] { QVERIFY(hub.sendText(message)); });
    for (int i = 0; i < count; ++i)
        QCOMPARE(hub.next().value(u"invocationId").toString(), QString::number(i));
    sender.join();
}

void TestHubInvocations::ignoresWhatItDoesNotKnow71_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("type 42") << QByteArray(R"({"type":42,"x":[]})");
    QTest::newRow("cancelling nothing") << QByteArray(R"({"type":5,"invocationId":"nothing"})");
    QTest::newRow("item of no upload") << QByteArray(R"({"type":2,"invocationId":"nothing","item":1})");
    QTest::newRow("completion of nothing") << QByteArray(R"({"type":3,"invocationId":"nothing","result":1})");
    QTest::newRow("acknowledgement") << QByteArray(R"({"type":8,"sequenceId":5})");
    QTest::newRow("ping") << QByteArray(R"({"type":6})");
}

void TestHubInvocations::ignoresWhatItDoesNotKnow71()
{
    QFETCH(QByteArray, record);
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(record));
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubInvocations::keepsOrder65()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QByteArray all;
    for (int i = 0; i < 1000; ++i) // some complete at once, some wait
        all += i % 50 == 0 ? call(QByteArray::number(i), "Slow", "[1," + QByteArray::number(i) + ']') + '\x1e'
                           : call(QByteArray::number(i), "Echo", '[' + QByteArray::number(i) + ']') + '\x1e';
    QVERIFY(hub.sendText(all));
    for (int i = 0; i < 1000; ++i) {
        const QJsonObject completion = hub.next();
        QCOMPARE(completion.value(u"invocationId").toString(), QString::number(i));
        QCOMPARE(completion.value(u"result").toInt(), i);
    }
    QCOMPARE(server.journal.mostCalls.load(), 1);
}

// Behind a call that takes its time no more is taken in than 64 KiB and a message.
void TestHubInvocations::largeCallsWaitAtTheClient()
{
    const auto taken = [](const HubServer &server, int messages) {
        const QByteArray line =
            "\nnextchat_signalr_messages_total{direction=\"in\"} " + QByteArray::number(messages) + '\n';
        return server.metrics().contains(line);
    };
    const QByteArray large = call("x", "Echo", "[\"" + QByteArray(30'000, 'x') + "\"]");
    for (int milliseconds = 1000;; milliseconds *= 2) { // until the test is faster than the call
        HubServer server;
        RawHub hub(server.port, "alice");
        QVERIFY(hub.sendRecord(call("slow", "Slow", '[' + QByteArray::number(milliseconds) + ",1]")));
        for (int i = 0; i < 10; ++i)
            QVERIFY(hub.sendRecord(large));
        server.settle();
        const bool isRight = taken(server, 4);
        if (server.journal.runningCalls == 1)
            QVERIFY2(isRight, server.metrics().constData());
        QVERIFY(!hub.nextWith(QStringLiteral("invocationId"), QStringLiteral("slow"), 60s).isEmpty());
        for (int i = 0; i < 10; ++i)
            QVERIFY(!hub.next(60s).isEmpty());
        if (isRight)
            break;
    }
}

void TestHubInvocations::overlapsUpToTheLimit66_data()
{
    QTest::addColumn<int>("limit");
    for (const int limit : {1, 3, 10})
        QTest::addRow("%d", limit) << limit;
}

void TestHubInvocations::overlapsUpToTheLimit66()
{
    QFETCH(int, limit);
    HubServer server(HubOptions{.maximumParallelInvocations = limit});
    RawHub hub(server.port, "alice");
    for (int i = 0; i < 30; ++i)
        QVERIFY(hub.sendRecord(call(QByteArray::number(i), "Slow", "[20,1]")));
    for (int i = 0; i < 30; ++i)
        QCOMPARE(hub.next().value(u"result").toInt(), 1);
    QCOMPARE(server.journal.mostCalls.load(), limit);
}

void TestHubInvocations::pingsDuringALongCall67()
{
    HubServer server(HubOptions{.keepAliveInterval = 1s, .clientTimeoutInterval = 1s});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(QByteArray(R"({"type":6})"))); // from now on the client could time out
    QVERIFY(hub.sendRecord(call("1", "Slow", "[4000,1]")));
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame && frame->payload == "{\"type\":6}\x1e");
    QCOMPARE(hub.next().value(u"result").toInt(), 1);
}

void TestHubInvocations::sendsComeBeforeTheCompletion78()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Note", "[\"hello\"]")));
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":1,"target":"OnNote","arguments":["hello"]})"));
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":3,"invocationId":"1"})"));
}

// While a call takes its time, what comes behind it stays in the client's kernel but for some; all of it is
// served later.
void TestHubInvocations::keepsFloodsWaitingAtTheClient()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("slow", "Slow", "[1500,1]")));
    constexpr int count = 20'000;
    const QByteArray filling(1000, 'x');
    std::atomic<int> sent = 0;
    std::thread sender([&] {
        for (int i = 0;
             i < count && hub.sendRecord(call(QByteArray::number(i), "Echo", "[\"" + filling + "\"]")); ++i)
            ++sent;
    });
    std::this_thread::sleep_for(800ms);
    const int sentMeanwhile = sent;
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":3,"invocationId":"slow","result":1})"));
    bool inOrder = true;
    for (int i = 0; i < count; ++i)
        inOrder = inOrder && hub.next().value(u"invocationId") == QString::number(i);
    sender.join();
    QVERIFY(inOrder);
    QCOMPARE(sent.load(), count);
    QVERIFY2(sentMeanwhile < count, QByteArray::number(sentMeanwhile).constData());
}

void TestHubInvocations::outlivesItsConnection()
{
    HubServer server;
    {
        RawHub hub(server.port, "alice");
        QVERIFY(hub.sendRecord(call("1", "Slow", "[300,1]")));
        QTRY_COMPARE(server.journal.runningCalls.load(), 1);
    }
    QTRY_COMPARE(server.journal.disconnected(), 1); // at once
    QCOMPARE(server.journal.runningCalls.load(), 1);
    QTRY_COMPARE(server.journal.runningCalls.load(), 0);
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubInvocations::floodOfPingsAndCancelsIsHarmless()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    QVERIFY(
        hub.sendText(QByteArray("{\"type\":6}\x1e{\"type\":5,\"invocationId\":\"x\"}\x1e").repeated(50'000)));
    for (int i = 0; i < 20'000; ++i) // WebSocket pings, not read from until the end
        QVERIFY(hub.wire().send(WebSocketFrame{.opcode = WebSocketFrame::Ping, .payload = "p"}.encode()));
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

QTEST_GUILESS_MAIN(TestHubInvocations)
#include "tst_hubinvocations.moc"
