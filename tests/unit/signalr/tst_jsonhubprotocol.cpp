// SPDX-License-Identifier: MIT
#include "common/signalr/jsonhubprotocol.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace nextchat;
using namespace nextchat::signalr;

Q_DECLARE_METATYPE(nextchat::signalr::HubMessage)
Q_DECLARE_METATYPE(nextchat::signalr::Value)

namespace {

constexpr qsizetype maximumSize = 32 * 1024;
const QByteArray traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

QByteArray record(const QByteArray &json)
{
    return json + char(0x1E);
}

Value mapOf(std::vector<Value::Member> members)
{
    return Value::Map{std::move(members)};
}

Invocation echo(Value argument)
{
    return {.invocationId = {}, .target = u"Echo"_qs, .arguments = {std::move(argument)}, .streamIds = {}};
}

} // namespace

class JsonHubProtocolTest : public QObject
{
    Q_OBJECT

private:
    const JsonHubProtocol m_protocol;

    Expected<HubProtocol::Decoded> decode(const QByteArray &json) const
    {
        return m_protocol.decode(record(json), maximumSize);
    }

private Q_SLOTS:
    void aSeparatorMayEndARecord()
    {
        QVERIFY(m_protocol.mayEnd("\"}\x1e{"));
        QVERIFY(!m_protocol.mayEnd("\"}"));
        QVERIFY(!m_protocol.mayEnd({}));
    }

    void writesAsDotNet_data()
    {
        QTest::addColumn<HubMessage>("message");
        QTest::addColumn<QByteArray>("json");
        const auto row = [](const char *name, const HubMessage &message, const char *json) {
            QTest::newRow(name) << message << QByteArray(json);
        };
        row("send", Invocation{{}, u"Send"_qs, {Value(u"x"_qs), Value(42)}, {}},
            R"({"type":1,"target":"Send","arguments":["x",42]})");
        row("invoke", Invocation{u"7"_qs, u"Do"_qs, {}, {}},
            R"({"type":1,"invocationId":"7","target":"Do","arguments":[]})");
        row("upload", Invocation{u"7"_qs, u"Do"_qs, {}, {u"a"_qs, u"b"_qs}},
            R"({"type":1,"invocationId":"7","target":"Do","arguments":[],"streamIds":["a","b"]})");
        row("stream", Invocation{u"7"_qs, u"Do"_qs, {Value()}, {}, true},
            R"({"type":4,"invocationId":"7","target":"Do","arguments":[null]})");
        row("trace", Invocation{u"7"_qs, u"Do"_qs, {}, {}, false, TraceContext::parse(traceParent)},
            R"({"type":1,"headers":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},)"
            R"("invocationId":"7","target":"Do","arguments":[]})");
        row("item", StreamItem{u"7"_qs, Value(true)}, R"({"type":2,"invocationId":"7","item":true})");
        row("null item", StreamItem{u"7"_qs, Value()}, R"({"type":2,"invocationId":"7","item":null})");
        row("void", Completion{u"7"_qs}, R"({"type":3,"invocationId":"7"})");
        row("result", Completion{u"7"_qs, Value(1)}, R"({"type":3,"invocationId":"7","result":1})");
        row("null result", Completion{u"7"_qs, Value()}, R"({"type":3,"invocationId":"7","result":null})");
        row("error", Completion{u"7"_qs, {}, u"Oh no"_qs},
            R"({"type":3,"invocationId":"7","error":"Oh no"})");
        row("cancel", CancelInvocation{u"7"_qs}, R"({"type":5,"invocationId":"7"})");
        row("ping", Ping{}, R"({"type":6})");
        row("close", Close{}, R"({"type":7})");
        row("close error", Close{u"why"_qs, true}, R"({"type":7,"error":"why","allowReconnect":true})");
        row("ack", Ack{5}, R"({"type":8,"sequenceId":5})");
        row("sequence", Sequence{6}, R"({"type":9,"sequenceId":6})");
    }

    void writesAsDotNet()
    {
        QFETCH(HubMessage, message);
        QFETCH(QByteArray, json);
        const auto encoded = m_protocol.encode(message);
        QVERIFY(encoded);
        QCOMPARE(*encoded, record(json));
        const auto decoded = m_protocol.decode(*encoded, maximumSize);
        QVERIFY(decoded);
        QCOMPARE(decoded->consumed, encoded->size());
        QVERIFY(decoded->message == message);
    }

