// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QJsonDocument>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// Named by the checks of signalr-notes.md 2, as far as they hold for the chat hub.
class InvocationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check54_textsComeBackAsTheyWere_data();
    void check54_textsComeBackAsTheyWere();
    void check54_aLoneSurrogateIsNoText();
    void check55_voidHasNoResult();
    void check56_nobodyAsked();
    void check57_emptyIdIsNone();
    void check58_idsComeBackAsTheyWere_data();
    void check58_idsComeBackAsTheyWere();
    void check59_orderOfPropertiesIsFree_data();
    void check59_orderOfPropertiesIsFree();
    void check61_theConnectionStaysUp();
    void check64_targetsWithoutRegardToCase();
    void check65_repliesInOrder();
    void check69_malformed_data();
    void check69_malformed();
    void check69_detailsOnRequest();
    void check70_sizes();
    void check71_unknownTypesAreIgnored_data();
    void check71_unknownTypesAreIgnored();
    void check84_streamIdInUse();
    void check85_openStreamsAreLimited();
    void aBadNeighbourIsNotNoticed();

private:
    // A hub of `user` in a new group of its own.
    QString joinNewGroup(RawHub &hub)
    {
        const QString group = u"group-"_s + QString::number(++m_groups);
        return hub.errorOf(u"CreateGroup"_s, {group}).isEmpty()
                && hub.errorOf(u"JoinGroup"_s, {group}).isEmpty()
            ? group
            : QString();
    }

    ServerProcess m_server{
        {u"--set"_s, u"limits.connectionsPerUser=0"_s, u"--set"_s, u"limits.callsPerSecond=0"_s}};
    int m_groups = 0;
};

namespace {

const QString closedWithError = u"Connection closed with an error."_s;

QByteArray call(const QByteArray &members)
{
    return "{\"type\":1," + members + "}";
}

} // namespace

void InvocationTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void InvocationTest::check54_textsComeBackAsTheyWere_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("letters") << u"Hello"_s;
    QTest::newRow("emoji") << u"\U0001F600\U0001F468\u200D\U0001F469"_s;
    QTest::newRow("U+2028") << u"a\u2028b\u2029c"_s;
    QTest::newRow("NUL within") << u"a\0b"_s;
    QTest::newRow("the separator within") << u"a\x1e"
                                             u"b"_s;
    QTest::newRow("quotes and slashes") << u"\"\\/\b\f\n\r\t<>&'+"_s;
    QTest::newRow("longest") << QString(4096, u'€');
    QTest::newRow("looks like a record") << u"{\"type\":7}"_s;
}

void InvocationTest::check54_textsComeBackAsTheyWere()
{
    QFETCH(QString, text);
    RawHub hub(m_server.port(), "ann");
    const QString group = joinNewGroup(hub);
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {group, text}), QString());
    const QJsonObject event = hub.nextWith(u"target"_s, u"OnMessage"_s);
    QVERIFY(!event.contains(u"invocationId"));
    QCOMPARE(event.value(u"arguments")[0][u"text"].toString(), text);
    const QJsonObject page =
        hub.invoke(u"GetHistory"_s, {group, QJsonValue::Null, 1}).value(u"result").toObject();
    QCOMPARE(page.value(u"messages")[0][u"text"].toString(), text);
}

void InvocationTest::check54_aLoneSurrogateIsNoText()
{
    RawHub hub(m_server.port(), "ann");
    const QString group = joinNewGroup(hub);
    hub.sendRecord(call("\"invocationId\":\"x\",\"target\":\"SendMessage\",\"arguments\":[\"" + group.toUtf8()
                        + "\",\"a\\ud800b\"]"));
    // Refused as a text, or as bad JSON: but never stored, and never a crash.
    const QJsonObject answer = hub.nextWith(u"invocationId"_s, u"x"_s);
    if (answer.isEmpty()) {
        QCOMPARE(hub.closeRecord().value(u"error").toString(), closedWithError);
        return;
    }
    QVERIFY(
        answer.value(u"error").toString().endsWith(u"A message must be 1 to 4096 characters and not blank."));
}

void InvocationTest::check55_voidHasNoResult()
{
    RawHub hub(m_server.port(), "ann");
    const QJsonObject completion = hub.invoke(u"CreateGroup"_s, {u"void"_s});
    QCOMPARE(completion.value(u"type"), QJsonValue(3));
    QVERIFY(!completion.contains(u"result"));
    QVERIFY(!completion.contains(u"error"));
}

