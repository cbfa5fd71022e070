// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedserver.h"
#include "tests/unit/broker/nastytext.h"

using namespace nextchat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

// What is in the logs gets into the database as it is, or is kept for a person to look at; whatever it is,
// the rest goes on.
class HistoryEntriesTest : public StoredServer
{
    Q_OBJECT

private Q_SLOTS:
    void nastyTextsAreStoredByteForByte();
    void nastyIdsAreStoredByteForByte();
    void whatCanNotBeStoredLeavesAPlaceholder();
    void whatOthersWroteIsKept();
    void whatALaterVersionWroteIsKept();
    void aHistoryMayBeginLate();
    void groupsComeBackIntoAnEmptyRedis();
    void aRetryAfterALossIsNotDoubled();
    void acceptedWhenStored();
    void aServerThatWasKilledGoesOn();

private:
    // Into the group "room".
    static void enter(RawHub &hub)
    {
        QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"room"_s}), QString());
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"room"_s}), QString());
    }
    // Adds an entry with the group's next seq and the partition's next number.
    const QByteArray m_add =
        "local seq = tonumber(string.match(redis.call('HGET', KEYS[2], ARGV[1]), '^%d+')) + 1 "
        "redis.call('HSET', KEYS[2], ARGV[1], seq .. ' 1700000000000000') "
        "local n = redis.call('HINCRBY', KEYS[1], 'n', 1) "
        "redis.call('XADD', KEYS[3], '*', 'v', ARGV[2], 'k', 'm', 'g', ARGV[1], 's', seq, 'e', "
        "redis.call('HGET', KEYS[1], 'epoch'), 'n', n, 'a', 'ann', 't', '1700000000000000', "
        "'c', '', 'x', ARGV[3]) return seq";
};

void HistoryEntriesTest::nastyTextsAreStoredByteForByte()
{
    start();
    RawHub hub = connect("ann");
    enter(hub);
    QStringList sent;
    for (const QString &text : nastyTexts()) {
        if (hub.errorOf(u"SendMessage"_s, {u"room"_s, text}).isEmpty())
            sent.append(text);
    }
    QVERIFY(sent.size() > 5);
    QTRY_VERIFY(isAllStored());
    QStringList stored;
    for (const chat::Message &message : m_rows->of(u"room"_s))
        stored.append(message.text);
    QCOMPARE(stored, sent);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryEntriesTest::nastyIdsAreStoredByteForByte()
{
    start();
    const QStringList ids{u"'; DROP TABLE messages; --"_s,
                          u"\" OR 1=1; ? :a @b $c %1 \\' \\0"_s,
                          u"Room"_s,
                          u"room"_s,
                          u"r\u00f6\u00f6m"_s,
                          u"ro\u0308o\u0308m"_s,
                          QString(QChar(0xfeff)) + u"marked"_s,
                          u"%_"_s,
                          QString::fromUtf8("\xf0\x9f\x98\x80").repeated(32),
                          u"a\u00a0b\uffff"_s};
    for (const QString &id : ids) {
        RawHub hub = connect("ann");
        if (!hub.errorOf(u"CreateGroup"_s, {id}).isEmpty())
            QFAIL(qPrintable(id));
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {id}), QString());
        QCOMPARE(hub.errorOf(u"PostMessage"_s, {id, QString(u"in "_s + id), id}), QString());
    }
    QTRY_VERIFY(isAllStored());
    for (const QString &id : ids) {
        const QList<chat::Message> messages = m_rows->of(id);
        QCOMPARE(messages.size(), 1);
        QCOMPARE(messages.first().text, QString(u"in "_s + id));
        QCOMPARE(messages.first().clientMessageId, id);
    }
    QCOMPARE(m_rows->count(u"messages"_s), ids.size());
    QCOMPARE(m_rows->count(u"chat_groups"_s), ids.size());
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryEntriesTest::whatCanNotBeStoredLeavesAPlaceholder()
{
    QFETCH_GLOBAL(bool, isMySql);
    start();
    QVERIFY(m_rows->execute(
        isMySql ? u"CREATE TRIGGER no_poison BEFORE INSERT ON messages FOR EACH ROW IF NEW.text LIKE "
                  "'poison%' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not here'; END IF"_s
                : u"CREATE TRIGGER no_poison BEFORE INSERT ON messages WHEN NEW.text LIKE 'poison%' "
                  "BEGIN SELECT RAISE(ABORT, 'not here'); END"_s));
    RawHub hub = connect("ann");
    enter(hub);
    constexpr int count = 300;
    for (int i = 1; i <= count; ++i) {
        const QString text = (i % 50 == 7 ? u"poison "_s : u"fine "_s) + QString::number(i);
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, text}), QString());
    }
    QTRY_VERIFY(isAllStored());
    const QList<chat::Message> messages = m_rows->of(u"room"_s);
    QCOMPARE(messages.size(), count);
    for (int i = 1; i <= count; ++i) {
        QCOMPARE(messages[i - 1].seq, i);
        QCOMPARE(messages[i - 1].authorId, i % 50 == 7 ? u""_s : u"ann"_s);
        QCOMPARE(messages[i - 1].text,
                 i % 50 == 7 ? u"[This message could not be stored.]"_s : u"fine "_s + QString::number(i));
    }
    QCOMPARE(m_rows->count(u"dead_letters"_s), 6);
    QCOMPARE(m_rows->number(u"SELECT seq FROM dead_letters ORDER BY seq"_s), 7);
    QVERIFY(
        m_rows->value(u"SELECT entry FROM dead_letters ORDER BY seq"_s).toByteArray().contains("poison 7"));
    QVERIFY(m_rows->value(u"SELECT reason FROM dead_letters"_s).toString().contains(u"not here"_s));
    QCOMPARE(metric("nextchat_history_dead_letters_total"), 6.0);
    QCOMPARE(metric("nextchat_history_stored_total"), double(count - 6));
    QVERIFY(m_server->standardError().contains("dead_letters"));
}

