// SPDX-License-Identifier: MIT
#include "deployment.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace nextchat::test;
using Words = Deployment::Words;

// open, create, publish, recent, trim, bury: design.md 5, "Publish" and "Epochs".
class MessageScriptsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_redis = std::make_unique<Deployment>();
        QCOMPARE(m_redis->open().value(6), QByteArray("new"));
        QCOMPARE(m_redis->create("room"), Words{"OK"});
        (void)m_redis->renew("00aa");
        QCOMPARE(m_redis->join("00aa", "room", "ann", 1), (Words{"OK", "0"}));
    }
    void cleanup() { m_redis.reset(); }

    void anEpochIsOpenedOnce();
    void anotherRedisIsAnotherEpoch();
    void anEpochIsEndedByWhoKnowsMore();
    void lostDataRaisesNewGroups();
    void anotherLayoutIsRefused();
    void groupsAreCreatedOnce();
    void messagesAreNumberedAndLogged();
    void aTraceIsAFieldMore();
    void aClientIdIsOneMessage();
    void idsCountPerSenderAndGroupForATime();
    void refusalsWriteNothing();
    void theBacklogIsWhatIsNotStored();
    void checksComeInOrder();
    void largeNumbersStayExact();
    void timesNeverGoBack();
    void theTailIsBounded();
    void nothingIsHalfWrittenWhenMemoryIsFull();
    void nastyTextsAreData_data();
    void nastyTextsAreData();
    void recentMessagesAreFound();
    void recentSaysWhatItCantReach();
    void recentSaysWhatSomeoneDeleted();
    void recentFindsLargeNumbersOverEpochs();
    void deadLettersAreKeptOnce();
    void deadLettersAreBounded();

private:
    [[nodiscard]] Words bury(const QByteArray &entry, int most)
    {
        return m_redis->run(m_redis->scripts().bury, {m_redis->keys().log(), m_redis->keys().deadLetters()},
                            {entry, QByteArray::number(most)});
    }
    void say(int count)
    {
        for (int i = 0; i < count; ++i)
            QCOMPARE(m_redis->publish({.text = QByteArray::number(i), .looksUp = false}).value(0),
                     QByteArray("OK"));
    }
    [[nodiscard]] Words seqs(const Words &recent) const
    {
        // toList() gives an entry as lines: its id, then names and values.
        Words found;
        for (const QByteArray &entry : recent.mid(4)) {
            const Words lines = entry.split('\n');
            found.append(lines.value(lines.indexOf("s") + 1));
        }
        return found;
    }

    std::unique_ptr<Deployment> m_redis;
};

void MessageScriptsTest::anEpochIsOpenedOnce()
{
    const QByteArray first = m_redis->epoch;
    const Words again = m_redis->open();
    QCOMPARE(again.value(1), first);
    QCOMPARE(again.value(6), QByteArray("old"));
    QCOMPARE(m_redis->open("run repl", {}, first).value(6), QByteArray("old"));
}

void MessageScriptsTest::anotherRedisIsAnotherEpoch()
{
    say(3);
    const QByteArray first = m_redis->epoch;
    const Words next = m_redis->open("other repl", {}, first);
    QCOMPARE(next.value(6), QByteArray("new"));
    QVERIFY(next.value(1) != first);
    QCOMPARE(next.value(3), QByteArray("5")); // opened behind epoch, group and three messages
    QCOMPARE(next.value(4), QByteArray("6"));
    QCOMPARE(m_redis->open("other repl", {}, first).value(6), QByteArray("old")); // the second server
    QVERIFY(m_redis->field(m_redis->keys().seq(), "room").startsWith("1000003 "));
    QVERIFY(m_redis->field(m_redis->keys().seq(), "room").endsWith(" 3")); // the last message
    QCOMPARE(m_redis->publish({.looksUp = false}).value(1), QByteArray("1000004"));
    QCOMPARE(m_redis->create("later"), Words{"OK"});
    // Nobody knew it: it may have been lost with its creation.
    QCOMPARE(m_redis->field(m_redis->keys().seq(), "later"), QByteArray("1000000 0 0"));
}

