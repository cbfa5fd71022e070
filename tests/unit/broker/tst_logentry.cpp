// SPDX-License-Identifier: MIT
#include "server/broker/logentry.h"
#include "server/broker/logreply.h"

#include <QTest>

#include <hiredis/hiredis.h>

using namespace nextchat;
using namespace nextchat::broker;
using namespace Qt::StringLiterals;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields message()
{
    return {{"v", "1"},     {"k", "m"},    {"g", "room"}, {"s", "9007199254740991"},
            {"e", "abc-1"}, {"n", "17"},   {"a", "ann"},  {"t", "1700000000123456"},
            {"c", "id"},    {"x", "hello"}};
}

Fields with(const std::string &name, const std::string &value)
{
    Fields fields = message();
    for (auto &field : fields) {
        if (field.first == name)
            field.second = value;
    }
    return fields;
}

Fields without(const std::string &name)
{
    Fields fields = message();
    std::erase_if(fields, [&name](const auto &field) { return field.first == name; });
    return fields;
}

LogEntry entryOf(const Fields &fields)
{
    LogEntry entry({1, 2});
    for (const auto &[name, value] : fields)
        entry.add(name, value);
    return entry;
}

} // namespace
Q_DECLARE_METATYPE(Fields)

class LogEntryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMessageIsReadInAnyOrder();
    void whatSomebodyElseWroteIsNone_data();
    void whatSomebodyElseWroteIsNone();
    void bodiesThatCantBeReadLeaveTheirPlace_data();
    void bodiesThatCantBeReadLeaveTheirPlace();
    void anyTextIsReadAsItIs_data();
    void anyTextIsReadAsItIs();
    void largestNumbersAreRead();
    void repliesOfRedisAreRead();
    void idsAreParsedAndOrdered();
};

void LogEntryTest::aMessageIsReadInAnyOrder()
{
    Fields fields = message();
    fields.push_back({"later", "field"});
    for (const bool reversed : {false, true}) {
        if (reversed)
            std::reverse(fields.begin(), fields.end());
        const LogEntry entry = entryOf(fields);
        QVERIFY(entry.isOurs());
        QVERIFY(entry.kind == LogEntry::Kind::Message);
        QVERIFY(entry.group == "room" && entry.epoch == "abc-1");
        QCOMPARE(entry.number, qint64(17));
        const auto read = entry.message(u"room"_s);
        QVERIFY(read);
        const chat::Message expected{
            u"room"_s,        u"ann"_s,
            u"hello"_s,       chat::Timestamp(std::chrono::microseconds(1700000000123456)),
            9007199254740991, u"abc-1"_s,
            u"id"_s};
        QCOMPARE(*read, expected);
    }
    QVERIFY(entryOf(message()).trace().isNone());
    for (const char *trace :
         {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "", "00-1", "\xff"}) {
        Fields traced = message();
        traced.push_back({"p", trace});
        QVERIFY(entryOf(traced).message(u"room"_s).has_value());
        QCOMPARE(entryOf(traced).trace(), TraceContext::parse(trace));
    }
    QVERIFY(entryOf(with("c", "")).message(u"room"_s)->clientMessageId.isNull());
    QCOMPARE(entryOf(with("x", "\xEF\xBB\xBFmark")).message(u"room"_s)->text, u"\ufeffmark"_s);
    QVERIFY(entryOf(with("k", "g")).kind == LogEntry::Kind::GroupCreated);
    QVERIFY(entryOf(with("k", "e")).kind == LogEntry::Kind::EpochBegan);
}

void LogEntryTest::whatSomebodyElseWroteIsNone_data()
{
    QTest::addColumn<Fields>("fields");
    QTest::newRow("nothing") << Fields();
    QTest::newRow("other fields") << Fields{{"temperature", "20"}};
    for (const char *name : {"v", "k", "g", "s", "e", "n"})
        QTest::addRow("without %s", name) << without(name);
    for (const char *name : {"s", "n"}) {
        for (const char *value : {"", "x", "-1", "-0", "+1", " 1", "1 ", "1.0", "1e3", "0x10",
                                  "9223372036854775808", "99999999999999999999"})
            QTest::addRow("%s is '%s'", name, value) << with(name, value);
    }
    QTest::newRow("no epoch") << with("e", "");
    Fields both = message();
    both.insert(both.begin() + 3, {"s", "x"});
    QTest::newRow("a broken number beside a good one") << both;
    Fields longer;
    for (const auto &[name, value] : message())
        longer.push_back({name + name, value});
    QTest::newRow("longer names") << longer;
}

void LogEntryTest::whatSomebodyElseWroteIsNone()
{
    QFETCH(Fields, fields);
    QVERIFY(!entryOf(fields).isOurs());
}

void LogEntryTest::bodiesThatCantBeReadLeaveTheirPlace_data()
{
    QTest::addColumn<Fields>("fields");
    QTest::newRow("later version") << with("v", "2");
    QTest::newRow("much later version") << with("v", "10");
    QTest::newRow("no version") << with("v", "");
    QTest::newRow("version is no number") << with("v", "x");
    QTest::newRow("later kind") << with("k", "z");
    QTest::newRow("no kind") << with("k", "");
    QTest::newRow("longer kind") << with("k", "mm");
    QTest::newRow("group created") << with("k", "g");
    QTest::newRow("epoch began") << with("k", "e");
    QTest::newRow("no author") << without("a");
    QTest::newRow("author is no id") << with("a", " ann");
    QTest::newRow("author is no UTF-8") << with("a", "\xff");
    QTest::newRow("author is too long") << with("a", std::string(65, 'a'));
    QTest::newRow("author has a control character") << with("a", "a\x1f");
    QTest::newRow("no text") << without("x");
    QTest::newRow("blank text") << with("x", "  ");
    QTest::newRow("text is no UTF-8") << with("x", "\xc3\x28");
    QTest::newRow("text is cut within a character") << with("x", "a\xf0\x9f\x98");
    QTest::newRow("text has a surrogate") << with("x", "\xed\xa0\x80");
    QTest::newRow("text is too long") << with("x", std::string(4097, 'x'));
    QTest::newRow("client id is no UTF-8") << with("c", "\xff");
    QTest::newRow("no time") << without("t");
    QTest::newRow("time is none") << with("t", "now");
    QTest::newRow("time is negative") << with("t", "-1");
}

