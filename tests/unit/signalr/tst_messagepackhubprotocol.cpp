// SPDX-License-Identifier: MIT
#include "common/signalr/messagepackhubprotocol.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace nextchat;
using namespace nextchat::signalr;

Q_DECLARE_METATYPE(nextchat::signalr::HubMessage)
Q_DECLARE_METATYPE(nextchat::signalr::Value)

namespace {

constexpr qsizetype maximumSize = 32 * 1024;

// The message's bytes behind their length, for messages below 128 bytes.
QByteArray record(const QByteArray &body)
{
    return char(body.size()) + body;
}

QByteArray record(const char *hex)
{
    return record(QByteArray::fromHex(hex));
}

} // namespace

// The encoding to the byte, as the .NET server's tests have it for their messages, and what is read beside
// it.
class MessagePackHubProtocolTest : public QObject
{
    Q_OBJECT

private:
    const MessagePackHubProtocol m_protocol;

    Value decodedItem(const QByteArray &value) const
    {
        const auto decoded =
            m_protocol.decode(record(QByteArray::fromHex("940280a131") + value), maximumSize);
        return decoded && decoded->message ? std::get<StreamItem>(*decoded->message).item
                                           : Value(u"not decoded"_qs);
    }

private Q_SLOTS:
    void writesAsDotNet_data()
    {
        QTest::addColumn<HubMessage>("message");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char *name, const HubMessage &message, const char *hex) {
            QTest::newRow(name) << message << record(hex);
        };
        row("send", Invocation{{}, u"Send"_qs, {Value(u"x"_qs), Value(42)}, {}},
            "960180c0a453656e6492a1782a90");
        row("invoke", Invocation{u"7"_qs, u"Do"_qs, {}, {}}, "960180a137a2446f9090");
        row("upload", Invocation{u"7"_qs, u"Do"_qs, {}, {u"a"_qs, u"b"_qs}}, "960180a137a2446f9092a161a162");
        row("stream", Invocation{u"7"_qs, u"Do"_qs, {Value()}, {}, true}, "960480a137a2446f91c090");
        row("item", StreamItem{u"7"_qs, Value(true)}, "940280a137c3");
        row("null item", StreamItem{u"7"_qs, Value()}, "940280a137c0");
        row("void", Completion{u"7"_qs}, "940380a13702");
        row("result", Completion{u"7"_qs, Value(1)}, "950380a1370301");
        row("null result", Completion{u"7"_qs, Value()}, "950380a13703c0"); // check 55
        row("error", Completion{u"7"_qs, {}, u"Oh no"_qs}, "950380a13701a54f68206e6f");
        row("cancel", CancelInvocation{u"7"_qs}, "930580a137");
        row("ping", Ping{}, "9106");
        row("close", Close{}, "9307c0c2");
        row("close error", Close{u"why"_qs, true}, "9307a3776879c3");
        row("ack", Ack{5}, "920805");
        row("sequence", Sequence{300}, "9209cd012c");
    }

    void writesAsDotNet()
    {
        QFETCH(HubMessage, message);
        QFETCH(QByteArray, bytes);
        const auto encoded = m_protocol.encode(message);
        QVERIFY(encoded);
        QCOMPARE(encoded->toHex(), bytes.toHex());
        const auto decoded = m_protocol.decode(*encoded, maximumSize);
        QVERIFY(decoded);
        QCOMPARE(decoded->consumed, encoded->size());
        QVERIFY(decoded->message == message);
    }

    void writesValues_data()
    {
        using namespace std::chrono;
        QTest::addColumn<Value>("value");
        QTest::addColumn<QByteArray>("hex");
        const auto row = [](const char *name, const Value &value, const char *hex) {
            QTest::newRow(name) << value << QByteArray(hex);
        };
        row("record in PascalCase",
            Value(Value::Record{{{u"groupId"_qs, Value(u"g"_qs)}, {u"seq"_qs, Value(1)}}}),
            "82a747726f75704964a167a353657101");
        row("map keeps its keys", Value(Value::Map{{{u"a b"_qs, Value(1)}}}), "81a361206201");
        row("enumerator is its name", Value(Enumerator{1, u"NoRoom"_qs}), "a64e6f526f6f6d");
        row("bytes", Value(QByteArray("\0\xff!", 3)), "c40300ff21");
        row("lone surrogate", Value(u"a"_qs + QChar(0xD83D)), "a461efbfbd");
        row("not ASCII", Value(u"é\U0001F600"_qs), "a6c3a9f09f9880");
        row("whole second", Value(Timestamp(1s)), "92d6ff0000000100");
        row("microseconds", Value(Timestamp(1s + 1us)), "92d7ff00000fa00000000100");
        row("after 2106", Value(Timestamp(seconds(1LL << 32))), "92d7ff000000010000000000");
        row("before 1970", Value(Timestamp(-1us)), "92c70cff3b9ac618ffffffffffffffff00");
        row("fixint", Value(127), "7f");
        row("uint 8", Value(128), "cc80");
        row("negative fixint", Value(-32), "e0");
        row("int 8", Value(-33), "d0df");
        row("largest", Value(std::numeric_limits<qint64>::max()), "cf7fffffffffffffff");
        row("smallest", Value(std::numeric_limits<qint64>::min()), "d38000000000000000");
        row("double", Value(0.1), "cb3fb999999999999a");
        row("whole double stays one", Value(1.0), "cb3ff0000000000000");
        row("infinity", Value(std::numeric_limits<double>::infinity()), "cb7ff0000000000000");
    }

    void tracesGoThere()
    {
        const QByteArray trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        const Invocation call{u"7"_qs, u"Do"_qs, {}, {}, false, TraceContext::parse(trace)};
        const auto encoded = m_protocol.encode(call);
        QVERIFY(encoded);
        const QByteArray headers = "81ab7472616365706172656e74d937" + trace.toHex();
        QCOMPARE(encoded->toHex(), record(QByteArray::fromHex("9601" + headers + "a137a2446f9090")).toHex());
        const auto decoded = m_protocol.decode(*encoded, 0);
        QVERIFY(decoded && decoded->message);
        QVERIFY(*decoded->message == HubMessage(call));
    }

    void writesValues()
    {
        QFETCH(Value, value);
        QFETCH(QByteArray, hex);
        const auto encoded = m_protocol.encode(StreamItem{u"1"_qs, value});
        QVERIFY(encoded);
        QCOMPARE(encoded->toHex(), record(QByteArray::fromHex("940280a131" + hex)).toHex());
    }

    void readsValues_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<Value>("value");
        const auto row = [](const char *name, const char *hex, const Value &value) {
            QTest::newRow(name) << QByteArray(hex) << value;
        };
        row("integer in a long form", "cf0000000000000005", Value(5));
        row("above 2^63", "cfffffffffffffffff", Value(18446744073709551615.0));
        row("float 32", "ca3fc00000", Value(1.5));
        row("str 8", "d90161", Value(u"a"_qs));
        row("str 16", "da000161", Value(u"a"_qs));
        row("byte order mark is text", "a3efbbbf", Value(QString(QChar(0xFEFF))));
        row("bin 16", "c50001ff", Value(QByteArray("\xff")));
        row("map", "82a16101a16290",
            Value(Value::Map{{{u"a"_qs, Value(1)}, {u"b"_qs, Value(Value::Array{})}}}));
        row("map with integer keys", "8105c3", Value(Value::Map{{{u"5"_qs, Value(true)}}}));
        row("empty map", "80", Value(Value::Map{}));
        row("timestamp 32", "d6ff00000001", Value(Timestamp(std::chrono::seconds(1))));
        row("timestamp 96", "c70cff3b9ac618ffffffffffffffff",
            Value(Timestamp(std::chrono::microseconds(-1))));
        row("other extension", "d40107", Value(QByteArray("\x07")));
    }

    void readsValues()
    {
        QFETCH(QByteArray, hex);
        QFETCH(Value, value);
        QVERIFY(decodedItem(QByteArray::fromHex(hex)) == value);
    }

    void textThatIsNotUtf8IsNoValidText()
    {
        const Value value = decodedItem(QByteArray::fromHex("a2c328"));
        QVERIFY(value.get<QString>());
        QVERIFY(!value.get<QString>()->isValidUtf16());
    }

    // Checks 57 and 68.
    void readsWhatOthersWrite_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<HubMessage>("message");
        const auto row = [](const char *name, const char *hex, const HubMessage &message) {
            QTest::newRow(name) << record(hex) << message;
        };
        row("five elements", "950180a137a2446f90", Invocation{u"7"_qs, u"Do"_qs, {}, {}});
        row("nil stream ids", "960180a137a2446f90c0", Invocation{u"7"_qs, u"Do"_qs, {}, {}});
        row("seven elements", "970180a137a2446f909001", Invocation{u"7"_qs, u"Do"_qs, {}, {}});
        row("empty invocation id", "960180a0a2446f9090", Invocation{{}, u"Do"_qs, {}, {}});
        row("headers", "960181a161a162a137a2446f9090", Invocation{u"7"_qs, u"Do"_qs, {}, {}});
        row("a trace that is none", "960181ab7472616365706172656e74a162a137a2446f9090",
            Invocation{u"7"_qs, u"Do"_qs, {}, {}});
        row("close without allowReconnect", "9207c0", Close{});
        row("ack in a long form", "9208cf0000000000000005", Ack{5});
        row("ping with more", "920605", Ping{});
    }

    void readsWhatOthersWrite()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(HubMessage, message);
        const auto decoded = m_protocol.decode(bytes, maximumSize);
        QVERIFY2(decoded, qPrintable(decoded ? QString() : decoded.error().message));
        QCOMPARE(decoded->consumed, bytes.size());
        QVERIFY(decoded->message == message);
    }

    // Checks 25 and 26.
    void framesBytesByBytes()
    {
        const QByteArray text(300, 'x');
        const QByteArray both = *m_protocol.encode(StreamItem{u"1"_qs, Value(QString::fromLatin1(text))})
            + *m_protocol.encode(Ping{});
        QCOMPARE(both.size(), 2 + 308 + 3);
        for (qsizetype size = 0; size < 310; ++size) {
            const auto decoded = m_protocol.decode(QByteArrayView(both).first(size), maximumSize);
            QVERIFY(decoded);
            QCOMPARE(decoded->consumed, 0);
        }
        const auto first = m_protocol.decode(both, maximumSize);
        QVERIFY(first);
        QCOMPARE(first->consumed, 310);
        const auto second = m_protocol.decode(QByteArrayView(both).sliced(310), maximumSize);
        QVERIFY(second && second->message == HubMessage(Ping{}));
    }

    void unknownTypesAreSkipped() // check 71
    {
        const auto decoded = m_protocol.decode(record("932a80a137"), maximumSize);
        QVERIFY(decoded);
        QCOMPARE(decoded->consumed, 6);
        QVERIFY(!decoded->message);
    }

    void limitIsExact() // check 70
    {
        const QByteArray ping = *m_protocol.encode(Ping{});
        QVERIFY(m_protocol.decode(ping, ping.size())->message);
        const auto refused = m_protocol.decode(ping, ping.size() - 1);
        QVERIFY(!refused);
        QCOMPARE(refused.error().message, HubProtocol::tooLarge(ping.size() - 1));
        // The length alone is enough.
        QVERIFY(!m_protocol.decode(QByteArray::fromHex("ffffffff07"), maximumSize));
    }

    void refusesToWriteDeepNesting()
    {
        Value deep(1);
        for (int i = 0; i < 63; ++i)
            deep = Value(Value::Array{deep});
        const auto deepest = m_protocol.encode(StreamItem{u"1"_qs, deep});
        QVERIFY(deepest);
        QVERIFY(m_protocol.decode(*deepest, 0)->message);
        QVERIFY(!m_protocol.encode(StreamItem{u"1"_qs, Value(Value::Array{deep})}));
        QVERIFY(!m_protocol.encode(Completion{u"1"_qs, Value(1), u"no"_qs}));
    }

    void refusesMalformed_data() // check 72
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        const QString reading = u"Error reading MessagePack."_qs;
        const auto row = [](const char *name, const QByteArray &bytes, const QString &text) {
            QTest::newRow(name) << bytes << text;
        };
        row("length of six bytes", QByteArray::fromHex("808080808001"),
            u"Messages over 2GB in size are not supported."_qs);
        row("length above 2^31", QByteArray::fromHex("ffffffff08"),
            u"Messages over 2GB in size are not supported."_qs);
        row("empty", record(""), reading);
        row("cut", record("9401"), reading);
        row("reserved byte", record("c1"), reading);
        row("no array", record("06"), u"Reading array length for 'elementCount' failed."_qs);
        row("empty array", record("90"), u"Reading 'messageType' as Int32 failed."_qs);
        row("type is text", record("91a136"), u"Reading 'messageType' as Int32 failed."_qs);
        row("array of 2^32 - 1", record("ddffffffff"), reading);
        row("map of 2^32 - 1", record("dfffffffff"), reading);
        row("many big claims", record("94dc0010dc0010dc0010dc0010"), reading);
        row("nesting", record(QByteArray(100, '\x91') + '\xc0'), reading);
        row("map as a key", record("940280a131818001"), reading);
        row("string beyond the end", record("940280a131dbffffffff"), reading);
        row("timestamp of 1e9 ns", record("940280a131c70cff3b9aca000000000000000000"), reading);
        row("no headers", record("9101"), u"Reading map length for 'headers' failed."_qs);
        row("headers are text", record("9601a0a137a2446f9090"),
            u"Reading map length for 'headers' failed."_qs);
        row("header is no text", record("960181a16101a137a2446f9090"),
            u"Reading 'headers' as String failed."_qs); // check 60
        row("no target", record("930180a137"), u"Reading 'target' as String failed."_qs);
        row("target is a number", record("960180a137059090"), u"Reading 'target' as String failed."_qs);
        row("no arguments", record("940180a137a2446f"), u"Reading array length for 'arguments' failed."_qs);
        row("arguments are a map", record("960180a137a2446f8090"),
            u"Reading array length for 'arguments' failed."_qs);
        row("stream without id", record("960480c0a2446f9090"),
            u"Reading 'invocationId' as String failed."_qs);
        row("id is a number", record("96018005a2446f9090"), u"Reading 'invocationId' as String failed."_qs);
        row("stream id is a number", record("960180a137a2446f909101"),
            u"Reading 'streamIds' as String failed."_qs);
        row("no item", record("930280a137"), u"Reading 'item' failed."_qs);
        row("result kind 4", record("950380a13704c0"), u"Invalid invocation result kind."_qs);
        row("no result", record("940380a13703"), u"Reading 'result' failed."_qs);
        row("sequence id is text", record("9209a131"), u"Reading 'sequenceId' as Int64 failed."_qs);
    }

    void refusesMalformed()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        const auto decoded = m_protocol.decode(bytes, maximumSize);
        QVERIFY(!decoded);
        QCOMPARE(decoded.error().code, Error::Code::Protocol);
        QCOMPARE(decoded.error().message, text);
    }
};

QTEST_GUILESS_MAIN(MessagePackHubProtocolTest)
#include "tst_messagepackhubprotocol.moc"
