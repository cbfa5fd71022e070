// SPDX-License-Identifier: MIT
#include "server/net/websocketreader.h"

#include <QTest>
#include <QtEndian>

using namespace nextchat::net;

namespace {

constexpr int fin = 0x80;

// What a client sends. `lengthBytes`: 0 for the shortest form, else 1, 2 or 8.
QByteArray frame(int first, const QByteArray &payload, int lengthBytes = 0, bool masked = true)
{
    const int mask = masked ? 0x80 : 0;
    if (lengthBytes == 0)
        lengthBytes = payload.size() < 126 ? 1 : payload.size() < 65536 ? 2 : 8;
    QByteArray bytes(1, static_cast<char>(first));
    if (lengthBytes == 1)
        bytes += static_cast<char>(mask | static_cast<int>(payload.size()));
    else
        bytes += static_cast<char>(mask | (lengthBytes == 2 ? 126 : 127));
    const quint64 size = qToBigEndian(static_cast<quint64>(payload.size()));
    if (lengthBytes > 1)
        bytes.append(reinterpret_cast<const char *>(&size) + 8 - lengthBytes, lengthBytes);
    const QByteArray key = QByteArray::fromHex("9a31f077");
    if (masked)
        bytes += key;
    for (qsizetype i = 0; i < payload.size(); ++i)
        bytes += masked ? static_cast<char>(payload[i] ^ key[i % 4]) : payload[i];
    return bytes;
}

QByteArray text(const QByteArray &payload)
{
    return frame(fin | 1, payload);
}

QByteArray closing(int code, const QByteArray &reason = {})
{
    return frame(fin | 8, QByteArray() + static_cast<char>(code >> 8) + static_cast<char>(code) + reason);
}

// Writes down what it hears: data in runs, `<ping:..>`, `<close>`, `<fail:CODE>`.
class Record : public WebSocketEvents
{
public:
    QByteArray heard;
    bool goesOn = true;

    bool dataArrived(std::span<char> bytes) override
    {
        heard.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
        return goesOn;
    }
    bool pingArrived(QByteArrayView payload) override
    {
        heard += "<ping:" + payload.toByteArray() + '>';
        return goesOn;
    }
    bool closeArrived() override
    {
        heard += "<close>";
        return false;
    }
    void peerFailed(WebSocketCloseCode code) override
    {
        heard += "<fail:" + QByteArray::number(static_cast<int>(code)) + '>';
    }
};

// Feeds the bytes as connections do: nothing more once reading is over.
bool feed(WebSocketReader &reader, Record &record, QByteArray bytes)
{
    return reader.feed(std::span<char>(bytes.data(), static_cast<std::size_t>(bytes.size())), record);
}

QByteArray readInTwo(const QByteArray &bytes, qsizetype split)
{
    WebSocketReader reader;
    Record record;
    if (feed(reader, record, bytes.left(split)))
        feed(reader, record, bytes.mid(split));
    return record.heard;
}

} // namespace

class TestWebSocketReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hears_data();
    void hears();
    void judgesCloseCodes_data();
    void judgesCloseCodes();
    void takesEveryLength_data();
    void takesEveryLength();
    void takesByteAfterByte();
    void refusesAtTheSecondByteOfAFrame_data();
    void refusesAtTheSecondByteOfAFrame();
    void failsAsSoonAsTextIsNotUtf8();
    void streamsAFrameOfAnySize();
    void stopsWhenTold();
};

void TestWebSocketReader::hears_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("heard");
    const auto row = [](const char *name, const QByteArray &bytes, const QByteArray &heard) {
        QTest::newRow(name) << bytes << heard;
    };
    row("text", text("Hello"), "Hello");
    row("binary, not UTF-8", frame(fin | 2, "\xFF\xFE"), "\xFF\xFE");
    row("empty text", text({}) + text("a"), "a");
    row("16-bit length for a short payload", frame(fin | 1, "Hello", 2), "Hello");
    row("64-bit length for a short payload", frame(fin | 1, "Hello", 8), "Hello");
    row("two messages", text("a") + text("b"), "ab");
    row("fragments", frame(1, "a") + frame(0, "b") + frame(fin, "c"), "abc");
    row("empty fragments", frame(1, "") + frame(0, "") + frame(fin, "") + text("x"), "x");
    row("control frames between fragments",
        frame(1, "a") + frame(fin | 9, "p") + frame(0, "b") + frame(fin | 10, "q") + frame(fin | 9, "")
            + frame(fin, "c"),
        "a<ping:p>b<ping:>c");
    row("ping of 125 bytes", frame(fin | 9, QByteArray(125, 'p')), "<ping:" + QByteArray(125, 'p') + '>');
    row("unasked pong", frame(fin | 10, "x") + text("a"), "a");
    row("UTF-8 split over frames",
        frame(1, "\xF0\x9F") + frame(fin | 9, "\xFF") + frame(0, "\x98") + frame(fin, "\x80"),
        "\xF0\x9F<ping:\xFF>\x98\x80");
    row("nothing is read behind a Close", closing(1000) + text("a"), "<close>");
    row("Close without a code", frame(fin | 8, {}), "<close>");
    row("Close with a reason", closing(1000, "\xE2\x82\xAC"), "<close>");
    row("Close in the midst of a message", frame(1, "a") + closing(1001), "a<close>");

    row("Close of one byte", frame(fin | 8, "x"), "<fail:1002>");
    row("Close reason not UTF-8", closing(1000, "\xFF"), "<fail:1007>");
    row("Close reason cut", closing(1000, "\xE2\x82"), "<fail:1007>");
    row("not masked", frame(fin | 1, "Hello", 0, false), "<fail:1002>");
    row("reserved bit 1", frame(fin | 0x40 | 1, "a"), "<fail:1002>");
    row("reserved bit 2", frame(fin | 0x20 | 1, "a"), "<fail:1002>");
    row("reserved bit 3", frame(fin | 0x10 | 9, "a"), "<fail:1002>");
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
        QTest::addRow("opcode %d", opcode) << frame(fin | opcode, "a") << QByteArray("<fail:1002>");
    row("ping of 126 bytes", frame(fin | 9, QByteArray(126, 'p')), "<fail:1002>");
    row("short ping with a long length", frame(fin | 9, "p", 2), "<fail:1002>");
    row("fragmented ping", frame(9, "p"), "<fail:1002>");
    row("fragmented close", frame(8, {}), "<fail:1002>");
    row("continuation of nothing", frame(fin, "a"), "<fail:1002>");
    row("continuation after the end", frame(1, "a") + frame(fin, "b") + frame(0, "c"), "ab<fail:1002>");
    row("new message before the end", frame(1, "a") + text("b"), "a<fail:1002>");
    row("length with the top bit", QByteArray::fromHex("82ff8000000000000000") + QByteArray(4, '\0'),
        "<fail:1002>");
    row("text cut within a character", text("a\xE2\x82"), "a\xE2\x82<fail:1007>");
    row("text cut over frames", frame(1, "a\xE2") + frame(fin, "\x82"), "a\xE2\x82<fail:1007>");
}

