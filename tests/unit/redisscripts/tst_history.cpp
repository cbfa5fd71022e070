// SPDX-License-Identifier: MIT
#include "deployment.h"

#include <QTest>

using namespace nextchat::test;
using Words = Deployment::Words;

// What the scripts do for the history's writer: design.md 6.
class HistoryScriptsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_redis.reset(); }

    void aWriterMovesItsNoteForwardOnly();
    void aLaterFenceSaysWhereTheDatabaseIs();
    void anEarlierFenceIsRefused();
    void anotherEpochIsRefused();
    void serversHearOfIt();
    void theBacklogIsTold();
    void nothingUnstoredIsTrimmed();
    void inANewEpochNothingIsTrimmedUntilTheWriterSaysWhere();
    void theWriterGoesOnWhereTheEpochBegan();
    void theWriterGoesOnWhereTheFirstUnstoredEpochBegan();
    void aNewEpochAsksTheHistory();
    void groupsOfTheHistoryComeBack();
    void withoutTheHistoryGroupsBeginAtTheTime();

private:
    [[nodiscard]] Words noteStored(const QByteArray &id, int number, int fence)
    {
        return m_redis->run(m_redis->scripts().stored, {m_redis->keys().meta()},
                            {m_redis->epoch, id, QByteArray::number(number), QByteArray::number(fence),
                             m_redis->keys().stored()});
    }
    [[nodiscard]] QByteArray note(const QByteArray &field)
    {
        return m_redis->field(m_redis->keys().meta(), field);
    }
    [[nodiscard]] Words backlog()
    {
        return m_redis
            ->run(m_redis->scripts().backlog,
                  {m_redis->keys().meta(), m_redis->keys().log(), "{test:1}:meta", "{test:1}:log"}, {})
            .mid(2);
    }
    [[nodiscard]] Words open(const QByteArray &identity, const QByteArray &history, const Words &known = {})
    {
        return m_redis->open(identity, {}, {}, known, "1 16 1 0", history);
    }
    void say(int count)
    {
        for (int i = 0; i < count; ++i)
            QCOMPARE(m_redis->publish({.looksUp = false}).value(0), QByteArray("OK"));
    }
    [[nodiscard]] QByteArray lastId()
    {
        return m_redis->redis()
            .cli({"XREVRANGE", m_redis->keys().log(), "+", "-", "COUNT", "1"})
            .split('\n')
            .value(0);
    }

    std::unique_ptr<Deployment> m_redis;
};

void HistoryScriptsTest::init()
{
    m_redis = std::make_unique<Deployment>();
    QCOMPARE(m_redis->open().value(6), QByteArray("new"));
    QCOMPARE(m_redis->create("room"), Words{"OK"});
    (void)m_redis->renew("00aa");
    QCOMPARE(m_redis->join("00aa", "room", "ann", 1), (Words{"OK", "0"}));
}

void HistoryScriptsTest::aWriterMovesItsNoteForwardOnly()
{
    QCOMPARE(noteStored("5-1", 7, 3), Words{"OK"});
    QCOMPARE(note("stored"), QByteArray("5-1"));
    QCOMPARE(noteStored("4-0", 6, 3), Words{"OK"});
    QCOMPARE(note("storedN"), QByteArray("7"));
    QCOMPARE(noteStored("6-0", 7, 3), Words{"OK"}); // a foreign entry behind it
    QCOMPARE(note("stored"), QByteArray("6-0"));
}

// The database may have lost its last commits.
void HistoryScriptsTest::aLaterFenceSaysWhereTheDatabaseIs()
{
    QCOMPARE(noteStored("5-1", 7, 3), Words{"OK"});
    QCOMPARE(noteStored("4-0", 6, 4), Words{"OK"});
    QCOMPARE(note("storedN"), QByteArray("6"));
    QCOMPARE(note("storedFence"), QByteArray("4"));
}

void HistoryScriptsTest::anEarlierFenceIsRefused()
{
    QCOMPARE(noteStored("5-1", 7, 3), Words{"OK"});
    QCOMPARE(noteStored("9-0", 9, 2), (Words{"FENCE", "3"}));
    QCOMPARE(note("stored"), QByteArray("5-1"));
}

void HistoryScriptsTest::anotherEpochIsRefused()
{
    const QByteArray epoch = std::exchange(m_redis->epoch, "an old one");
    QCOMPARE(noteStored("5-1", 7, 3), (Words{"EPOCH", epoch}));
    QCOMPARE(note("storedN"), QByteArray());
}

void HistoryScriptsTest::serversHearOfIt()
{
    QCOMPARE(noteStored("5-1", 7, 3), Words{"OK"});
    const Words probed =
        m_redis->run(m_redis->scripts().probe, {m_redis->keys().meta(), m_redis->keys().log()}, {});
    QCOMPARE(probed.mid(2), (Words{m_redis->epoch, "2", "7", "2"}));
    (void)m_redis->open("other");
    const Words anew =
        m_redis->run(m_redis->scripts().probe, {m_redis->keys().meta(), m_redis->keys().log()}, {});
    QCOMPARE(anew.mid(2), (Words{m_redis->epoch, "3", "0", "3"})); // nothing of this epoch yet
}