void MessageScriptsTest::anEpochIsEndedByWhoKnowsMore()
{
    const QByteArray first = m_redis->epoch;
    const Words next = m_redis->open("run repl", first, first, {"room", "41", "lost", "7"});
    QCOMPARE(next.value(6), QByteArray("new"));
    QCOMPARE(m_redis->open("run repl", first, first).value(6), QByteArray("old")); // compare-and-set
    QCOMPARE(m_redis->publish({}).value(1), QByteArray("1000042"));
    QCOMPARE(m_redis->field(m_redis->keys().seq(), "lost"), QByteArray("1000007 0 7"));
    QCOMPARE(m_redis->redis().cli({"ZRANGE", m_redis->keys().groups(), "0", "-1"}), QByteArray("lost\nroom"));
}

void MessageScriptsTest::lostDataRaisesNewGroups()
{
    const QByteArray known = m_redis->epoch;
    m_redis->redis().cli({"FLUSHALL"});
    const Words next = m_redis->open("run repl", {}, known, {"room", "5"});
    QCOMPARE(next.value(6), QByteArray("new"));
    QCOMPARE(next.value(2), QByteArray("0-0"));
    QCOMPARE(m_redis->create("other"), Words{"OK"});
    const qint64 base = m_redis->field(m_redis->keys().seq(), "other").split(' ').value(0).toLongLong();
    QVERIFY(base > 1'700'000'000'000); // Redis' time in milliseconds
    QVERIFY(m_redis->field(m_redis->keys().seq(), "room").split(' ').value(0).toLongLong() >= base);
}

void MessageScriptsTest::anotherLayoutIsRefused()
{
    QCOMPARE(m_redis->open("run repl", {}, {}, {}, "1 8 1 0"), (Words{"LAYOUT", "1 16 1 0"}));
    QCOMPARE(m_redis->open().value(6), QByteArray("old"));
}

void MessageScriptsTest::groupsAreCreatedOnce()
{
    QCOMPARE(m_redis->create("room"), Words{"EXISTS"});
    QCOMPARE(m_redis->create("room", true), Words{"EXISTS"});
    QCOMPARE(m_redis->create("one too many", true), Words{"FULL"});
    const QByteArray epoch = std::exchange(m_redis->epoch, "an old one");
    QCOMPARE(m_redis->create("late"), (Words{"EPOCH", epoch}));
}

void MessageScriptsTest::messagesAreNumberedAndLogged()
{
    const Words first = m_redis->publish({.text = "one", .clientId = "id-1"});
    QCOMPARE(first.mid(0, 2), (Words{"OK", "1"}));
    QCOMPARE(m_redis->publish({.text = "two"}).value(1), QByteArray("2"));
    const Words entry =
        m_redis->redis().cli({"XREVRANGE", m_redis->keys().log(), "+", "-", "COUNT", "2"}).split('\n');
    const auto at = [&entry](qsizetype i) { return entry.mid(i, 20); };
    const QByteArray epoch = m_redis->epoch;
    const Words second = at(1);
    QCOMPARE(second.mid(0, 12), (Words{"v", "1", "k", "m", "g", "room", "s", "2", "e", epoch, "n", "4"}));
    QCOMPARE(at(22).mid(12), (Words{"a", "ann", "t", first.value(2), "c", "id-1", "x", "one"}));
}

void MessageScriptsTest::aTraceIsAFieldMore()
{
    QCOMPARE(m_redis->publish({}).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->publish({.ownId = "2", .trace = "00-1-2-01"}).value(0), QByteArray("OK"));
    const Words entries = m_redis->recent("room", 0, {}, 10, false).mid(4);
    QCOMPARE(entries.size(), 2);
    const Words plain = entries[0].split('\n');
    const Words traced = entries[1].split('\n');
    QVERIFY(!plain.contains("p"));
    QCOMPARE(traced.size(), plain.size() + 2);
    QCOMPARE(traced.mid(plain.size()), (Words{"p", "00-1-2-01"}));
    QCOMPARE(traced[plain.indexOf("x") + 1], QByteArray("hello"));
}

void MessageScriptsTest::aClientIdIsOneMessage()
{
    const Words first = m_redis->publish({.clientId = "id"});
    const Words again{"KNOWN", first.value(1), m_redis->epoch, first.value(2), first.value(3)};
    QCOMPARE(m_redis->publish({.clientId = "id"}), again);
    QCOMPARE(m_redis->publish({.text = "other", .clientId = "id"}), Words{"CONFLICT"});
    QCOMPARE(m_redis->publish({.clientId = "id", .isJoined = false}), again);
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1), Words{"OK"});
    QCOMPARE(m_redis->publish({.clientId = "id"}), again); // before membership
    QCOMPARE(m_redis->publish({.clientId = "new"}), Words{"NOTMEMBER"});
    // An id that a server made for a message without one.
    QCOMPARE(m_redis->join("00aa", "room", "ann", 2).value(0), QByteArray("OK"));
    const Words own = m_redis->publish({.ownId = "7"});
    QCOMPARE(m_redis->publish({.ownId = "7"}).mid(0, 2), (Words{"KNOWN", own.value(1)}));
}

