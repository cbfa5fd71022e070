// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/hubserver.h"
#include "tests/unit/serversignalr/matrix.h"

#include <QLoggingCategory>

#include <cmath>

using namespace nextchat::test;
using namespace nextchat::test::matrix;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

// Handshakes and calls by raw bytes, over every transport and encoding. The numbers are those of the
// conformance checks in docs/protocol.md.
class TestHubMatrixCalls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addKinds(); }
    void initTestCase()
    {
        QLoggingCategory::setFilterRules(u"nextchat.signalr.*=false"_s); // what is wrong is logged
    }
    void theHandshakesAnswer47();
    void badHandshakes48and49_data();
    void badHandshakes48and49();
    void handshakesWithoutAnEnd50and51();
    void manyMessagesAtOnce25();
    void byteAfterByte26();
    void longMessagesInPieces26();
    void connectedRunsFirst53();
    void echoes54_data();
    void echoes54();
    void echoesALongText54();
    void answers55to64_data();
    void answers55to64();
    void otherSpellings59and68_data();
    void otherSpellings59and68();
    void noAnswer56and57();
    void order65();
    void overlaps66();
    void badMessages69to73_data();
    void badMessages69to73();
    void theSizeLimit70();
    void manyMessagesInAMebibyte70();
    void unknownTypes71();
    void sendsComeFirst78();
    void whatJsonDoesNotHave80();
};

void TestHubMatrixCalls::theHandshakesAnswer47()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind(), false);
    QVERIFY(link.isOpen());
    QVERIFY(link.sendBytes(link.handshake()));
    QCOMPARE(link.handshakeAnswer(), QByteArray("{}"));
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

void TestHubMatrixCalls::badHandshakes48and49_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("answer");
    const QByteArray garbage = "An unexpected error occurred during connection handshake.";
    QTest::newRow("unknown protocol") << QByteArray(R"({"protocol":"xml","version":1})")
                                      << QByteArray("The protocol 'xml' is not supported.");
    QTest::newRow("version 3") << QByteArray(R"({"protocol":"json","version":3})")
                               << QByteArray("The server does not support version 3 of the 'json' protocol.");
    QTest::newRow("no protocol") << QByteArray(R"({"version":1})") << garbage;
    QTest::newRow("no version") << QByteArray(R"({"protocol":"json"})") << garbage;
    QTest::newRow("array") << QByteArray("[]") << garbage;
    QTest::newRow("garbage") << QByteArray("hello") << garbage;
    QTest::newRow("MessagePack") << QByteArray::fromHex("9106") << garbage;
}

void TestHubMatrixCalls::badHandshakes48and49()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, answer);
    LinkKind kind = currentKind();
    if (kind.transport == LinkTransport::WebSockets && !request.isValidUtf8())
        kind.encoding = WireEncoding::MessagePack; // in a binary frame
    HubServer server;
    HubLink link(server.port, "alice", kind, false);
    QVERIFY(link.sendBytes(request + '\x1e'));
    QCOMPARE(link.handshakeAnswer(), QByteArray(R"({"error":")" + answer + "\"}"));
    QVERIFY(link.waitForEnd());
    QCOMPARE(server.journal.connected, 0);
}

void TestHubMatrixCalls::handshakesWithoutAnEnd50and51()
{
    const QByteArray canceled = R"({"error":"Handshake was canceled."})";
    HubServer server(HubOptions{.handshakeTimeout = 1s});
    HubLink silent(server.port, "alice", currentKind(), false);
    QCOMPARE(silent.handshakeAnswer(), canceled);
    QVERIFY(silent.waitForEnd());
    HubServer patient;
    HubLink endless(patient.port, "alice", currentKind(), false);
    endless.sendBytes(QByteArray(33 * 1024, ' '));
    QCOMPARE(endless.handshakeAnswer(), canceled);
    QVERIFY(endless.waitForEnd());
}

