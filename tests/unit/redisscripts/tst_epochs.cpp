// SPDX-License-Identifier: MIT
#include "deployment.h"

#include <QTest>

using namespace nextchat::test;
using namespace nextchat::broker;
using Words = Deployment::Words;

// What survives what: design.md 5, "Epochs"; and what Redis makes of the scripts' texts.
class EpochScriptsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_redis.reset(); }

    void redisKnowsEachTextByItsSha_data();
    void redisKnowsEachTextByItsSha();
    void theMarkerIsTheNextEntry();
    void everyGroupGoesOnAboveItsLast();
    void aReplyFromBeforeTheEpochIsStillKnown();
    void whoKnowsTheEpochBeforeLostNothing();
    void manyServersAgreeOnAnEpoch();
    void whoKnowsMoreThanANewServerDoes();
    void knownNumbersOnlyRaise();
    void whatWasLostIsNotOutrunByEpochs();
    void aGroupThatWasLostWithItsCreationGoesOnAbove();
    void emptyRedisWithoutMemoryBeginsAtOne();
    void aLostMetaIsANewEpoch();
    void nothingIsHalfOpened();
    void largeNumbersAreRaisedExactly();
    void anEpochIsOpenedWhenMemoryIsFull();
    void theLogIsTrimmed();

private:
    [[nodiscard]] QByteArray counter(const QByteArray &group)
    {
        return m_redis->field(m_redis->keys().seq(), group);
    }
    [[nodiscard]] qint64 seq(const QByteArray &group)
    {
        return counter(group).split(' ').value(0).toLongLong();
    }
    void flush() { m_redis->redis().cli({"FLUSHALL"}); }

    std::unique_ptr<Deployment> m_redis;
};

void EpochScriptsTest::init()
{
    m_redis = std::make_unique<Deployment>();
    QCOMPARE(m_redis->open().value(6), QByteArray("new"));
    for (const char *group : {"room", "hall", "yard"})
        QCOMPARE(m_redis->create(group), Words{"OK"});
    (void)m_redis->renew("00aa");
    QCOMPARE(m_redis->join("00aa", "room", "ann", 1), (Words{"OK", "0"}));
}

void EpochScriptsTest::redisKnowsEachTextByItsSha_data()
{
    QTest::addColumn<bool>("hasFlags");
    QTest::newRow("as Redis before 7 reads it") << false;
    QTest::newRow("with flags") << true;
}

void EpochScriptsTest::redisKnowsEachTextByItsSha()
{
    QFETCH(bool, hasFlags);
    for (const BrokerScripts::Script *script : m_redis->scripts().all())
        QCOMPARE(m_redis->redis().cli({"SCRIPT", "LOAD", script->text(hasFlags)}), script->sha(hasFlags));
    const auto allowsFull = [](const BrokerScripts::Script &script) {
        return script.text(true).startsWith("#!lua flags=allow-oom\n");
    };
    const BrokerScripts &scripts = m_redis->scripts();
    for (const auto *script : {&scripts.open, &scripts.assertPlaces, &scripts.leave, &scripts.renew,
                               &scripts.reap, &scripts.trim, &scripts.stored})
        QVERIFY(allowsFull(*script));
    for (const auto *script : {&scripts.publish, &scripts.create, &scripts.join})
        QVERIFY(!allowsFull(*script) && script->text(true) == script->text(false));
}

void EpochScriptsTest::theMarkerIsTheNextEntry()
{
    const QByteArray log = m_redis->keys().log();
    const QByteArray lastId =
        m_redis->redis().ask({"XREVRANGE", log, "+", "-", "COUNT", "1"}).elements.at(0).toList().value(0);
    const Words opened = m_redis->open("other repl");
    const RedisAnswer marker =
        m_redis->redis().ask({"XREVRANGE", log, "+", "-", "COUNT", "1"}).elements.at(0);
    QCOMPARE(opened, (Words{"OK", m_redis->epoch, lastId, "4", "5", marker.elements.at(0).text, "new"}));
    QCOMPARE(marker.elements.at(1).toList(),
             (QByteArrayList{"v", "1", "k", "e", "g", "", "s", "0", "e", m_redis->epoch, "n", "5"}));
    QVERIFY(m_redis->epoch.endsWith("-suffix"));
    // Who comes later is told the same, and where the log is now.
    (void)m_redis->create("more");
    const Words later = m_redis->open("other repl");
    QCOMPARE(later.mid(0, 5), (Words{"OK", m_redis->epoch, lastId, "4", "6"}));
    QVERIFY(later.value(5) != opened.value(5));
}