void HistoryEntriesTest::whatOthersWroteIsKept()
{
    start();
    RawHub hub = connect("ann");
    enter(hub);
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, u"before"_s}), QString());
    inRedis("room", "redis.call('XADD', KEYS[3], '*', 'hello', ARGV[1]) return 0", {"w\xff\xfeorld"});
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, u"after"_s}), QString());
    QTRY_VERIFY(isAllStored());
    QCOMPARE(m_rows->of(u"room"_s).size(), 2);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 1);
    const QByteArray entry = m_rows->value(u"SELECT entry FROM dead_letters"_s).toByteArray();
    QVERIFY2(entry.contains("hello") && entry.contains(QByteArray("w\xff\xfeorld").toBase64()),
             entry.constData());
    QCOMPARE(metric("nextchat_history_missing_entries_total"), 0.0);
}

void HistoryEntriesTest::whatALaterVersionWroteIsKept()
{
    start();
    RawHub hub = connect("ann");
    enter(hub);
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, u"first"_s}), QString());
    QCOMPARE(inRedis("room", m_add, {"room", "2", "of the future"}), 2);
    QCOMPARE(inRedis("room", m_add, {"room", "1", "broken \xff"}), 3);
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, u"fourth"_s}), QString());
    QTRY_VERIFY(isAllStored());
    QStringList texts;
    for (const chat::Message &message : m_rows->of(u"room"_s))
        texts.append(message.text);
    const QString placeholder = u"[This message could not be stored.]"_s;
    QCOMPARE(texts, QStringList({u"first"_s, placeholder, placeholder, u"fourth"_s}));
    QCOMPARE(m_rows->count(u"dead_letters"_s), 2);
    QVERIFY(m_rows->value(u"SELECT entry FROM dead_letters ORDER BY seq"_s)
                .toByteArray()
                .contains("of the future"));
}

