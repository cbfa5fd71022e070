// SPDX-License-Identifier: MIT
#include "server/broker/logentry.h"
#include "server/broker/rediskeys.h"

#include <QTest>

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
    void idsAreParsedAndOrdered();
    void groupsAreSpreadByTheirHash();
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
        for (const char *value : {"", "x", "-1", "+1", " 1", "1 ", "1.0", "0x10", "99999999999999999999"})
            QTest::addRow("%s is '%s'", name, value) << with(name, value);
    }
    QTest::newRow("no epoch") << with("e", "");
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
    QTest::newRow("later kind") << with("k", "z");
    QTest::newRow("no author") << without("a");
    QTest::newRow("author is no id") << with("a", " ann");
    QTest::newRow("author is no UTF-8") << with("a", "\xff");
    QTest::newRow("no text") << without("x");
    QTest::newRow("blank text") << with("x", "  ");
    QTest::newRow("text is no UTF-8") << with("x", "\xc3\x28");
    QTest::newRow("text is too long") << with("x", std::string(4097, 'x'));
    QTest::newRow("no time") << without("t");
    QTest::newRow("time is none") << with("t", "now");
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

void LogEntryTest::idsAreParsedAndOrdered()
{
    const auto id = LogId::parse("1700000000000-12");
    QVERIFY(id && *id == (LogId{1700000000000, 12}));
    QCOMPARE(id->toBytes(), QByteArray("1700000000000-12"));
    QVERIFY((LogId{1, 9} < LogId{2, 0}) && (LogId{1, 9} < LogId{1, 10}));
    for (const char *bad : {"", "-", "1", "1-", "-1", "a-1", "1-1-1", "1--1", "99999999999999999999-0"})
        QVERIFY2(!LogId::parse(bad), bad);
}

void LogEntryTest::groupsAreSpreadByTheirHash()
{
    // FNV-1a 64 of "", "a" and "foobar", from its authors' test vectors.
    QCOMPARE(RedisKeys::partitionOf("", 1024), int(0xcbf29ce484222325 % 1024));
    QCOMPARE(RedisKeys::partitionOf("a", 1024), int(0xaf63dc4c8601ec8c % 1024));
    QCOMPARE(RedisKeys::partitionOf("foobar", 16), int(0x85944171f73967e8 % 16));
    const RedisKeys keys("nc", 3);
    QCOMPARE(keys.log(), QByteArray("{nc:3}:log"));
    QVERIFY(keys.sent("g", "a", "b") != keys.sent("g", "ab", ""));
}

QTEST_GUILESS_MAIN(LogEntryTest)
#include "tst_logentry.moc"