void EpochScriptsTest::everyGroupGoesOnAboveItsLast()
{
    QCOMPARE(m_redis->publish({}).value(0), QByteArray("OK"));
    const QByteArray time = counter("room").split(' ').value(1);
    (void)m_redis->open("second");
    QCOMPARE(counter("room"), "1000001 " + time + " 1");
    QCOMPARE(counter("hall"), QByteArray("1000000 0 0"));
    (void)m_redis->open("third");
    QCOMPARE(counter("room"), "2000001 " + time + " 1"); // the last message is still the first
    QCOMPARE(counter("yard"), QByteArray("2000000 0 0"));
    QCOMPARE(m_redis->recent("room", 1, {}, 10, true).mid(0, 3), (Words{"OK", "1", "1"}));
    QCOMPARE(m_redis->publish({.ownId = "2"}).value(1), QByteArray("2000002"));
    QCOMPARE(counter("room").count(' '), 1);
    const Words all = m_redis->recent("room", 0, {}, 10, true);
    QCOMPARE(all.mid(0, 4), (Words{"OK", "2000002", "1", "0"}));
    QCOMPARE(all.size(), 6);
}

void EpochScriptsTest::aReplyFromBeforeTheEpochIsStillKnown()
{
    const QByteArray epoch = m_redis->epoch;
    const Words first = m_redis->publish({.clientId = "id"});
    (void)m_redis->open("other");
    QCOMPARE(m_redis->publish({.clientId = "id"}),
             (Words{"KNOWN", "1", epoch, first.value(2), first.value(3)}));
}