    void writesValues_data()
    {
        using namespace std::chrono;
        QTest::addColumn<Value>("value");
        QTest::addColumn<QByteArray>("json");
        const Timestamp time = sys_days(year(2024) / 2 / 29) + 23h + 59min + 58s + 7us;
        QTest::newRow("record") << Value(
            Value::Record{{{u"groupId"_qs, Value(u"g"_qs)}, {u"seq"_qs, Value(1)}}})
                                << QByteArray(R"({"groupId":"g","seq":1})");
        QTest::newRow("map keeps its keys") << mapOf({{u"Ä B"_qs, Value(1)}}) << QByteArray("{\"Ä B\":1}");
        QTest::newRow("enumerator") << Value(Enumerator{1, u"NoRoom"_qs}) << QByteArray("1");
        QTest::newRow("timestamp") << Value(time) << QByteArray(R"("2024-02-29T23:59:58.000007+00:00")");
        QTest::newRow("before 1970") << Value(Timestamp(-1us))
                                     << QByteArray(R"("1969-12-31T23:59:59.999999+00:00")");
        QTest::newRow("bytes") << Value(QByteArray("\0\xff!", 3)) << QByteArray(R"("AP8h")");
        QTest::newRow("null string is a string") << Value(QString()) << QByteArray(R"("")");
        QTest::newRow("lone high surrogate")
            << Value(u"a"_qs + QChar(0xD83D)) << QByteArray("\"a\xEF\xBF\xBD\"");
        QTest::newRow("lone low surrogate") << Value(QChar(0xDE00) + u"b"_qs)
                                            << QByteArray("\"\xEF\xBF\xBD"
                                                          "b\"");
        QTest::newRow("not ASCII is raw")
            << Value(u"é € \U0001F600 \u2028 <&'>"_qs) << QByteArray("\"é € \U0001F600 \u2028 <&'>\"");
        QTest::newRow("controls") << Value(u"\0\b\t\n\f\r\x1f\"\\/"_qs)
                                  << QByteArray("\"\\u0000\\b\\t\\n\\f\\r\\u001F\\\"\\\\/\"");
        QTest::newRow("largest") << Value(std::numeric_limits<qint64>::max())
                                 << QByteArray("9223372036854775807");
        QTest::newRow("smallest") << Value(std::numeric_limits<qint64>::min())
                                  << QByteArray("-9223372036854775808");
        QTest::newRow("double") << Value(0.1) << QByteArray("0.1");
        QTest::newRow("whole double stays one") << Value(1.0) << QByteArray("1.0");
    }

    void writesValues()
    {
        QFETCH(Value, value);
        QFETCH(QByteArray, json);
        const auto encoded = m_protocol.encode(StreamItem{u"1"_qs, value});
        QVERIFY(encoded);
        QCOMPARE(*encoded, record(R"({"type":2,"invocationId":"1","item":)" + json + '}'));
    }