void TestHubMatrixCalls::manyMessagesAtOnce25()
{
    const WireEncoding encoding = currentKind().encoding;
    HubServer server;
    HubLink link(server.port, "alice", currentKind(), false);
    QByteArray bytes = link.handshake();
    for (int i = 0; i < 50; ++i)
        bytes += encoded(encoding, call(QString::number(i), u"Echo"_s, {i}));
    // The last one ends in another WebSocket message or POST.
    const QByteArray last = encoded(encoding, call(u"last"_s, u"Echo"_s, {u"l"_s}));
    QVERIFY(link.sendBytes(bytes + last.first(7)));
    QVERIFY(link.sendBytes(last.sliced(7)));
    QCOMPARE(link.handshakeAnswer(), QByteArray("{}"));
    for (int i = 0; i < 50; ++i)
        QCOMPARE(link.next(), result(QString::number(i), i));
    QCOMPARE(link.next(), result(u"last"_s, u"l"_s));
}

void TestHubMatrixCalls::byteAfterByte26()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind(), false);
    const QByteArray bytes = link.handshake() + encoded(link.kind().encoding, call(u"1"_s, u"Add"_s, {2, 3}));
    for (const char byte : bytes)
        QVERIFY(link.sendBytes(QByteArray(1, byte)));
    QCOMPARE(link.handshakeAnswer(), QByteArray("{}"));
    QCOMPARE(link.next(), result(u"1"_s, 5));
}

// Some end with a message, some in it, some one byte before or behind its end.
void TestHubMatrixCalls::longMessagesInPieces26()
{
    const WireEncoding encoding = currentKind().encoding;
    HubServer server(HubOptions{.maximumMessageBytes = 8000});
    HubLink link(server.port, "alice", currentKind());
    const QString text(4000, u'x');
    const QByteArray one = encoded(encoding, call(u"1"_s, u"Echo"_s, {text}));
    const QByteArray all = one + one + one + one;
    for (const qsizetype step : {one.size() - 1, one.size(), one.size() + 1, qsizetype(999)}) {
        for (qsizetype at = 0; at < all.size(); at += step)
            QVERIFY(link.sendBytes(all.mid(at, step)));
        for (int i = 0; i < 4; ++i)
            QCOMPARE(link.next(), result(u"1"_s, text));
    }
    for (int i = 0; i < 9; ++i) // which never ends
        link.sendBytes(i == 0 && encoding == WireEncoding::MessagePack ? QByteArray("\xff\xff\x7f")
                                                                       : QByteArray(1000, ' '));
    QCOMPARE(link.next().value(u"error").toString(), u"Connection closed with an error."_s);
    QVERIFY(link.waitForEnd());
}

void TestHubMatrixCalls::connectedRunsFirst53()
{
    HubServer server;
    HubLink slow(server.port, "slow", currentKind(), false);
    QVERIFY(slow.sendBytes(slow.handshake() + encoded(slow.kind().encoding, call(u"1"_s, u"Log"_s))));
    QCOMPARE(slow.handshakeAnswer(), QByteArray("{}"));
    QCOMPARE(slow.next(), result(u"1"_s, QJsonArray{u"connecting"_s, u"connected"_s, u"Log"_s}));
    HubLink greeted(server.port, "greeted", currentKind());
    QVERIFY(greeted.isOpen());
    QCOMPARE(greeted.next().value(u"target").toString(), u"OnGreeting"_s);
}

void TestHubMatrixCalls::echoes54_data()
{
    QTest::addColumn<QJsonValue>("value");
    const auto row = [](const char *name, const QJsonValue &value) { QTest::newRow(name) << value; };
    row("null", QJsonValue());
    row("true", true);
    row("false", false);
    row("0", 0);
    row("-1", -1);
    row("largest", std::numeric_limits<qint64>::max());
    row("smallest", std::numeric_limits<qint64>::min());
    row("fraction", -0.25);
    row("double", 1e300);
    row("empty text", u""_s);
    row("astral", u"\U0001F600 é"_s);
    row("NUL and separators", u"nul \0 end \x1e \u2028 \"\\\r\n"_s);
    row("nested arrays", QJsonArray{QJsonArray{}, QJsonArray{1, QJsonArray{2}}, QJsonObject{}});
    row("maps", QJsonObject{{u"a"_s, QJsonObject{{u"b"_s, QJsonArray{1, u"c"_s}}}}, {u"A"_s, QJsonValue()}});
}