void HistoryScriptsTest::theBacklogIsTold()
{
    say(2);
    const Words none{"", "", "0-0", "0", "0", "0", "0", "0"};
    QCOMPARE(backlog().mid(0, 7), (Words{m_redis->epoch, "run repl", "0-0", "0", "4", "0", "0"}));
    QCOMPARE(backlog().mid(8), none);
    QVERIFY(QTest::qWaitFor([this] { return backlog().value(7).toInt() > 0; })); // it ages
    QCOMPARE(noteStored(lastId(), 4, 3), Words{"OK"});
    QCOMPARE(backlog().mid(4, 4), (Words{"4", "4", "3", "0"}));
}

void HistoryScriptsTest::nothingUnstoredIsTrimmed()
{
    say(300);
    const auto trim = [this](const QByteArray &hasHistory) {
        return m_redis
            ->run(m_redis->scripts().trim, {m_redis->keys().log(), m_redis->keys().meta()},
                  {"99999999999999", hasHistory})
            .value(1)
            .toInt();
    };
    QCOMPARE(trim("1"), 0);
    const auto lines = m_redis->redis().cli({"XRANGE", m_redis->keys().log(), "-", "+"}).split('\n');
    Words ids;
    std::copy_if(lines.begin(), lines.end(), std::back_inserter(ids),
                 [](const QByteArray &line) { return line.indexOf('-') == 13 && !line.endsWith("suffix"); });
    const QByteArray middle = ids.at(150);
    QCOMPARE(noteStored(middle, 151, 1), Words{"OK"});
    const int trimmed = trim("1");
    QVERIFY2(trimmed > 0 && trimmed <= 150, QByteArray::number(trimmed).constData());
    const QByteArray kept = m_redis->redis().cli({"XRANGE", m_redis->keys().log(), middle, middle});
    QVERIFY(kept.startsWith(middle));
    QVERIFY(trim("0") > 0);
}

void HistoryScriptsTest::inANewEpochNothingIsTrimmedUntilTheWriterSaysWhere()
{
    say(300);
    QCOMPARE(noteStored(lastId(), 302, 1), Words{"OK"});
    (void)m_redis->open("other");
    const Words keys{m_redis->keys().log(), m_redis->keys().meta()};
    QCOMPARE(m_redis->run(m_redis->scripts().trim, keys, {"99999999999999", "1"}), (Words{"OK", "0"}));
    QCOMPARE(noteStored(lastId(), 303, 1), Words{"OK"});
    QVERIFY(m_redis->run(m_redis->scripts().trim, keys, {"99999999999999", "1"}).value(1).toInt() > 0);
}

void HistoryScriptsTest::theWriterGoesOnWhereTheEpochBegan()
{
    say(3);
    const QByteArray last = lastId();
    QCOMPARE(noteStored(last, 5, 1), Words{"OK"});
    (void)m_redis->open("second");
    QCOMPARE(backlog().mid(2, 2), (Words{last, "5"}));
    const QByteArray marker = lastId();
    QCOMPARE(noteStored(marker, 6, 1), Words{"OK"});
    (void)m_redis->open("third");
    QCOMPARE(backlog().mid(2, 2), (Words{marker, "6"}));
}

void HistoryScriptsTest::theWriterGoesOnWhereTheFirstUnstoredEpochBegan()
{
    say(3);
    const QByteArray last = lastId();
    QCOMPARE(noteStored(last, 5, 1), Words{"OK"});
    (void)m_redis->open("second");
    say(3);
    (void)m_redis->open("third"); // the writer was away all the time
    QCOMPARE(backlog().mid(2, 2), (Words{last, "5"}));
}

void HistoryScriptsTest::aNewEpochAsksTheHistory()
{
    QCOMPARE(open("run repl", "ask").value(6), QByteArray("old"));
    const QByteArray epoch = note("epoch");
    QCOMPARE(open("other", "ask"), Words{"HISTORY"});
    QCOMPARE(note("epoch"), epoch);
    QCOMPARE(open("other", "asked").value(6), QByteArray("new"));
}

void HistoryScriptsTest::groupsOfTheHistoryComeBack()
{
    m_redis->redis().cli({"FLUSHALL"});
    QCOMPARE(open("other", "ask"), Words{"HISTORY"});
    QCOMPARE(open("other", "asked", {"room", "41", "empty", "0"}).value(6), QByteArray("new"));
    QCOMPARE(m_redis->field(m_redis->keys().seq(), "room"), QByteArray("1000041 0 41"));
    QCOMPARE(m_redis->field(m_redis->keys().seq(), "empty"), QByteArray("1000000 0 0"));
    QCOMPARE(m_redis->create("new"), Words{"OK"});
    QCOMPARE(m_redis->field(m_redis->keys().seq(), "new"), QByteArray("0 0 0")); // nobody knew it
}

void HistoryScriptsTest::withoutTheHistoryGroupsBeginAtTheTime()
{
    m_redis->redis().cli({"FLUSHALL"});
    QCOMPARE(open("other", "away").value(6), QByteArray("new"));
    QCOMPARE(m_redis->create("room"), Words{"OK"});
    const QByteArray seq = m_redis->field(m_redis->keys().seq(), "room").split(' ').value(0);
    QVERIFY(seq.toLongLong() > 1'700'000'000'000'000); // Redis' time in microseconds
}

QTEST_GUILESS_MAIN(HistoryScriptsTest)
#include "tst_history.moc"