void InvocationTest::check56_nobodyAsked()
{
    RawHub hub(m_server.port(), "ann");
    hub.sendRecord(call("\"target\":\"ListGroups\",\"arguments\":[]"));
    hub.sendRecord(call("\"target\":\"NoSuchMethod\",\"arguments\":[]"));
    hub.sendRecord(call("\"target\":\"JoinGroup\",\"arguments\":[\"nowhere\"]"));
    hub.sendRecord(call("\"target\":\"JoinGroup\",\"arguments\":[]"));
    hub.sendRecord(call("\"target\":\"JoinGroup\",\"arguments\":[[]]"));
    hub.sendRecord(call("\"invocationId\":\"last\",\"target\":\"ListGroups\",\"arguments\":[]"));
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"last"_s);
}

void InvocationTest::check57_emptyIdIsNone()
{
    RawHub hub(m_server.port(), "ann");
    hub.sendRecord(call("\"invocationId\":\"\",\"target\":\"ListGroups\",\"arguments\":[]"));
    hub.sendRecord(call("\"invocationId\":null,\"target\":\"ListGroups\",\"arguments\":[]"));
    hub.sendRecord(call("\"invocationId\":\"last\",\"target\":\"ListGroups\",\"arguments\":[]"));
    QCOMPARE(hub.next().value(u"invocationId").toString(), u"last"_s);
}

void InvocationTest::check58_idsComeBackAsTheyWere_data()
{
    QTest::addColumn<QString>("id");
    QTest::newRow("number") << u"007"_s;
    QTest::newRow("long") << QString(5000, u'i');
    QTest::newRow("unicode") << u"\U0001F511 \u00e9\u4e2d"_s;
    QTest::newRow("escapes") << u"\"\\\n\x1e\x01"_s;
    QTest::newRow("blank") << u" "_s;
}

void InvocationTest::check58_idsComeBackAsTheyWere()
{
    QFETCH(QString, id);
    RawHub hub(m_server.port(), "ann");
    hub.sendRecord(QJsonObject{{u"type"_s, 1},
                               {u"invocationId"_s, id},
                               {u"target"_s, u"ListGroups"_s},
                               {u"arguments"_s, QJsonArray()}});
    QCOMPARE(hub.next().value(u"invocationId").toString(), id);
}

void InvocationTest::check59_orderOfPropertiesIsFree_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("arguments first") << QByteArray(
        R"({"arguments":["nowhere"],"target":"JoinGroup","invocationId":"x","type":1})");
    QTest::newRow("blanks") << QByteArray(" {\n\t\"type\" : 1 , \"invocationId\" : \"x\" ,\r\n "
                                          "\"target\":\"JoinGroup\", \"arguments\" : [ \"nowhere\" ] } ");
    QTest::newRow("unknown properties") << QByteArray(
        R"({"new":{"a":[1,2,{"b":null}]},"type":1,"invocationId":"x","target":"JoinGroup","arguments":["nowhere"],"z":1e9})");
    QTest::newRow("headers") << QByteArray(
        R"({"type":1,"headers":{"traceparent":"00-1-2-01"},"invocationId":"x","target":"JoinGroup","arguments":["nowhere"]})");
    QTest::newRow("escaped names") << QByteArray(
        R"({"type":1,"invocationId":"x","t\u0061rget":"JoinGroup","arguments":["nowhere"]})");
    QTest::newRow("no streams") << QByteArray(
        R"({"type":1,"invocationId":"x","target":"JoinGroup","arguments":["nowhere"],"streamIds":[]})");
}

void InvocationTest::check59_orderOfPropertiesIsFree()
{
    QFETCH(QByteArray, record);
    RawHub hub(m_server.port(), "ann");
    hub.sendRecord(record);
    const QJsonObject answer = hub.next();
    QCOMPARE(answer.value(u"invocationId").toString(), u"x"_s);
    QVERIFY(answer.value(u"error").toString().endsWith(u"Group 'nowhere' does not exist."));
}

void InvocationTest::check61_theConnectionStaysUp()
{
    RawHub hub(m_server.port(), "ann");
    const QString failed = u"Failed to invoke '%1' due to an error on the server."_s;
    QCOMPARE(hub.errorOf(u"Nope"_s),
             QString(failed.arg(u"Nope"_s) % u" HubException: Method does not exist."));
    QCOMPARE(hub.errorOf(u"JoinGroup"_s), failed.arg(u"JoinGroup"_s));
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {1, 2}), failed.arg(u"JoinGroup"_s));
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {true}), failed.arg(u"JoinGroup"_s));
    QCOMPARE(hub.errorOf(u"connected"_s),
             QString(failed.arg(u"connected"_s) % u" HubException: Method does not exist."));
    QCOMPARE(hub.errorOf(QString()),
             QString(failed.arg(QString()) % u" HubException: Method does not exist."));
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void InvocationTest::check64_targetsWithoutRegardToCase()
{
    RawHub hub(m_server.port(), "ann");
    QCOMPARE(hub.errorOf(u"listGROUPS"_s), QString());
}

