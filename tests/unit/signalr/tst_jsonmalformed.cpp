// SPDX-License-Identifier: MIT
#include "common/signalr/jsonhubprotocol.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::signalr;

namespace {

QByteArray nested(int depth, char open, char close)
{
    return QByteArray(depth, open) + QByteArray(depth, close);
}

} // namespace

// What bad JSON gets: the exact text for the Close message, promptly, however it is built.
class JsonMalformedTest : public QObject
{
    Q_OBJECT

private:
    const JsonHubProtocol m_protocol;

    Expected<HubProtocol::Decoded> decode(const QByteArray &json) const
    {
        return m_protocol.decode(QByteArray(json + char(0x1E)), 32 * 1024);
    }

private Q_SLOTS:
    void refusesMalformed_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("text");
        const QString reading = u"Error reading JSON."_qs;
        const auto row = [](const char *name, const QByteArray &json, const QString &text) {
            QTest::newRow(name) << json << text;
        };
        row("empty", "", reading);
        row("blank", " ", reading);
        row("garbage", "foo", reading);
        row("unfinished", R"({"type":6)", reading);
        row("two objects", R"({"type":6}{"type":6})", reading);
        row("comma", R"({"type":6,})", reading);
        row("leading zero", R"({"type":06})", reading);
        row("NaN", R"({"type":2,"invocationId":"1","item":NaN})", reading);
        row("comment", "{\"type\":6}/**/", reading);
        row("single quotes", R"({'type':6})", reading);
        row("raw control character", "{\"type\":6,\"x\":\"\x01\"}", reading);
        row("raw NUL in a string", QByteArray("{\"type\":6,\"x\":\"\0\"}", 16), reading);
        row("NUL behind", QByteArray("{\"type\":6}\0{}", 13), reading);
        row("NUL in front", QByteArray("\0{\"type\":6}", 11), reading);
        row("number too big", R"({"type":2,"invocationId":"1","item":1e309})", reading);
        row("fraction too big", R"({"type":2,"invocationId":"1","item":0.1e400})", reading);
        row("negative too big", R"({"type":2,"invocationId":"1","item":-0.01E+99999999999})", reading);
        row("number slightly too big", R"({"type":2,"invocationId":"1","item":1.8e308})", reading);
        row("bad escape", "{\"type\":6,\"x\":\"\\u12g4\"}", reading);
        row("cut escape", "{\"type\":6,\"x\":\"\\ud83d", reading);
        row("cut escape 2", "{\"type\":6,\"x\":\"\\ud83d\\", reading);
        row("invalid UTF-8", "{\"type\":6,\"x\":\"\xff\"}", reading);
        row("overlong UTF-8", "{\"type\":6,\"x\":\"\xc0\xaf\"}", reading);
        row("UTF-8 of a surrogate", "{\"type\":6,\"x\":\"\xed\xa0\xbd\"}", reading);
        row("cut UTF-8", "{\"type\":6,\"x\":\"\xe2\x82\"}", reading);
        row("array bomb", R"({"type":1,"target":"T","arguments":)" + nested(10'000, '[', ']') + '}', reading);
        row("object bomb", QByteArray("{\"a\":").repeated(5000), reading);
        row("bomb in an unknown property", R"({"type":6,"x":)" + nested(10'000, '[', ']') + '}', reading);
        row("array bomb at the root", nested(16'000, '[', ']'),
            u"Unexpected JSON Token Type 'Array'. Expected a JSON Object."_qs);
        row("null", "null", u"Unexpected JSON Token Type 'Null'. Expected a JSON Object."_qs);
        row("string", R"("foo")", u"Unexpected JSON Token Type 'String'. Expected a JSON Object."_qs);
        row("number", "42", u"Unexpected JSON Token Type 'Number'. Expected a JSON Object."_qs);
        row("true", "true", u"Unexpected JSON Token Type 'True'. Expected a JSON Object."_qs);
        row("no type", "{}", u"Missing required property 'type'."_qs);
        row("type is a string", R"({"type":"1"})", u"Expected 'type' to be of type Number."_qs);
        row("type is null", R"({"type":null})", u"Expected 'type' to be of type Number."_qs);
        row("type is a fraction", R"({"type":1.5})", u"Expected 'type' to be of type Number."_qs);
        row("no target", R"({"type":1,"arguments":[]})", u"Missing required property 'target'."_qs);
        row("target", R"({"type":1,"target":42,"arguments":[]})",
            u"Expected 'target' to be of type String."_qs);
        row("null target", R"({"type":1,"target":null,"arguments":[]})",
            u"Expected 'target' to be of type String."_qs);
        row("no arguments", R"({"type":1,"target":"T"})", u"Missing required property 'arguments'."_qs);
        row("arguments", R"({"type":1,"target":"T","arguments":{}})",
            u"Expected 'arguments' to be of type Array."_qs);
        row("null arguments", R"({"type":1,"target":"T","arguments":null})",
            u"Expected 'arguments' to be of type Array."_qs);
        row("id", R"({"type":1,"target":"T","arguments":[],"invocationId":42})",
            u"Expected 'invocationId' to be of type String."_qs);
        row("stream ids", R"({"type":1,"target":"T","arguments":[],"streamIds":"1"})",
            u"Expected 'streamIds' to be of type Array."_qs);
        row("stream id", R"({"type":1,"target":"T","arguments":[],"streamIds":[1]})",
            u"Expected 'streamIds' to be of type String."_qs);
        row("headers", R"({"type":1,"target":"T","arguments":[],"headers":[]})",
            u"Unexpected JSON Token Type 'Array'. Expected a JSON Object."_qs);
        row("header", R"({"type":1,"target":"T","arguments":[],"headers":{"a":"b","c":1}})",
            u"Expected 'c' to be of type String."_qs);
        row("header with a long name",
            R"({"type":1,"target":"T","arguments":[],"headers":{")" + QByteArray(30'000, 'c') + R"(":1}})",
            u"Expected '"_qs + QString(64, u'c') + u"' to be of type String."_qs);
        row("header of a completion", R"({"type":3,"invocationId":"1","headers":{"c":null}})",
            u"Expected 'c' to be of type String."_qs);
        row("item without id", R"({"type":2,"item":1})", u"Missing required property 'invocationId'."_qs);
        row("item without item", R"({"type":2,"invocationId":"1"})", u"Missing required property 'item'."_qs);
        row("completion without id", R"({"type":3})", u"Missing required property 'invocationId'."_qs);
        row("completion error", R"({"type":3,"invocationId":"1","error":[]})",
            u"Expected 'error' to be of type String."_qs);
        row("error and result", R"({"type":3,"invocationId":"1","error":"e","result":1})",
            u"The 'error' and 'result' properties are mutually exclusive."_qs);
        row("error and null result", R"({"type":3,"invocationId":"1","result":null,"error":"e"})",
            u"The 'error' and 'result' properties are mutually exclusive."_qs);
        row("stream without id", R"({"type":4,"target":"T","arguments":[]})",
            u"Missing required property 'invocationId'."_qs);
        row("cancel without id", R"({"type":5})", u"Missing required property 'invocationId'."_qs);
        row("close error", R"({"type":7,"error":1})", u"Expected 'error' to be of type String."_qs);
        row("allowReconnect", R"({"type":7,"allowReconnect":"yes"})",
            u"Expected 'allowReconnect' to be true or false."_qs);
        row("ack without id", R"({"type":8})", u"Missing required property 'sequenceId'."_qs);
        row("sequence", R"({"type":9,"sequenceId":"1"})", u"Expected 'sequenceId' to be of type Number."_qs);
    }

    void refusesMalformed()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, text);
        const auto decoded = decode(json);
        QVERIFY(!decoded);
        QCOMPARE(decoded.error().code, Error::Code::Protocol);
        QCOMPARE(decoded.error().message, text);
    }

    void takes64LevelsAndNoMore()
    {
        const QByteArray front = R"({"type":1,"target":"T","arguments":)";
        QVERIFY(decode(front + nested(63, '[', ']') + '}'));
        QVERIFY(!decode(front + nested(64, '[', ']') + '}'));
    }
};

QTEST_GUILESS_MAIN(JsonMalformedTest)

#include "tst_jsonmalformed.moc"