void MessageScriptsTest::idsCountPerSenderAndGroupForATime()
{
    QCOMPARE(m_redis->create("hall"), Words{"OK"});
    QCOMPARE(m_redis->join("00aa", "hall", "ann", 2).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->join("00aa", "room", "bob", 3).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->publish({.clientId = "id"}).mid(0, 2), (Words{"OK", "1"}));
    QCOMPARE(m_redis->publish({.sender = "bob", .clientId = "id"}).mid(0, 2), (Words{"OK", "2"}));
    QCOMPARE(m_redis->publish({.group = "hall", .clientId = "id"}).mid(0, 2), (Words{"OK", "1"}));
    QCOMPARE(m_redis->publish({.clientId = "id", .looksUp = false}).mid(0, 2), (Words{"OK", "3"}));
    const int life = m_redis->redis().cli({"PTTL", m_redis->keys().sent("room", "ann", "id")}).toInt();
    QVERIFY2(life > 30'000 && life <= 60'000, QByteArray::number(life).constData());
    m_redis->redis().cli({"PEXPIRE", m_redis->keys().sent("room", "ann", "id"), "0"});
    QCOMPARE(m_redis->publish({.text = "other", .clientId = "id"}).value(0), QByteArray("OK"));
}

void MessageScriptsTest::refusalsWriteNothing()
{
    const auto state = [this] {
        Words all;
        for (const QByteArray &key : m_redis->redis().ask({"KEYS", "*"}).toList())
            all.append(key + ' ' + m_redis->redis().cli({"DUMP", key}));
        std::sort(all.begin(), all.end());
        return all;
    };
    QCOMPARE(m_redis->publish({.clientId = "id"}).value(0), QByteArray("OK"));
    const Words before = state();
    QVERIFY(before.size() >= 7);
    QCOMPARE(m_redis->publish({.clientId = "new", .notAfter = 1}), Words{"LATE"});
    QCOMPARE(m_redis->publish({.group = "none", .clientId = "new"}), Words{"NOGROUP"});
    QCOMPARE(m_redis->publish({.sender = "bob", .clientId = "new"}), Words{"NOTMEMBER"});
    QCOMPARE(m_redis->publish({.clientId = "new", .maximumBacklog = 1}), Words{"FULL"});
    QCOMPARE(m_redis->publish({.text = "other", .clientId = "id"}), Words{"CONFLICT"});
    QCOMPARE(m_redis->publish({.clientId = "id"}).value(0), QByteArray("KNOWN"));
    QCOMPARE(m_redis->create("room"), Words{"EXISTS"});
    QCOMPARE(m_redis->create("more", true), Words{"FULL"});
    QCOMPARE(m_redis->join("00aa", "room", "bob", 2, 1).value(0), QByteArray("NOROOM"));
    QCOMPARE(m_redis->join("00aa", "none", "bob", 2), Words{"NOGROUP"});
    QCOMPARE(m_redis->join("00cc", "room", "bob", 2), Words{"LEASE"});
    QCOMPARE(m_redis->leave("00aa", "room", "bob", 2), Words{"NONE"});
    QCOMPARE(m_redis->assertPlaces("00cc", {"room", "bob", "1", "0", "room", "cid", "2", "9"}),
             (Words{"BEHIND", "room"}));
    QCOMPARE(m_redis->reap("00aa"), Words{"ALIVE"});
    QCOMPARE(m_redis->open().value(6), QByteArray("old"));
    QCOMPARE(m_redis->open("run repl", {}, {}, {}, "2").value(0), QByteArray("LAYOUT"));
    const QByteArray epoch = std::exchange(m_redis->epoch, "an old one");
    for (const Words &answer :
         {m_redis->publish({.clientId = "id"}), m_redis->create("more"),
          m_redis->join("00aa", "room", "bob", 2), m_redis->assertPlaces("00cc", {"room", "bob", "1", "0"})})
        QCOMPARE(answer, (Words{"EPOCH", epoch}));
    QCOMPARE(state(), before);
}