void InvocationTest::check65_repliesInOrder()
{
    RawHub hub(m_server.port(), "ann");
    const QString group = joinNewGroup(hub);
    QByteArray many;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray number = QByteArray::number(i);
        many += call("\"invocationId\":\"" + number + "\",\"target\":\""
                     + (i % 2 ? "SendMessage" : "LISTMEMBERS") + "\",\"arguments\":[\"" + group.toUtf8()
                     + (i % 2 ? QByteArray("\",\"" + number + "\"]") : QByteArray("\"]")))
            + recordSeparator;
    }
    hub.sendText(many);
    int completed = 0;
    int delivered = 0;
    while (completed < 1000 || delivered < 500) {
        const QJsonObject object = hub.next();
        QVERIFY2(!object.isEmpty(),
                 qPrintable(u"%1 completed, %2 delivered"_s.arg(completed).arg(delivered)));
        if (object.value(u"type") == 3) {
            QVERIFY2(!object.contains(u"error"), qPrintable(object.value(u"error").toString()));
            QCOMPARE(object.value(u"invocationId").toString(), QString::number(completed++));
        } else if (object.value(u"target") == u"OnMessage"_s) {
            QCOMPARE(object.value(u"arguments")[0][u"text"].toString(), QString::number(2 * delivered++ + 1));
        }
    }
}

void InvocationTest::check69_malformed_data()
{
    QTest::addColumn<QByteArray>("record");
    const auto row = [](const char *name, const QByteArray &record) { QTest::newRow(name) << record; };
    row("no JSON", "hello");
    row("cut off", "{\"type\":1,\"target\":\"Li");
    row("empty record", "");
    row("no object", "[1,2]");
    row("two objects", "{\"type\":6}{\"type\":6}");
    row("missing type", "{\"target\":\"ListGroups\",\"arguments\":[]}");
    row("type is a string", "{\"type\":\"1\",\"target\":\"ListGroups\",\"arguments\":[]}");
    row("missing target", "{\"type\":1,\"arguments\":[]}");
    row("target is a number", "{\"type\":1,\"target\":1,\"arguments\":[]}");
    row("missing arguments", "{\"type\":1,\"target\":\"ListGroups\"}");
    row("arguments are no array", "{\"type\":1,\"target\":\"ListGroups\",\"arguments\":{}}");
    row("arguments are null", "{\"type\":1,\"target\":\"ListGroups\",\"arguments\":null}");
    row("invocationId is a number",
        "{\"type\":1,\"invocationId\":1,\"target\":\"ListGroups\",\"arguments\":[]}");
    row("60 header is a number",
        "{\"type\":1,\"headers\":{\"a\":1},\"target\":\"ListGroups\",\"arguments\":[]}");
    row("60 headers are no object", "{\"type\":1,\"headers\":[],\"target\":\"ListGroups\",\"arguments\":[]}");
    row("stream without id", "{\"type\":4,\"target\":\"StreamHistory\",\"arguments\":[\"g\",0]}");
    row("73 error and result", "{\"type\":3,\"invocationId\":\"1\",\"error\":\"e\",\"result\":1}");
    row("cancel without id", "{\"type\":5}");
    row("nesting bomb",
        "{\"type\":1,\"target\":\"ListGroups\",\"arguments\":[" + QByteArray(10000, '[')
            + QByteArray(10000, ']') + "]}");
    row("single quotes", "{'type':6}");
    row("a comment", "/*x*/{\"type\":6}");
}

void InvocationTest::check69_malformed()
{
    QFETCH(QByteArray, record);
    RawHub hub(m_server.port(), "ann");
    hub.sendRecord(record);
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeRecord().value(u"error").toString(), closedWithError);
    QCOMPARE(hub.closeRecord().value(u"allowReconnect"), QJsonValue(true));
    QCOMPARE(hub.closeCode(), 1000);
}

void InvocationTest::check69_detailsOnRequest()
{
    ServerProcess server({u"--set"_s, u"signalr.detailedErrors=true"_s});
    QVERIFY(server.start());
    RawHub hub(server.port(), "ann");
    hub.sendRecord(QByteArray("{}"));
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeRecord().value(u"error").toString(),
             QString(closedWithError % u" InvalidDataException: Missing required property 'type'."));
    RawHub large(server.port(), "ann");
    large.sendText(QByteArray(33 * 1024, ' '));
    QVERIFY(large.waitForClose());
    QVERIFY(large.closeRecord().value(u"error").toString().contains(
        u"The maximum message size of 32768B was exceeded."));
}