void TestWebSocketReader::hears()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, heard);
    for (qsizetype split = 0; split <= bytes.size(); ++split)
        QCOMPARE(readInTwo(bytes, split), heard);
}

void TestWebSocketReader::judgesCloseCodes_data()
{
    QTest::addColumn<bool>("valid");
    for (const int code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
        QTest::addRow("%d", code) << true;
    for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
        QTest::addRow("%d", code) << false;
}

void TestWebSocketReader::judgesCloseCodes() // RFC 6455 7.4
{
    QFETCH(bool, valid);
    const QByteArray bytes = closing(QByteArray(QTest::currentDataTag()).toInt());
    QCOMPARE(readInTwo(bytes, 0), valid ? QByteArray("<close>") : QByteArray("<fail:1002>"));
}

void TestWebSocketReader::takesEveryLength_data()
{
    QTest::addColumn<qsizetype>("size");
    for (const int size : {124, 125, 126, 127, 128, 65534, 65535, 65536, 65537, 200'000})
        QTest::addRow("%d", size) << qsizetype(size);
}

void TestWebSocketReader::takesEveryLength()
{
    QFETCH(qsizetype, size);
    QByteArray payload(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i)
        payload[i] = static_cast<char>('a' + i % 26);
    const QByteArray bytes = text(payload) + text("!");
    for (const qsizetype split :
         {qsizetype(0), qsizetype(1), qsizetype(2), qsizetype(3), qsizetype(9), qsizetype(15), size / 2})
        QCOMPARE(readInTwo(bytes, split), payload + '!');
}

void TestWebSocketReader::takesByteAfterByte()
{
    WebSocketReader reader;
    Record record;
    const QByteArray payload(300, 'x');
    for (const char byte : QByteArray(frame(1, payload) + frame(fin | 9, "ping") + frame(fin, "end")))
        QVERIFY(feed(reader, record, QByteArray(1, byte)));
    QCOMPARE(record.heard, payload + "<ping:ping>end");
}

// A frame that is not masked may have no more than two bytes: waiting for a mask would be waiting for ever.
void TestWebSocketReader::refusesAtTheSecondByteOfAFrame_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("not masked, empty") << QByteArray::fromHex("8900");
    QTest::newRow("reserved bit") << QByteArray::fromHex("c1ff");
    QTest::newRow("unknown opcode") << QByteArray::fromHex("83ff");
    QTest::newRow("control frame with a 16-bit length") << QByteArray::fromHex("89fe");
    QTest::newRow("continuation of nothing") << QByteArray::fromHex("80fe");
}

void TestWebSocketReader::refusesAtTheSecondByteOfAFrame()
{
    QFETCH(QByteArray, bytes);
    QCOMPARE(readInTwo(bytes, 1), QByteArray("<fail:1002>"));
}

void TestWebSocketReader::failsAsSoonAsTextIsNotUtf8()
{
    const QByteArray whole = text(QByteArray("ab\xFF") + QByteArray(100, 'c'));
    QCOMPARE(readInTwo(whole.left(9), 0), QByteArray("<fail:1007>"));
}

void TestWebSocketReader::streamsAFrameOfAnySize()
{
    WebSocketReader reader;
    Record record;
    QVERIFY(feed(reader, record, QByteArray::fromHex("82ff7fffffffffffffff00000000") + "data"));
    QCOMPARE(record.heard, QByteArray("data"));
}

void TestWebSocketReader::stopsWhenTold()
{
    WebSocketReader reader;
    Record record;
    record.goesOn = false;
    QVERIFY(!feed(reader, record, text("a") + text("b")));
    QCOMPARE(record.heard, QByteArray("a"));
}

QTEST_GUILESS_MAIN(TestWebSocketReader)
#include "tst_websocketreader.moc"