void MessageScriptsTest::theBacklogIsWhatIsNotStored()
{
    say(3); // entries 3 to 5
    QCOMPARE(m_redis->publish({.maximumBacklog = 3, .ownId = "2"}), Words{"FULL"});
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "storedN", "3"});
    QCOMPARE(m_redis->publish({.maximumBacklog = 2, .ownId = "2"}), Words{"FULL"});
    QCOMPARE(m_redis->publish({.maximumBacklog = 3, .ownId = "2"}).value(1), QByteArray("4"));
    QCOMPARE(m_redis->publish({.maximumBacklog = 3, .ownId = "3"}), Words{"FULL"});
    QCOMPARE(m_redis->publish({.maximumBacklog = 3, .ownId = "2"}).value(0), QByteArray("KNOWN"));
}

void MessageScriptsTest::checksComeInOrder()
{
    QCOMPARE(m_redis->publish({.group = "none", .notAfter = 1}), Words{"LATE"});
    QCOMPARE(m_redis->publish({.group = "none"}), Words{"NOGROUP"});
    QCOMPARE(m_redis->publish({.sender = "bob"}), Words{"NOTMEMBER"});
    QCOMPARE(m_redis->publish({.server = "00bb"}), Words{"NOTMEMBER"}); // the place is another server's
    QCOMPARE(m_redis->publish({.isJoined = false}), Words{"NOTMEMBER"});
    say(3);
    QCOMPARE(m_redis->publish({.maximumBacklog = 5, .ownId = "2"}),
             Words{"FULL"}); // five entries, none stored
    QCOMPARE(m_redis->publish({.maximumBacklog = 6, .ownId = "3"}).value(0), QByteArray("OK"));
    const QByteArray epoch = std::exchange(m_redis->epoch, "an old one");
    QCOMPARE(m_redis->publish({.group = "none"}), (Words{"EPOCH", epoch}));
}

void MessageScriptsTest::largeNumbersStayExact()
{
    m_redis->redis().cli({"HSET", m_redis->keys().seq(), "room", "9007199254740000 1700000000000001"});
    QCOMPARE(m_redis->publish({}).value(1), QByteArray("9007199254740001"));
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "n", "9007199254740000"});
    QCOMPARE(m_redis->publish({.ownId = "2"}).value(1), QByteArray("9007199254740002"));
    QCOMPARE(m_redis->field(m_redis->keys().meta(), "n"), QByteArray("9007199254740001"));
}

void MessageScriptsTest::timesNeverGoBack()
{
    m_redis->redis().cli({"HSET", m_redis->keys().seq(), "room", "5 4000000000000000"}); // in the year 2096
    QCOMPARE(m_redis->publish({}).mid(0, 3), (Words{"OK", "6", "4000000000000000"}));
    QCOMPARE(m_redis->publish({.ownId = "2"}).mid(0, 3), (Words{"OK", "7", "4000000000000000"}));
}

void MessageScriptsTest::theTailIsBounded()
{
    for (int i = 0; i < 250; ++i)
        (void)m_redis->publish({.looksUp = false, .tailLength = 10, .tailTime = 1000});
    const int length = m_redis->redis().cli({"LLEN", m_redis->keys().tail("room")}).toInt();
    QVERIFY2(length >= 10 && length <= 111, QByteArray::number(length).constData());
    const int life = m_redis->redis().cli({"PTTL", m_redis->keys().tail("room")}).toInt();
    QVERIFY2(life > 1000 && life <= 2000, QByteArray::number(life).constData());
}

void MessageScriptsTest::nothingIsHalfWrittenWhenMemoryIsFull()
{
    const auto state = [this]() -> QByteArray {
        return m_redis->field(m_redis->keys().meta(), "n") + m_redis->field(m_redis->keys().seq(), "room")
            + m_redis->redis().cli({"XLEN", m_redis->keys().log()});
    };
    const QByteArray before = state();
    m_redis->redis().cli({"CONFIG", "SET", "maxmemory", "1"});
    QVERIFY(m_redis->publish({}).value(1).startsWith("OOM"));
    QVERIFY(m_redis->create("more").value(1).startsWith("OOM"));
    QVERIFY(m_redis->join("00aa", "room", "bob", 2).value(1).startsWith("OOM"));
    QCOMPARE(state(), before);
    QCOMPARE(m_redis->renew("00aa").value(0), QByteArray("OK"));
    QCOMPARE(m_redis->open().value(6), QByteArray("old"));
    QCOMPARE(m_redis->assertPlaces("00aa", {"room", "ann", "1", "0"}), Words{"OK"});
    QCOMPARE(
        m_redis->run(m_redis->scripts().trim, {m_redis->keys().log(), m_redis->keys().meta()}, {"1", "0"}),
        (Words{"OK", "0"}));
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1), Words{"OK"});
}