void TestHubMatrixCalls::echoes54()
{
    QFETCH(QJsonValue, value);
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(call(u"1"_s, u"Echo"_s, {value})));
    QCOMPARE(link.next(), result(u"1"_s, value));
}

void TestHubMatrixCalls::echoesALongText54()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    const QString text(31 * 1024, u'x');
    QVERIFY(link.send(call(u"1"_s, u"Echo"_s, {text})));
    QCOMPARE(link.next(), result(u"1"_s, text));
}

void TestHubMatrixCalls::answers55to64_data()
{
    QTest::addColumn<QJsonObject>("request");
    QTest::addColumn<QJsonObject>("answer");
    const auto row = [](const char *name, const QJsonObject &request, const QJsonObject &answer) {
        QTest::newRow(name) << request << answer;
    };
    const auto fails = [&row](const char *name, const QString &target, const QJsonArray &arguments,
                              const QString &text) {
        row(name, call(u"1"_s, target, arguments), error(u"1"_s, text));
    };
    const QString longId(5000, u'i');
    row("void (55)", call(u"1"_s, u"Nothing"_s), completion(u"1"_s));
    row("null result (55)", call(u"1"_s, u"Null"_s), result(u"1"_s, QJsonValue()));
    row("long id (58)", call(longId, u"Nothing"_s), completion(longId));
    row("id with everything (58)", call(u"a b\u00e9\U0001F600\n\""_s, u"Nothing"_s),
        completion(u"a b\u00e9\U0001F600\n\""_s));
    QJsonObject withHeaders = call(u"1"_s, u"Nothing"_s);
    withHeaders.insert(u"headers"_s, QJsonObject{{u"traceparent"_s, u"00-a"_s}});
    row("headers (59, 114)", withHeaders, completion(u"1"_s));
    row("other case (64)", call(u"1"_s, u"aDD"_s, {1, 2}), result(u"1"_s, 3));
    fails(
        "unknown method (61)", u"Nowhere"_s, {},
        u"Failed to invoke 'Nowhere' due to an error on the server. HubException: Method does not exist."_s);
    const QString failed = u"Failed to invoke 'Add' due to an error on the server."_s;
    fails("too few arguments (61)", u"Add"_s, {1}, failed);
    fails("too many arguments (61)", u"Add"_s, {1, 2, 3}, failed);
    fails("wrong type (61)", u"Add"_s, {1, u"2"_s}, failed);
    fails("exception (62)", u"Throws"_s, {},
          u"An unexpected error occurred invoking 'Throws' on the server."_s);
    fails("hub exception (62)", u"Refuse"_s, {u"No."_s},
          u"An unexpected error occurred invoking 'Refuse' on the server. HubException: No."_s);
    fails(
        "not admitted (63)", u"Forbidden"_s, {},
        u"An unexpected error occurred invoking 'Forbidden' on the server. HubException: Too many requests; "
        "slow down."_s);
}

void TestHubMatrixCalls::answers55to64()
{
    QFETCH(QJsonObject, request);
    QFETCH(QJsonObject, answer);
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(request));
    QCOMPARE(link.next(), answer);
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5); // the connection stays up
}

void TestHubMatrixCalls::otherSpellings59and68_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("messagePack");
    const auto row = [](const char *name, const QByteArray &json, const char *messagePack) {
        QTest::newRow(name) << json << QByteArray::fromHex(messagePack);
    };
    row("arguments first; no stream ids", R"({"arguments":[1,2],"target":"Add","invocationId":"1","type":1})",
        "950180a131a3416464920102");
    row("blanks; long forms",
        " {\n\t\"type\" : 1 ,\"invocationId\":\"1\",\"target\":\"Add\",\"arguments\":[ 1 , 2 ] }\r\n",
        "dc0006ce00000001de0000d90131da0003416464dd00000002cf0000000000000001d3000000000000000290");
    row("more than is known",
        R"({"type":1,"x":{"type":7},"invocationId":"1","target":"Add","arguments":[1,2],"y":[]})",
        "980180a131a34164649201029081a17805c0");
}