void LogEntryTest::bodiesThatCantBeReadLeaveTheirPlace()
{
    QFETCH(Fields, fields);
    const LogEntry entry = entryOf(fields);
    QVERIFY(entry.isOurs());
    QVERIFY(entry.group == "room");
    QCOMPARE(entry.seq, 9007199254740991);
    QVERIFY(!entry.message(u"room"_s));
}

void LogEntryTest::anyTextIsReadAsItIs_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("mark in front") << u"\ufefftext"_s;
    QTest::newRow("mark alone and text") << u"\ufeff\ufeff."_s;
    QTest::newRow("emoji") << QString::fromUcs4(U"\U0001F600\U0001F468\u200D\U0001F469");
    QTest::newRow("NUL") << QString(u"a\0b"_s);
    QTest::newRow("lines") << u"*3\r\n$3\r\nSET\r\n"_s;
    QTest::newRow("longest") << QString(4096, u'\u4e2d');
    QTest::newRow("noncharacter") << u"a\uffff"_s;
}

void LogEntryTest::anyTextIsReadAsItIs()
{
    QFETCH(QString, text);
    const Fields fields = with("x", text.toStdString());
    const auto read = entryOf(fields).message(u"room"_s);
    QVERIFY(read);
    QCOMPARE(read->text, text);
}

void LogEntryTest::largestNumbersAreRead()
{
    const Fields seq = with("s", "9223372036854775807");
    QVERIFY(entryOf(seq).isOurs());
    QCOMPARE(entryOf(seq).seq, std::numeric_limits<qint64>::max());
    const Fields number = with("n", "9223372036854775807");
    QCOMPARE(entryOf(number).number, std::numeric_limits<qint64>::max());
    const Fields zeros = with("n", "0000000000000000000000012");
    QCOMPARE(entryOf(zeros).number, qint64(12));
}

// As XREAD and XRANGE give an entry; what someone else wrote may have any shape that Redis allows.
void LogEntryTest::repliesOfRedisAreRead()
{
    const auto parse = [](const QByteArray &protocol) {
        redisReader *reader = redisReaderCreate();
        redisReaderFeed(reader, protocol.constData(), std::size_t(protocol.size()));
        void *reply = nullptr;
        redisReaderGetReply(reader, &reply);
        const redis::Reply copied = redis::Reply(static_cast<redisReply *>(reply)).copy();
        freeReplyObject(reply);
        redisReaderFree(reader);
        return copied;
    };
    const redis::Reply good = parse("*2\r\n$3\r\n7-9\r\n*12\r\n$1\r\nv\r\n$1\r\n1\r\n$1\r\nk\r\n$1\r\ne\r\n"
                                    "$1\r\ng\r\n$0\r\n\r\n$1\r\ns\r\n$1\r\n0\r\n"
                                    "$1\r\ne\r\n$2\r\ne1\r\n$1\r\nn\r\n$1\r\n5\r\n");
    const auto entry = logEntryOf(good);
    QVERIFY(entry && entry->kind == LogEntry::Kind::EpochBegan);
    QVERIFY(entry->id == (LogId{7, 9}) && entry->epoch == "e1" && entry->group.empty());
    const redis::Reply foreign = parse("*2\r\n$3\r\n7-9\r\n*2\r\n$0\r\n\r\n$0\r\n\r\n");
    QVERIFY(logIdOf(foreign) && !logEntryOf(foreign));
    const redis::Reply deleted = parse("*2\r\n$3\r\n7-9\r\n*-1\r\n"); // as some versions give it
    QVERIFY(logIdOf(deleted) && !logEntryOf(deleted));
    for (const char *bad : {"$-1\r\n", "*0\r\n", "*2\r\n:7\r\n*0\r\n", "*2\r\n$1\r\n7\r\n*0\r\n", "+OK\r\n"})
        QVERIFY2(!logIdOf(parse(bad)) && !logEntryOf(parse(bad)), bad);
}

void LogEntryTest::idsAreParsedAndOrdered()
{
    const auto id = LogId::parse("1700000000000-12");
    QVERIFY(id && *id == (LogId{1700000000000, 12}));
    QCOMPARE(id->toBytes(), QByteArray("1700000000000-12"));
    QVERIFY((LogId{1, 9} < LogId{2, 0}) && (LogId{1, 9} < LogId{1, 10}));
    const auto largest = LogId::parse("18446744073709551615-18446744073709551615");
    QVERIFY(largest && largest->toBytes() == "18446744073709551615-18446744073709551615");
    for (const char *bad : {"", "-", "1", "+1-1", "1-+1", " 1-1", "1-1 ", "0x1-1", "1-18446744073709551616",
                            "1-", "-1", "a-1", "1-1-1", "1--1", "99999999999999999999-0"})
        QVERIFY2(!LogId::parse(bad), bad);
}

QTEST_GUILESS_MAIN(LogEntryTest)
#include "tst_logentry.moc"