void EpochScriptsTest::whoKnowsTheEpochBeforeLostNothing()
{
    const QByteArray first = m_redis->epoch;
    (void)m_redis->open("other", {}, first);
    const QByteArray second = m_redis->epoch;
    QCOMPARE(m_redis->open("other", {}, first, {"room", "0"}).value(6), QByteArray("old"));
    QCOMPARE(m_redis->field(m_redis->keys().meta(), "base"), QByteArray("1000000"));
    (void)m_redis->open("third", {}, second);
    QCOMPARE(m_redis->open("third", {}, first).value(6), QByteArray("old"));
    QCOMPARE(m_redis->open("third", {}, "5-5").value(6), QByteArray("new")); // of data that are gone
    QVERIFY(m_redis->field(m_redis->keys().meta(), "base").toLongLong() > 1'700'000'000'000'000);
}

// Each looks when the others have begun an epoch since: they must come to an end.
void EpochScriptsTest::manyServersAgreeOnAnEpoch()
{
    constexpr int servers = 20;
    QByteArrayList known;
    for (int i = 0; i < servers; ++i) {
        (void)m_redis->open("run-" + QByteArray::number(i), {}, m_redis->epoch);
        known.append(m_redis->epoch);
    }
    const QByteArray last = m_redis->epoch;
    const QByteArray identity = "run-" + QByteArray::number(servers - 1);
    for (const QByteArray &epoch : known)
        QCOMPARE(m_redis->open(identity, {}, epoch).value(6), QByteArray("old"));
    QCOMPARE(m_redis->epoch, last);
    for (int i = 0; i < 200; ++i)
        (void)m_redis->open("more-" + QByteArray::number(i), {}, m_redis->epoch);
    QVERIFY(m_redis->field(m_redis->keys().meta(), "before").size() < 3000);
}

void EpochScriptsTest::whoKnowsMoreThanANewServerDoes()
{
    const QByteArray known = m_redis->epoch;
    flush();
    QCOMPARE(m_redis->open().value(6), QByteArray("new")); // a server that has just started
    QCOMPARE(m_redis->create("room"), Words{"OK"});
    QCOMPARE(m_redis->create("fresh"), Words{"OK"});
    QCOMPARE(seq("room"), qint64(0));
    const Words opened = m_redis->open("run repl", {}, known, {"room", "70", "hall", "0"});
    QCOMPARE(opened.value(6), QByteArray("new"));
    const qint64 base = m_redis->field(m_redis->keys().meta(), "base").toLongLong();
    QVERIFY(base > 1'700'000'000'000'000);
    QVERIFY(seq("room") >= 1'000'070);
    QVERIFY(seq("hall") >= base); // nobody knows which of its numbers were used
    QVERIFY(seq("fresh") >= 1'000'000);
    QCOMPARE(m_redis->create("later"), Words{"OK"});
    QCOMPARE(seq("later"), base);
}

void EpochScriptsTest::knownNumbersOnlyRaise()
{
    m_redis->redis().cli({"HSET", m_redis->keys().seq(), "hall", "500 1700000000000000"});
    const QByteArray first = m_redis->epoch;
    (void)m_redis->open("other", {}, first, {"hall", "499", "yard", "0", "room", "3000000"});
    QCOMPARE(counter("hall"), QByteArray("1000500 1700000000000000 500"));
    QCOMPARE(counter("yard"), QByteArray("1000000 0 0"));
    QCOMPARE(counter("room"), QByteArray("4000000 0 3000000"));
}

// A Redis that keeps nothing is emptied again and again. Whoever comes first need not know the group.
void EpochScriptsTest::whatWasLostIsNotOutrunByEpochs()
{
    qint64 last = 0;
    for (int time = 0; time < 3; ++time) {
        const QByteArray known = m_redis->epoch;
        flush();
        QCOMPARE(m_redis->open("run repl", {}, known, {"hall", QByteArray::number(last)}).value(6),
                 QByteArray("new"));
        QCOMPARE(m_redis->create("room"), Words{"OK"});
        QVERIFY(seq("room") > last);
        for (int i = 0; i < 100; ++i)
            QCOMPARE(m_redis->open("run repl", m_redis->epoch, m_redis->epoch).value(6), QByteArray("new"));
        last = seq("room");
    }
}

void EpochScriptsTest::aGroupThatWasLostWithItsCreationGoesOnAbove()
{
    const QByteArray known = m_redis->epoch;
    QCOMPARE(m_redis->open("other", {}, known).value(6), QByteArray("new"));
    QCOMPARE(m_redis->create("lost"), Words{"OK"}); // and had some messages before: nobody says
    QVERIFY(seq("lost") >= 1'000'000);
}

void EpochScriptsTest::emptyRedisWithoutMemoryBeginsAtOne()
{
    flush();
    const Words opened = m_redis->open();
    QCOMPARE(opened.mid(2, 3), (Words{"0-0", "0", "1"}));
    QCOMPARE(m_redis->create("room"), Words{"OK"});
    (void)m_redis->renew("00aa");
    QCOMPARE(m_redis->join("00aa", "room", "ann", 1), (Words{"OK", "0"}));
    QCOMPARE(m_redis->publish({}).value(1), QByteArray("1"));
}

void EpochScriptsTest::aLostMetaIsANewEpoch()
{
    QCOMPARE(m_redis->publish({}).value(1), QByteArray("1"));
    const QByteArray first = m_redis->epoch;
    m_redis->redis().cli({"DEL", m_redis->keys().meta()});
    for (const Words &answer : {m_redis->publish({.ownId = "2"}), m_redis->create("more"),
                                m_redis->join("00aa", "room", "bob", 2), m_redis->assertPlaces("00aa", {})})
        QCOMPARE(answer, (Words{"EPOCH", ""}));
    QCOMPARE(m_redis->open("run repl", {}, first).value(6), QByteArray("new"));
    QVERIFY(m_redis->epoch != first);
    QVERIFY(seq("room") > 1'000'000);
}

void EpochScriptsTest::nothingIsHalfOpened()
{
    m_redis->redis().cli({"HSET", m_redis->keys().seq(), "hall", "not ours"});
    const QByteArray epoch = m_redis->epoch;
    const QByteArray length = m_redis->redis().cli({"XLEN", m_redis->keys().log()});
    QCOMPARE(m_redis->open("other").value(0), QByteArray("error"));
    QCOMPARE(m_redis->field(m_redis->keys().meta(), "epoch"), epoch);
    QCOMPARE(m_redis->redis().cli({"XLEN", m_redis->keys().log()}), length);
    QCOMPARE(counter("room"), QByteArray("0 0 0"));
    m_redis->redis().cli({"HDEL", m_redis->keys().seq(), "hall"});
    QCOMPARE(m_redis->open("other").value(6), QByteArray("new"));
}

void EpochScriptsTest::largeNumbersAreRaisedExactly()
{
    m_redis->redis().cli({"HSET", m_redis->keys().seq(), "room", "9007199250000001 1700000000000001"});
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "n", "4294967297"});
    const Words opened = m_redis->open("other", {}, {}, {"hall", "9007199250000001"});
    QCOMPARE(opened.mid(3, 2), (Words{"4294967297", "4294967298"}));
    QCOMPARE(counter("room"), QByteArray("9007199251000001 1700000000000001 9007199250000001"));
    QCOMPARE(counter("hall"), QByteArray("9007199251000001 0 9007199250000001"));
}