void TestHubMatrixCalls::otherSpellings59and68()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, messagePack);
    const WireEncoding encoding = currentKind().encoding;
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.sendBytes(framed(encoding, encoding == WireEncoding::Json ? json : messagePack)));
    QCOMPARE(link.next(), result(u"1"_s, 3));
}

void TestHubMatrixCalls::noAnswer56and57()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    for (const char *target : {"Nothing", "Throws", "Nowhere", "Add"})
        QVERIFY(link.send(call({}, QString::fromLatin1(target))));
    QVERIFY(link.send(call(u""_s, u"Echo"_s, {1})));
    QVERIFY(link.send(call(u"last"_s, u"Nothing"_s)));
    QCOMPARE(link.next(), completion(u"last"_s));
}

void TestHubMatrixCalls::order65()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QByteArray all;
    for (int i = 0; i < 1000; ++i) // some complete at once, some wait
        all += encoded(link.kind().encoding,
                       i % 50 == 0 ? call(QString::number(i), u"Slow"_s, {1, i})
                                   : call(QString::number(i), u"Echo"_s, {i}));
    QVERIFY(link.sendBytes(all));
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(link.next(), result(QString::number(i), i));
    QCOMPARE(server.journal.mostCalls, 1);
}

void TestHubMatrixCalls::overlaps66()
{
    HubServer server(HubOptions{.maximumParallelInvocations = 3});
    HubLink link(server.port, "alice", currentKind());
    QByteArray all;
    for (int i = 0; i < 20; ++i)
        all += encoded(link.kind().encoding, call(QString::number(i), u"Slow"_s, {20, 1}));
    QVERIFY(link.sendBytes(all));
    for (int i = 0; i < 20; ++i)
        QCOMPARE(link.next().value(u"result").toInt(), 1);
    QCOMPARE(server.journal.mostCalls, 3);
}

void TestHubMatrixCalls::badMessages69to73_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("messagePack");
    const auto row = [](const char *name, const QByteArray &json, const QByteArray &messagePack) {
        QTest::newRow(name) << json + '\x1e' << framed(WireEncoding::MessagePack, messagePack);
    };
    const auto hex = [](const char *text) { return QByteArray::fromHex(text); };
    row("empty", "", "");
    row("cut", R"({"type":1,"target")", hex("9401"));
    row("no message (69, 72)", "[]", hex("06"));
    row("no type", "{}", hex("90"));
    row("type is text", R"({"type":"1"})", hex("91a131"));
    row("no target", R"({"type":1,"arguments":[]})", hex("930180a137"));
    row("target is a number", R"({"type":1,"target":5,"arguments":[]})", hex("960180a137059090"));
    row("no arguments", R"({"type":1,"target":"Do"})", hex("940180a137a2446f"));
    row("arguments are a map", R"({"type":1,"target":"Do","arguments":{}})", hex("960180a137a2446f8090"));
    row("header is no text (60)", R"({"type":1,"target":"Do","arguments":[],"headers":{"a":1}})",
        hex("960181a16101a137a2446f9090"));
    row("stream without id", R"({"type":4,"target":"Do","arguments":[]})", hex("960480c0a2446f9090"));
    row("error and result; unknown kind (73)", R"({"type":3,"invocationId":"1","result":1,"error":"x"})",
        hex("950380a13704c0"));
    row("nesting (72)",
        R"({"type":1,"target":"Echo","arguments":)" + QByteArray(500, '[') + QByteArray(500, ']') + '}',
        QByteArray(100, '\x91') + '\xc0');
    row("claims (72)", R"({"type":1e999})", hex("9601ddffffffff"));
    QTest::newRow("no end in sight") << QByteArray(40'000, ' ') << QByteArray::fromHex("ffffffff07");
    QTest::newRow("length of six bytes; byte order mark (72)")
        << QByteArray("\xEF\xBB\xBF\x1e") << QByteArray::fromHex("808080808001");
}