// A deployment that had Redis alone gets a database: what the log still has is stored, and all groups.
void HistoryEntriesTest::aHistoryMayBeginLate()
{
    const QStringList withDatabase = m_arguments;
    m_arguments[3] = u"none"_s;
    start();
    {
        RawHub hub = connect("ann");
        enter(hub);
        (void)hub.invoke(u"CreateGroup"_s, {u"empty"_s});
        for (int i = 0; i < 10; ++i)
            QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, QString::number(i)}), QString());
    }
    QCOMPARE(m_server->terminate(), 0);
    // The log has forgotten the beginning.
    inRedis("room", "return redis.call('XTRIM', KEYS[3], 'MAXLEN', 6)");
    inRedis("empty", "return redis.call('XTRIM', KEYS[3], 'MAXLEN', 6)");
    m_arguments = withDatabase;
    start();
    RawHub hub = connect("ann");
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"room"_s}), QString());
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, u"now"_s}), QString());
    QTRY_VERIFY(isAllStored());
    QVERIFY(m_rows->of(u"room"_s).size() >= 6);
    QCOMPARE(m_rows->of(u"room"_s).last().text, u"now"_s);
    QTRY_COMPARE(m_rows->count(u"chat_groups"_s), 2);
    QCOMPARE(metric("nextchat_history_missing_entries_total"), 0.0);
}

void HistoryEntriesTest::groupsComeBackIntoAnEmptyRedis()
{
    start();
    RawHub hub = connect("ann");
    enter(hub);
    (void)hub.invoke(u"CreateGroup"_s, {u"empty"_s});
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, u"before"_s}), QString());
    QTRY_VERIFY(isAllStored());
    QVERIFY(m_redis->restartEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(hub.invoke(u"ListGroups"_s).value(u"result").toArray().size(), 2, 20'000);
    QVERIFY(QTest::qWaitFor(
        [&hub] {
            return hub.errorOf(u"SendMessage"_s, {u"room"_s, u"after"_s}).isEmpty();
        },
        20'000));
    QTRY_VERIFY(isAllStored());
    const QList<chat::Message> messages = m_rows->of(u"room"_s);
    QCOMPARE(messages.size(), 2);
    QCOMPARE(messages[0].seq, 1);
    QVERIFY(messages[1].seq > 1'000'000);
    QVERIFY(messages[1].epoch != messages[0].epoch);
}

// Redis, which knew the client's id, is gone; the database knows it.
void HistoryEntriesTest::aRetryAfterALossIsNotDoubled()
{
    start();
    RawHub hub = connect("ann");
    enter(hub);
    const QJsonArray post{u"room"_s, u"once"_s, u"id-1"_s};
    const QJsonObject first = hub.invoke(u"PostMessage"_s, post).value(u"result").toObject();
    QCOMPARE(first.value(u"seq").toInt(), 1);
    QTRY_VERIFY(isAllStored());
    QVERIFY(m_redis->restartEmpty());
    QJsonObject again;
    QTRY_VERIFY(!(again = hub.invoke(u"PostMessage"_s, post).value(u"result").toObject()).isEmpty());
    QCOMPARE(again, first);
    const QJsonArray other{u"room"_s, u"another text"_s, u"id-1"_s};
    QVERIFY(hub.errorOf(u"PostMessage"_s, other).contains(u"already used"_s));
    QTRY_VERIFY(isAllStored());
    QCOMPARE(m_rows->of(u"room"_s).size(), 1);
}

void HistoryEntriesTest::acceptedWhenStored()
{
    start({u"messaging.acceptWhen=stored"_s});
    RawHub hub = connect("ann");
    enter(hub);
    for (int i = 1; i <= 20; ++i) {
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, QString::number(i)}), QString());
        QCOMPARE(m_rows->count(u"messages"_s), i); // it is there when the call is over
    }
}

void HistoryEntriesTest::aServerThatWasKilledGoesOn()
{
    start();
    int sent = 0;
    for (int i = 0; i < 4; ++i) {
        RawHub hub = connect("ann");
        enter(hub);
        for (int j = 0; j < 200; ++j)
            sent += hub.errorOf(u"SendMessage"_s, {u"room"_s, QString::number(sent)}).isEmpty() ? 1 : 0;
        m_server->kill9();
        QVERIFY(m_server->restart());
    }
    QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), 20'000);
    const QList<chat::Message> messages = m_rows->of(u"room"_s);
    QCOMPARE(messages.size(), sent);
    for (int i = 0; i < sent; ++i) {
        QCOMPARE(messages[i].seq, i + 1);
        QCOMPARE(messages[i].text, QString::number(i));
    }
}

QTEST_GUILESS_MAIN(HistoryEntriesTest)
#include "tst_historyentries.moc"