void MessageScriptsTest::nastyTextsAreData_data()
{
    QTest::addColumn<QByteArray>("text");
    const QByteArrayList texts{"\"; return redis.call('FLUSHALL') --",
                               "%d %s %%",
                               "]] .. [[",
                               "*3\r\n$3\r\nSET\r\n",
                               QByteArray("a\0b", 3),
                               "\xff\xfe",
                               "{test:0}:meta",
                               "$-1",
                               "(nil)",
                               "'\"`",
                               "{}{a}:",
                               "\xf0\x9f\x98\x80",
                               QByteArray(64, 'x'),
                               QByteArray("\xe4\xb8\xad").repeated(64),
                               "12 34 56 -",
                               "^[(+*?",
                               "\\x00"};
    for (const QByteArray &text : texts)
        QTest::newRow(text.toPercentEncoding().constData()) << text;
}

void MessageScriptsTest::nastyTextsAreData()
{
    QFETCH(QByteArray, text);
    QCOMPARE(m_redis->create(text).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->join("00aa", text, text, 2), (Words{"OK", "0"}));
    const Deployment::Publish request{.group = text, .sender = text, .text = text, .clientId = text};
    QCOMPARE(m_redis->publish(request).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->publish(request).value(0), QByteArray("KNOWN"));
    QCOMPARE(m_redis->members(text), (Words{"OK", text}));
    const RedisAnswer log =
        m_redis->redis().ask({"XREVRANGE", m_redis->keys().log(), "+", "-", "COUNT", "1"});
    const QByteArrayList fields = log.elements.at(0).elements.at(1).toList();
    for (const char *name : {"g", "a", "c", "x"})
        QCOMPARE(fields.value(fields.indexOf(name) + 1), text);
    QCOMPARE(m_redis->leave("00aa", text, text, 2), Words{"OK"});
    QCOMPARE(m_redis->members(text), Words{"OK"});
}

void MessageScriptsTest::recentMessagesAreFound()
{
    QCOMPARE(m_redis->recent("none", 0, {}, 10, true), Words{"NOGROUP"});
    QCOMPARE(m_redis->recent("room", 0, {}, 10, true), (Words{"OK", "0", "1", "0"}));
    say(10);
    const Words newest = m_redis->recent("room", 0, {}, 3, true);
    QCOMPARE(newest.mid(0, 4), (Words{"OK", "10", "1", "1"}));
    QCOMPARE(seqs(newest), (Words{"8", "9", "10"}));
    const Words oldest = m_redis->recent("room", 4, {}, 3, false);
    QCOMPARE(oldest.mid(0, 4), (Words{"OK", "10", "1", "1"}));
    QCOMPARE(seqs(oldest), (Words{"5", "6", "7"}));
    QCOMPARE(seqs(m_redis->recent("room", 7, "10", 5, false)), (Words{"8", "9"}));
    QCOMPARE(seqs(m_redis->recent("room", 0, "4", 2, true)), (Words{"2", "3"}));
    QCOMPARE(m_redis->recent("room", 10, {}, 5, false), (Words{"OK", "10", "1", "0"}));
    QCOMPARE(seqs(m_redis->recent("room", 0, {}, 5, true, 1)), Words{"10"}); // one in any case
}

void MessageScriptsTest::recentSaysWhatItCantReach()
{
    say(10);
    const QByteArray log = m_redis->keys().log();
    m_redis->redis().cli({"XTRIM", log, "MAXLEN", "4"}); // the messages 7 to 10
    const Words all = m_redis->recent("room", 0, {}, 100, true);
    QCOMPARE(all.mid(0, 4), (Words{"OK", "10", "0", "0"}));
    QCOMPARE(seqs(all), (Words{"7", "8", "9", "10"}));
    QCOMPARE(m_redis->recent("room", 6, {}, 100, false).value(2), QByteArray("1"));
    QCOMPARE(m_redis->recent("room", 5, {}, 100, false).value(2), QByteArray("0"));
    m_redis->redis().cli({"DEL", m_redis->keys().tail("room")});
    QCOMPARE(m_redis->recent("room", 9, {}, 100, false), (Words{"OK", "10", "0", "0"}));
    QCOMPARE(m_redis->recent("room", 10, {}, 100, false),
             (Words{"OK", "10", "1", "0"})); // nothing was missed
    (void)m_redis->open("other repl", {}, m_redis->epoch);
    QCOMPARE(m_redis->recent("room", 10, {}, 100, false),
             (Words{"OK", "10", "1", "0"})); // nor by a new epoch
}