void TestHubMatrixCalls::badMessages69to73()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, messagePack);
    const WireEncoding encoding = currentKind().encoding;
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    // What follows is not served any more; whether it is still taken is not said.
    link.sendBytes((encoding == WireEncoding::Json ? json : messagePack)
                   + encoded(encoding, call(u"1"_s, u"Nothing"_s)));
    QCOMPARE(link.next(),
             (QJsonObject{{u"type"_s, 7},
                          {u"error"_s, u"Connection closed with an error."_s},
                          {u"allowReconnect"_s, true}}));
    QVERIFY(link.waitForEnd());
    if (link.kind().transport == LinkTransport::WebSockets)
        QCOMPARE(link.closeCode(), 1000);
    QTRY_COMPARE(server.journal.lost, 1);
}

void TestHubMatrixCalls::theSizeLimit70()
{
    constexpr qsizetype limit = 2000; // framing included
    const WireEncoding encoding = currentKind().encoding;
    HubServer server(HubOptions{.maximumMessageBytes = limit, .detailedErrors = true});
    HubLink link(server.port, "alice", currentKind());
    const auto ofSize = [encoding](qsizetype size) {
        const auto message = [](qsizetype text) { return call(u"1"_s, u"Echo"_s, {QString(text, u'x')}); };
        return encoded(encoding, message(1000 + size - encoded(encoding, message(1000)).size()));
    };
    QCOMPARE(ofSize(limit).size(), limit);
    QVERIFY(link.sendBytes(ofSize(limit)));
    QCOMPARE(link.next().value(u"type").toInt(), 3);
    link.sendBytes(ofSize(limit + 1));
    const QString text = link.next().value(u"error").toString();
    QVERIFY2(text.contains(u"The maximum message size of 2000B was exceeded."), qPrintable(text));
    QVERIFY(link.waitForEnd());
}

void TestHubMatrixCalls::manyMessagesInAMebibyte70()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QByteArray all;
    const QByteArray one = encoded(link.kind().encoding, call({}, u"Echo"_s, {QString(900, u'x')}));
    while (all.size() < 1024 * 1024)
        all += one;
    QVERIFY(link.sendBytes(all + encoded(link.kind().encoding, call(u"last"_s, u"Nothing"_s))));
    QCOMPARE(link.next(), completion(u"last"_s));
}

void TestHubMatrixCalls::unknownTypes71()
{
    const WireEncoding encoding = currentKind().encoding;
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.sendBytes(framed(encoding,
                                  encoding == WireEncoding::Json ? QByteArray(R"({"type":42,"x":[]})")
                                                                 : QByteArray::fromHex("922a90"))));
    QVERIFY(link.send(cancel(u"nothing"_s)));
    QVERIFY(link.send(item(u"nothing"_s, 1)));
    QVERIFY(link.send(result(u"nothing"_s, 1)));
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

void TestHubMatrixCalls::sendsComeFirst78()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(call(u"1"_s, u"Note"_s, {u"two\r\nlines"_s})));
    QCOMPARE(link.next(), call({}, u"OnNote"_s, {u"two\r\nlines"_s}));
    QCOMPARE(link.next(), completion(u"1"_s));
}

// Not a number: JSON has none, MessagePack has.
void TestHubMatrixCalls::whatJsonDoesNotHave80()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send(call(u"1"_s, u"NotANumber"_s)));
    const QByteArray body = link.nextBody();
    if (link.kind().encoding == WireEncoding::Json)
        QCOMPARE(decoded(WireEncoding::Json, body),
                 error(u"1"_s, u"An unexpected error occurred invoking 'NotANumber' on the server."_s));
    else
        QCOMPARE(body.toHex(), QByteArray("950380a13103cb7ff8000000000000"));
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

QTEST_GUILESS_MAIN(TestHubMatrixCalls)
#include "tst_hubmatrixcalls.moc"