    void refusesToWrite_data()
    {
        QTest::addColumn<HubMessage>("message");
        Value deep(1);
        for (int i = 0; i < 63; ++i)
            deep = Value(Value::Array{deep});
        QVERIFY(m_protocol.encode(StreamItem{u"1"_qs, deep})); // with the message itself 64 levels
        QTest::newRow("NaN") << HubMessage(echo(Value(std::nan(""))));
        QTest::newRow("infinity") << HubMessage(
            StreamItem{u"1"_qs, Value(std::numeric_limits<double>::infinity())});
        QTest::newRow("inside a record")
            << HubMessage(Completion{u"1"_qs, Value(Value::Record{{{u"a"_qs, Value(std::nan(""))}}})});
        QTest::newRow("65 levels of arrays") << HubMessage(StreamItem{u"1"_qs, Value(Value::Array{deep})});
        QTest::newRow("65 levels, a map last") << HubMessage(StreamItem{u"1"_qs, mapOf({{u"a"_qs, deep}})});
        QTest::newRow("year 10000") << HubMessage(
            echo(Value(Timestamp(std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)))));
        QTest::newRow("error and result") << HubMessage(Completion{u"1"_qs, Value(1), u"no"_qs});
    }

    void refusesToWrite()
    {
        QFETCH(HubMessage, message);
        const auto encoded = m_protocol.encode(message);
        QVERIFY(!encoded);
        QCOMPARE(encoded.error().code, Error::Code::InvalidArgument);
    }

    void readsLeniently_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<HubMessage>("message");
        const auto row = [](const char *name, const QByteArray &json, const HubMessage &message) {
            QTest::newRow(name) << QByteArray(json) << message;
        };
        const Invocation plain{u"1"_qs, u"T"_qs, {Value(1)}, {}};
        row("type last", R"({"arguments":[1],"target":"T","invocationId":"1","type":1})", plain);
        row("blanks",
            " \t\r\n{ \"type\" : 1 , \"invocationId\":\"1\",\n\"target\":\"T\",\"arguments\" : [ 1 ] } ",
            plain);
        row("unknown properties",
            R"({"x":{"type":[{"target":3}]},"type":1,"y":[[[]],{}],"invocationId":"1","target":"T","arguments":[1],"z":1.5})",
            plain);
        row("duplicates: the last wins",
            R"({"type":6,"target":"X","target":"T","arguments":[2],"arguments":[1],"invocationId":"1","type":1})",
            plain);
        row("escaped names", "{\"\\u0074ype\":1,\"invocationId\":\"1\",\"target\":\"T\",\"arguments\":[1]}",
            plain);
        row("headers",
            R"({"type":1,"headers":{"traceparent":"00-1"},"invocationId":"1","target":"T","arguments":[1]})",
            plain);
        row("a trace among headers",
            R"({"type":1,"invocationId":"1","target":"T","arguments":[1],"headers":{"Traceparent":"","traceparent":")"
                + traceParent + R"(","tracestate":"a=b"}})",
            Invocation{u"1"_qs, u"T"_qs, {Value(1)}, {}, false, TraceContext::parse(traceParent)});
        row("a trace that is none",
            R"({"type":1,"invocationId":"1","target":"T","arguments":[1],"headers":{"traceparent":")"
                + QByteArray(30'000, '0') + R"("}})",
            plain);
        row("null for optional properties",
            R"({"type":1,"headers":null,"invocationId":null,"target":"T","arguments":[1],"streamIds":null})",
            Invocation{{}, u"T"_qs, {Value(1)}, {}});
        row("empty invocation id", R"({"type":1,"invocationId":"","target":"T","arguments":[1]})",
            Invocation{{}, u"T"_qs, {Value(1)}, {}});
        row("names are exact",
            R"({"Type":6,"type":1,"Target":"X","target":"T","arguments":[1],"invocationId":"1"})", plain);
        row("ping with more", R"({"type":6,"target":5})", Ping{});
        row("close", R"({"type":7,"error":null,"allowReconnect":false})", Close{});
        row("result before id", R"({"result":[],"type":3,"invocationId":"1"})",
            Completion{u"1"_qs, Value(Value::Array())});
        row("empty error is an error", R"({"type":3,"invocationId":"1","error":""})",
            Completion{u"1"_qs, {}, u""_qs});
        row("repeated keys in a map", R"({"type":2,"invocationId":"1","item":{"a":1,"b":2,"a":3}})",
            StreamItem{u"1"_qs, mapOf({{u"a"_qs, Value(3)}, {u"b"_qs, Value(2)}})});
        row("nested", R"({"type":2,"invocationId":"1","item":[{"a":[1,{"b":[]}],"c":{}},[2,[3]],4]})",
            StreamItem{u"1"_qs,
                       Value(Value::Array{
                           mapOf({{u"a"_qs,
                                   Value(Value::Array{
                                       Value(1),
                                       mapOf({{u"b"_qs, Value(Value::Array())}}),
                                   })},
                                  {u"c"_qs, mapOf({})}}),
                           Value(Value::Array{Value(2), Value(Value::Array{Value(3)})}),
                           Value(4),
                       })});
    }

    void readsLeniently()
    {
        QFETCH(QByteArray, json);
        QFETCH(HubMessage, message);
        const auto decoded = decode(json);
        QVERIFY2(decoded, decoded ? "" : qPrintable(decoded.error().message));
        QCOMPARE(decoded->consumed, json.size() + 1);
        QVERIFY(decoded->message == message);
        if (const auto *completion = std::get_if<Completion>(&*decoded->message))
            QCOMPARE(completion->error.isNull(), std::get<Completion>(message).error.isNull());
        if (const auto *invocation = std::get_if<Invocation>(&*decoded->message))
            QCOMPARE(invocation->invocationId.isNull(), std::get<Invocation>(message).invocationId.isNull());
    }

    // Every value comes back as it was, through our own writer (signalr-notes, check 54).
    void echoes_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<Value>("value");
        const auto row = [](const char *name, const QByteArray &json, const Value &value) {
            QTest::newRow(name) << json << value;
        };
        row("empty", R"("")", u""_qs);
        row("long", '"' + QByteArray(31 * 1024, 'x') + '"', QString(31 * 1024, u'x'));
        row("emoji", "\"\U0001F600\"", u"\U0001F600"_qs);
        row("escaped emoji", "\"\\ud83d\\ude00\\uD83D\\uDE00\"", u"\U0001F600\U0001F600"_qs);
        row("NUL", "\"a\\u0000b\"", u"a\0b"_qs);
        row("U+2028", "\"\u2028\"", u"\u2028"_qs);
        row("byte order mark", "\"\uFEFFx\uFEFF\"", u"\uFEFFx\uFEFF"_qs);
        row("two byte order marks", "\"\uFEFF\uFEFF\"", u"\uFEFF\uFEFF"_qs);
        row("escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\"", u"\"\\/\b\f\n\r\té€"_qs);
        row("all widths", "\"a\u00e9\u20ac\uffff\U0010ffff\\u0061\"", u"aé€\uffff\U0010ffffa"_qs);
        row("zero", "0", 0);
        row("minus zero", "-0", 0);
        row("largest", "9223372036854775807", std::numeric_limits<qint64>::max());
        row("smallest", "-9223372036854775808", std::numeric_limits<qint64>::min());
        row("above", "9223372036854775808", 9223372036854775808.0);
        row("below", "-9223372036854775809", -9223372036854775809.0);
        row("2^53 + 1", "9007199254740993", qint64(9007199254740993));
        row("fraction", "0.1", 0.1);
        row("whole with a point", "1.0", 1.0);
        row("exponent", "1e3", 1000.0);
        row("largest double", "1.7976931348623157e308", std::numeric_limits<double>::max());
        row("smallest double", "5e-324", std::numeric_limits<double>::denorm_min());
        row("17 digits", "0.30000000000000004", 0.1 + 0.2);
        row("too small", "1e-400", 0.0);
        row("far too small", "0.00001e-2147483645", 0.0);
        row("far too small, negative", "-1E-99999999999999999999", 0.0);
        row("true", "true", true);
        row("null", "null", Value());
        row("arrays", "[[],[[1]]]", Value::Array{Value::Array(), Value::Array{Value::Array{Value(1)}}});
    }

    void echoes()
    {
        QFETCH(QByteArray, json);
        QFETCH(Value, value);
        const auto decoded = decode(R"({"type":2,"invocationId":"1","item":)" + json + '}');
        QVERIFY(decoded && decoded->message);
        const auto &item = std::get<StreamItem>(*decoded->message);
        QVERIFY(item.item == value);
        const auto again = m_protocol.decode(*m_protocol.encode(item), maximumSize);
        QVERIFY(again && std::get<StreamItem>(*again->message).item == value);
    }

    void keepsMinusZeroAsADouble()
    {
        const auto decoded = decode(R"({"type":2,"invocationId":"1","item":-0.0})");
        QVERIFY(decoded);
        QVERIFY(std::signbit(*std::get<StreamItem>(*decoded->message).item.get<double>()));
    }

    void keepsLoneSurrogates_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("text");
        const QChar high(0xD83D);
        const QChar low(0xDE00);
        QTest::newRow("high") << QByteArray("\\ud83d") << QString(high);
        QTest::newRow("low") << QByteArray("\\ude00") << QString(low);
        QTest::newRow("high, text") << QByteArray("a\\ud83db") << QString(u"a"_qs + high + u"b"_qs);
        QTest::newRow("high, other escape") << QByteArray("\\ud83d\\n") << QString(high + u"\n"_qs);
        QTest::newRow("high, other unit") << QByteArray("\\ud83d\\u0041") << QString(high + u"A"_qs);
        QTest::newRow("high, pair") << QByteArray("\\ud83d\\ud83d\\ude00")
                                    << QString(QString(high) + high + low);
        QTest::newRow("wrong way round") << QByteArray("\\ude00\\ud83d") << QString(QString(low) + high);
        QTest::newRow("behind a backslash")
            << QByteArray("\\\\ud83d\\ud83d") << QString(u"\\ud83d"_qs + high);
        QTest::newRow("among others")
            << QByteArray("é\\ud83d\U0001F600") << QString(u"é"_qs + high + u"\U0001F600"_qs);
        QTest::newRow("last unit") << QByteArray("\\udbff\\udfff\\udbff")
                                   << QString(u"\U0010ffff"_qs + QChar(0xDBFF));
    }

    void keepsLoneSurrogates()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, text);
        const auto decoded = decode(R"({"type":2,"invocationId":"1","item":")" + json + R"("})");
        QVERIFY(decoded && decoded->message);
        const Value &item = std::get<StreamItem>(*decoded->message).item;
        QVERIFY(item.get<QString>());
        QCOMPARE(*item.get<QString>(), text);
    }

    void skipsUnknownTypes_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("42") << QByteArray(R"({"type":42,"whatever":[1]})");
        QTest::newRow("0") << QByteArray(R"({"type":0})");
        QTest::newRow("negative") << QByteArray(R"({"type":-1,"target":5})");
    }

    void skipsUnknownTypes()
    {
        QFETCH(QByteArray, json);
        const auto decoded = decode(json);
        QVERIFY(decoded);
        QCOMPARE(decoded->consumed, json.size() + 1);
        QVERIFY(!decoded->message);
    }

    void takesOneRecordAtATime()
    {
        const QByteArray ping = record(R"({"type":6})");
        const QByteArray two = ping + record(R"({"type":7})");
        const auto first = m_protocol.decode(two, maximumSize);
        QVERIFY(first && first->consumed == ping.size() && std::holds_alternative<Ping>(*first->message));
        const auto second = m_protocol.decode(QByteArrayView(two).sliced(first->consumed), maximumSize);
        QVERIFY(second && std::holds_alternative<Close>(*second->message));
    }

    void waitsForTheWholeRecord()
    {
        const QByteArray whole =
            record("{\"type\":1,\"target\":\"T\u20ac\U0001F600\",\"arguments\":[\"\\ud83d\\ude00\",1.5e3]}");
        for (qsizetype size = 0; size < whole.size(); ++size) {
            const auto decoded = m_protocol.decode(QByteArrayView(whole).first(size), maximumSize);
            QVERIFY(decoded);
            QCOMPARE(decoded->consumed, 0);
            QVERIFY(!decoded->message);
        }
        QVERIFY(m_protocol.decode(whole, maximumSize)->message);
        QVERIFY(m_protocol.decode(QByteArrayView(), maximumSize)->consumed == 0);
    }

    void limitsTheSize()
    {
        const QByteArray exact = record(R"({"type":6,"x":")" + QByteArray(maximumSize - 18, 'x') + R"("})");
        QCOMPARE(exact.size(), maximumSize);
        QVERIFY(m_protocol.decode(exact, maximumSize));
        QVERIFY(m_protocol.decode(QByteArray(exact + exact), maximumSize));
        const QString text =
            u"The maximum message size of 32767B was exceeded. The message size can be configured in "
            u"AddHubOptions."_qs;
        const auto above = m_protocol.decode(exact, maximumSize - 1);
        QVERIFY(!above);
        QCOMPARE(above.error().message, text);
        QCOMPARE(above.error().code, Error::Code::Protocol);
        const auto incomplete =
            m_protocol.decode(QByteArrayView(exact).first(maximumSize - 1), maximumSize - 1);
        QVERIFY(!incomplete);
        QCOMPARE(incomplete.error().message, text);
        QVERIFY(m_protocol.decode(QByteArrayView(exact).first(maximumSize - 2), maximumSize - 1));
        QVERIFY(m_protocol.decode(exact, 0)); // no limit
    }

    // Dropping repeated keys must not take quadratic time.
    void readsManyKeysFast()
    {
        QByteArray json = R"({"type":2,"invocationId":"1","item":{)";
        constexpr int count = 200'000;
        for (int i = 0; i < count; ++i)
            json += '"' + QByteArray::number(i) + "\":0,";
        json += "\"0\":1}}";
        const auto decoded = m_protocol.decode(record(json), 0);
        QVERIFY(decoded);
        const auto *map = std::get<StreamItem>(*decoded->message).item.get<Value::Map>();
        QCOMPARE(map->members.size(), std::size_t(count));
        QVERIFY(map->members.front().value == Value(1));
        QVERIFY(map->members.back().name == QString::number(count - 1));
    }

    void isFoundByName()
    {
        const HubProtocol *json = HubProtocol::byName("json");
        QVERIFY(json);
        QVERIFY(json->name() == "json");
        QVERIFY(!json->isBinary());
        QVERIFY(!HubProtocol::byName("JSON"));
        QVERIFY(!HubProtocol::byName("xml"));
        QVERIFY(!HubProtocol::byName(""));
    }
};

QTEST_GUILESS_MAIN(JsonHubProtocolTest)

#include "tst_jsonhubprotocol.moc"