void InvocationTest::check70_sizes()
{
    const QByteArray listing = call("\"invocationId\":\"x\",\"target\":\"ListGroups\",\"arguments\":[]");
    // 32 KiB with the separator is the longest message.
    const QByteArray longest = listing + QByteArray(32 * 1024 - 1 - listing.size(), ' ');
    RawHub fits(m_server.port(), "ann");
    fits.sendRecord(longest);
    QCOMPARE(fits.next().value(u"invocationId").toString(), u"x"_s);
    RawHub exceeds(m_server.port(), "ann");
    exceeds.sendRecord(longest + ' ');
    QVERIFY(exceeds.waitForClose());
    QCOMPARE(exceeds.closeRecord().value(u"error").toString(), closedWithError);
    // Many small ones may be larger together.
    RawHub many(m_server.port(), "ann");
    many.sendText(QByteArray("{\"type\":6}\x1e").repeated(100'000) + listing + recordSeparator);
    QCOMPARE(many.next().value(u"invocationId").toString(), u"x"_s);
}

void InvocationTest::check71_unknownTypesAreIgnored_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("type 42") << QByteArray("{\"type\":42,\"what\":[1]}");
    QTest::newRow("ping") << QByteArray("{\"type\":6}");
    QTest::newRow("an unknown stream's item") << QByteArray("{\"type\":2,\"invocationId\":\"u\",\"item\":1}");
    QTest::newRow("a completion nobody waits for")
        << QByteArray("{\"type\":3,\"invocationId\":\"u\",\"result\":1}");
    QTest::newRow("cancelling an unknown stream") << QByteArray("{\"type\":5,\"invocationId\":\"u\"}");
}

void InvocationTest::check71_unknownTypesAreIgnored()
{
    QFETCH(QByteArray, record);
    RawHub hub(m_server.port(), "ann");
    hub.sendRecord(record);
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void InvocationTest::check84_streamIdInUse()
{
    RawHub hub(m_server.port(), "ann");
    const QString group = joinNewGroup(hub);
    for (int i = 0; i < 20; ++i)
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {group, QString(4000, u'x')}), QString());
    const QByteArray stream =
        "{\"type\":4,\"invocationId\":\"s\",\"target\":\"StreamHistory\",\"arguments\":[\"" + group.toUtf8()
        + "\",0]}" + recordSeparator;
    hub.sendText(stream + stream);
    const QJsonObject refused = hub.nextWith(u"type"_s, 3);
    QCOMPARE(refused.value(u"error").toString(), u"Invocation ID 's' is already in use."_s);
    const QJsonObject done = hub.nextWith(u"type"_s, 3);
    QVERIFY(!done.isEmpty() && !done.contains(u"error"));
}

void InvocationTest::check85_openStreamsAreLimited()
{
    RawHub hub(m_server.port(), "ann");
    const QString group = joinNewGroup(hub);
    for (int i = 0; i < 100; ++i)
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {group, QString(4000, u'x')}), QString());
    QByteArray streams;
    for (int i = 0; i < 40; ++i) {
        streams += "{\"type\":4,\"invocationId\":\"s" + QByteArray::number(i)
            + "\",\"target\":\"StreamHistory\",\"arguments\":[\"" + group.toUtf8() + "\",0]}"
            + recordSeparator;
    }
    hub.sendText(streams);
    int refused = 0;
    for (int i = 0; i < 40; ++i) {
        const QJsonObject done = hub.nextWith(u"type"_s, 3);
        QVERIFY(!done.isEmpty());
        refused += done.contains(u"error") ? 1 : 0;
    }
    QVERIFY2(refused > 0 && refused <= 24, qPrintable(QString::number(refused))); // limits.openStreams is 16
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void InvocationTest::aBadNeighbourIsNotNoticed()
{
    RawHub hub(m_server.port(), "ann");
    const QString group = joinNewGroup(hub);
    for (int i = 0; i < 50; ++i) {
        RawHub bad(m_server.port(), "bad");
        bad.sendRecord(i % 2 ? QByteArray("garbage") : QByteArray(40'000, 'x'));
        if (i % 3 == 0)
            bad.wire().reset();
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {group, QString::number(i)}), QString());
    }
    for (int i = 0; i < 50; ++i)
        QCOMPARE(hub.nextWith(u"target"_s, u"OnMessage"_s).value(u"arguments")[0][u"text"].toString(),
                 QString::number(i));
}

QTEST_GUILESS_MAIN(InvocationTest)
#include "tst_invocation.moc"