void EpochScriptsTest::anEpochIsOpenedWhenMemoryIsFull()
{
    m_redis->redis().cli({"CONFIG", "SET", "maxmemory", "1"});
    const QByteArray first = m_redis->epoch;
    QCOMPARE(m_redis->open("other", {}, first, {"room", "5", "lost", "6"}).value(6), QByteArray("new"));
    QCOMPARE(seq("room"), qint64(1'000'005));
    QCOMPARE(m_redis->assertPlaces("00aa", {"room", "ann", "1", "5"}), Words{"OK"});
    QCOMPARE(m_redis->members("room"), (Words{"OK", "ann"}));
    QCOMPARE(m_redis->recent("room", 0, {}, 1, true).value(0), QByteArray("OK"));
    QCOMPARE(
        m_redis->run(m_redis->scripts().probe, {m_redis->keys().meta(), m_redis->keys().log()}, {}).value(2),
        m_redis->epoch);
    m_redis->redis().cli({"CONFIG", "SET", "maxmemory", "0"});
    m_redis->redis().cli({"ZADD", m_redis->keys().servers(), "1", "00aa"});
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "grace", "0"});
    m_redis->redis().cli({"CONFIG", "SET", "maxmemory", "1"});
    QCOMPARE(m_redis->reap("00aa"), (Words{"DONE", "1"}));
}

void EpochScriptsTest::theLogIsTrimmed()
{
    for (int i = 0; i < 250; ++i)
        QCOMPARE(m_redis->publish({.looksUp = false, .tailLength = 1000}).value(0), QByteArray("OK"));
    const QByteArray log = m_redis->keys().log();
    const auto trim = [&](const QByteArray &before) {
        return m_redis->run(m_redis->scripts().trim, {log, m_redis->keys().meta()}, {before, "0"});
    };
    QCOMPARE(trim("1"), (Words{"OK", "0"}));
    const Words trimmed = trim("99999999999999");
    const int left = m_redis->redis().cli({"XLEN", log}).toInt();
    QCOMPARE(trimmed, (Words{"OK", QByteArray::number(254 - left)}));
    QVERIFY2(left < 100, QByteArray::number(left).constData()); // it deletes whole nodes
    const Words rest = m_redis->recent("room", 0, {}, 1000, true);
    QCOMPARE(rest.mid(1, 2), (Words{"250", "0"}));
    QCOMPARE(rest.size(), 4 + left);
    QCOMPARE(m_redis->publish({.ownId = "2"}).value(1), QByteArray("251"));
    QCOMPARE(m_redis->run(m_redis->scripts().trim, {"{test:0}:none", m_redis->keys().meta()}, {"1", "0"}),
             (Words{"OK", "0"}));
}

QTEST_GUILESS_MAIN(EpochScriptsTest)
#include "tst_epochs.moc"