void MessageScriptsTest::recentSaysWhatSomeoneDeleted()
{
    say(6);
    const QByteArray item = m_redis->redis().cli({"LINDEX", m_redis->keys().tail("room"), "3"}); // "4 <id>"
    QCOMPARE(m_redis->redis().cli({"XDEL", m_redis->keys().log(), item.mid(2)}), QByteArray("1"));
    const Words all = m_redis->recent("room", 0, {}, 100, true);
    QCOMPARE(all.mid(0, 4), (Words{"OK", "6", "0", "0"}));
    QCOMPARE(seqs(all), (Words{"1", "2", "3", "5", "6"}));
    QCOMPARE(m_redis->recent("room", 0, {}, 100, false).value(2), QByteArray("0"));
    QCOMPARE(m_redis->recent("room", 3, {}, 1, false).value(2), QByteArray("0"));
    QCOMPARE(m_redis->recent("room", 4, {}, 100, false).value(2), QByteArray("1"));
    QCOMPARE(m_redis->recent("room", 0, "4", 100, false).value(2), QByteArray("1"));
}

void MessageScriptsTest::recentFindsLargeNumbersOverEpochs()
{
    m_redis->redis().cli({"HSET", m_redis->keys().seq(), "room", "9007199250000000 1 9007199250000000"});
    say(2);
    (void)m_redis->open("other repl");
    say(2);
    const Words all{"9007199250000001", "9007199250000002", "9007199251000003", "9007199251000004"};
    QCOMPARE(seqs(m_redis->recent("room", 0, {}, 10, true)), all);
    QCOMPARE(seqs(m_redis->recent("room", 9007199250000001, {}, 10, false)), all.mid(1));
    QCOMPARE(seqs(m_redis->recent("room", 9007199250000002, {}, 10, false)), all.mid(2));
    QCOMPARE(seqs(m_redis->recent("room", 9007199250999999, {}, 10, false)), all.mid(2)); // no message's
    QCOMPARE(seqs(m_redis->recent("room", 0, "9007199251000004", 2, true)), all.mid(1, 2));
    QCOMPARE(m_redis->recent("room", 9007199250000000, {}, 10, false).mid(1, 3),
             (Words{all.last(), "1", "0"}));
    QCOMPARE(m_redis->recent("room", 5, "5", 10, true).mid(3), Words{"0"}); // between nothing
    QCOMPARE(m_redis->recent("room", 9007199251000004, "1", 10, true).mid(3), Words{"0"});
}

void MessageScriptsTest::deadLettersAreKeptOnce()
{
    RedisServer &redis = m_redis->redis();
    const QByteArray nasty("\"\\\r\n\x01", 5);
    const QByteArray id = redis.cli({"XADD", m_redis->keys().log(), "*", "g", "room", "x", nasty});
    QCOMPARE(bury(id, 10), (Words{"OK", "1"}));
    QCOMPARE(bury(id, 10), (Words{"OK", "0"})); // another server saw it, too
    QCOMPARE(bury("1-1", 10), (Words{"OK", "0"})); // deleted meanwhile
    const QByteArray letter = m_redis->field(m_redis->keys().deadLetters(), id);
    QCOMPARE(QJsonDocument::fromJson(letter).array(),
             (QJsonArray{QStringLiteral("g"), QStringLiteral("room"), QStringLiteral("x"),
                         QString::fromLatin1(nasty)}));
}

void MessageScriptsTest::deadLettersAreBounded()
{
    for (int i = 0; i < 5; ++i) {
        const QByteArray id = m_redis->redis().cli({"XADD", m_redis->keys().log(), "*", "x", "y"});
        QCOMPARE(bury(id, 3), (Words{"OK", i < 3 ? "1" : "0"}));
    }
    QCOMPARE(m_redis->redis().cli({"HLEN", m_redis->keys().deadLetters()}), QByteArray("3"));
}

QTEST_GUILESS_MAIN(MessageScriptsTest)
#include "tst_messages.moc"
