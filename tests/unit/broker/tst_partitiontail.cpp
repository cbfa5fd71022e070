// SPDX-License-Identifier: MIT
#include "server/broker/partitiontail.h"

#include <QTest>

#include <deque>

using namespace nextchat;
using namespace nextchat::broker;
using namespace Qt::StringLiterals;

namespace {

// What the tail said, a word each: "a:3" a message, "a!e2" an epoch, "a?3" a wish to fill above 3, "a~"
// missed, "cmp" a wish to compare, "?12" an entry that can't be read, "a=12" one that can't be true.
class Recorder final : public TailOutput
{
public:
    void deliver(chat::Message message, const TraceContext &) override
    {
        said.append(message.groupId % u':' % QString::number(message.seq));
    }
    void epochBegan(const QString &groupId, const QString &epoch) override
    {
        said.append(groupId % u'!' % epoch);
    }
    void missed(const QString &groupId) override { said.append(groupId % u'~'); }
    void fill(const QString &groupId, qint64 after) override
    {
        said.append(groupId % u'?' % QString::number(after));
    }
    void compareCounters() override { said.append(u"cmp"_s); }
    void unreadable(LogId entry) override { said.append(u'?' % QString::number(entry.counter)); }
    void contradicts(const QString &groupId, LogId entry) override
    {
        said.append(groupId % u'=' % QString::number(entry.counter));
    }

    QStringList take() { return std::exchange(said, {}); }
    QStringList said;
};

PartitionTail::Item item(qint64 seq, const QString &epoch, const QString &groupId = u"a"_s,
                         quint64 number = 0)
{
    chat::Message message;
    message.groupId = groupId;
    message.seq = seq;
    message.epoch = epoch;
    return {seq, epoch, message, {100, number}};
}

} // namespace

// design.md 5, "Tail".
class PartitionTailTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_said = Recorder();
        m_tail = std::make_unique<PartitionTail>(m_said);
        m_tail->start({1, 0}, 10, u"e1"_s);
        m_number = 10;
        m_tail->follow(u"a"_s);
        m_tail->settle(u"a"_s, 5, u"e1"_s);
    }

    void deliversInOrderAndOnce();
    void aNumberThatWasUsedBeforeIsADeadLetter();
    void aNumberThatWasNeverGivenOutIsADeadLetter();
    void skipsGroupsThatNobodyWants();
    void holdsWhatComesBeforeAJoinIsSettled();
    void aGapOfAGroupIsFilledBeforeWhatFollows();
    void aGapThatCantBeFilledIsAnnounced();
    void aHoleInWhatWasFilledIsAnnounced();
    void aGapBehindAFilledOneIsFilledToo();
    void answersThatNobodyWaitsForAreIgnored();
    void aJumpOfTheNumbersAsksToCompare();
    void aQuietGroupsGapShowsWhenCompared();
    void whatIsMissedWhileJoiningOrFillingIsComparedAfterwards();
    void aNewEpochIsAnnouncedInItsPlace();
    void anEpochIsAnnouncedToEachGroupOnce();
    void anEpochWithoutAMarkerIsAnnounced();
    void anEpochIsAnnouncedBehindWhatIsBeingFilled();
    void anEpochThatOnlyTheFillKnowsIsAnnouncedBeforeItsMessages();
    void whoJoinsWhileAnEpochBeginsIsToldOfItOnce();
    void theFirstOfAnEpochIsDoubtedWhenEntriesAreMissing();
    void goesBackToWhereTheEpochWasOpened();
    void foreignAndUnreadableEntriesCountAsSeen();
    void aProbeThatIsAheadAsksToCompare();
    void unfollowedGroupsAreForgotten();
    void largeNumbersAreExact();

private:
    // An entry of a log; `number` 0: the next.
    void take(char kind, const char *group, qint64 seq, const char *epoch, qint64 number = 0,
              const char *author = "ann");
    void filled(const QString &groupId, std::vector<PartitionTail::Item> items, bool reached,
                qint64 newest = std::numeric_limits<qint64>::max())
    {
        m_tail->filled(groupId, std::move(items), reached, newest);
    }

    Recorder m_said;
    std::unique_ptr<PartitionTail> m_tail;
    qint64 m_number = 0;
};

void PartitionTailTest::take(char kind, const char *group, qint64 seq, const char *epoch, qint64 number,
                             const char *author)
{
    m_number = number > 0 ? number : m_number + 1;
    const std::string seqText = std::to_string(seq);
    const std::string numberText = std::to_string(m_number);
    LogEntry entry({100, quint64(m_number)});
    entry.add("v", kind == '?' ? "2" : "1");
    entry.add("k", std::string_view(&kind, 1));
    entry.add("g", group);
    entry.add("s", seqText);
    entry.add("e", epoch);
    entry.add("n", numberText);
    entry.add("a", author);
    entry.add("t", "1700000000000000");
    entry.add("c", "");
    entry.add("x", "text");
    QVERIFY(entry.isOurs());
    m_tail->take(entry);
}

void PartitionTailTest::deliversInOrderAndOnce()
{
    take('m', "a", 6, "e1");
    take('m', "a", 7, "e1");
    m_tail->rewind({100, 10}, 10);
    take('m', "a", 6, "e1", 11);
    take('m', "a", 7, "e1");
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a:7"_s}));
    QCOMPARE(m_tail->lastSeq(u"a"_s), qint64(7));
    QVERIFY(m_tail->cursor() == (LogId{100, 12}));
}

// design.md 5: a duplicate (group, seq) is never ignored.
void PartitionTailTest::aNumberThatWasUsedBeforeIsADeadLetter()
{
    take('m', "a", 5, "e1"); // the join was ahead of the log's reader
    take('m', "a", 6, "e1");
    take('m', "a", 6, "e1");
    take('m', "a", 2, "e1");
    take('m', "a", 7, "e1");
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a=13"_s, u"a=14"_s, u"a:7"_s}));
    // What was filled ahead of the reader comes once more.
    take('m', "a", 10, "e1", 18);
    filled(u"a"_s,
           {item(8, u"e1"_s, u"a"_s, 16), item(9, u"e1"_s, u"a"_s, 17), item(10, u"e1"_s, u"a"_s, 18)}, true,
           10);
    m_said.take();
    take('m', "a", 9, "e1", 17);
    take('m', "a", 10, "e1", 18);
    QVERIFY(m_said.take().filter(u"a="_s).isEmpty());
    // What was given up may come after all.
    m_tail->compared(u"a"_s, 15);
    filled(u"a"_s, {}, false);
    m_said.take();
    take('m', "a", 14, "e1", 19);
    QVERIFY(m_said.take().isEmpty());
}

// Nothing would ever fill the gap before it: its group must not stand still, nor Redis be asked for ever.
void PartitionTailTest::aNumberThatWasNeverGivenOutIsADeadLetter()
{
    take('m', "a", 99, "e1");
    take('m', "a", 6, "e1");
    QCOMPARE(m_said.take(), QStringList{u"a?5"_s});
    filled(u"a"_s, {}, true, 5); // the 6 was written after that was read
    QCOMPARE(m_said.take(), (QStringList{u"a=11"_s, u"a:6"_s}));
    take('m', "a", 98, "e2");
    QCOMPARE(m_said.take(), (QStringList{u"a!e2"_s, u"a:98"_s})); // of an epoch the first number is not known
    take('m', "a", 1000000, "e2");
    take('m', "a", 99, "e2");
    filled(u"a"_s, {item(99, u"e2"_s)}, true, 99);
    QCOMPARE(m_said.take(), (QStringList{u"a?98"_s, u"a:99"_s, u"a=14"_s}));
    take('m', "a", 5000000, "e2");
    filled(u"a"_s, {}, false, 99);
    QCOMPARE(m_said.take(), (QStringList{u"a?99"_s, u"a~"_s, u"a=16"_s}));
    take('m', "a", 100, "e2");
    QCOMPARE(m_said.take(), QStringList{u"a:100"_s});
}

void PartitionTailTest::skipsGroupsThatNobodyWants()
{
    take('m', "b", 1, "e1");
    take('g', "c", 0, "e1");
    QVERIFY(m_said.take().isEmpty());
    QVERIFY(!m_tail->follows(u"b"_s));
}

void PartitionTailTest::holdsWhatComesBeforeAJoinIsSettled()
{
    m_tail->follow(u"b"_s);
    take('m', "b", 3, "e1");
    take('m', "b", 4, "e1");
    take('m', "b", 5, "e1");
    QVERIFY(m_said.take().isEmpty());
    m_tail->settle(u"b"_s, 3, u"e1"_s);
    QCOMPARE(m_said.take(), (QStringList{u"b:4"_s, u"b:5"_s}));
    m_tail->settle(u"b"_s, 9, u"e1"_s); // another member's join: no effect
    take('m', "b", 6, "e1");
    QCOMPARE(m_said.take(), QStringList{u"b:6"_s});
}

void PartitionTailTest::aGapOfAGroupIsFilledBeforeWhatFollows()
{
    m_tail->follow(u"b"_s);
    m_tail->settle(u"b"_s, 0, u"e1"_s);
    take('m', "a", 8, "e1");
    take('m', "b", 1, "e1"); // the others go on
    take('m', "a", 9, "e1");
    QCOMPARE(m_said.take(), (QStringList{u"a?5"_s, u"b:1"_s}));
    filled(u"a"_s, {item(6, u"e1"_s), item(7, u"e1"_s), item(8, u"e1"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a:7"_s, u"a:8"_s, u"a:9"_s}));
}

void PartitionTailTest::aGapThatCantBeFilledIsAnnounced()
{
    take('m', "a", 8, "e1");
    QCOMPARE(m_said.take(), QStringList{u"a?5"_s});
    filled(u"a"_s, {}, false);
    QCOMPARE(m_said.take(), (QStringList{u"a~"_s, u"a:8"_s}));
    take('m', "a", 9, "e1");
    QCOMPARE(m_said.take(), QStringList{u"a:9"_s});
}

// Someone deleted entries of the log: what could be read does not prove anything.
void PartitionTailTest::aHoleInWhatWasFilledIsAnnounced()
{
    take('m', "a", 9, "e1");
    filled(u"a"_s, {item(6, u"e1"_s), item(8, u"e1"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a?5"_s, u"a~"_s, u"a:6"_s, u"a:8"_s, u"a:9"_s}));
    take('m', "a", 11, "e1");
    filled(u"a"_s, {item(11, u"e1"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a?9"_s, u"a~"_s, u"a:11"_s}));
    take('m', "a", 12, "e1");
    QCOMPARE(m_said.take(), QStringList{u"a:12"_s});
}

void PartitionTailTest::aGapBehindAFilledOneIsFilledToo()
{
    take('m', "a", 7, "e1");
    take('m', "a", 9, "e1");
    take('m', "a", 10, "e1");
    filled(u"a"_s, {item(6, u"e1"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a?5"_s, u"a:6"_s, u"a:7"_s, u"a?7"_s}));
    filled(u"a"_s, {item(8, u"e1"_s), item(9, u"e1"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a:8"_s, u"a:9"_s, u"a:10"_s}));
}

void PartitionTailTest::answersThatNobodyWaitsForAreIgnored()
{
    filled(u"a"_s, {item(6, u"e1"_s)}, false);
    filled(u"b"_s, {item(6, u"e1"_s)}, false);
    m_tail->settle(u"b"_s, 6, u"e1"_s);
    m_tail->compared(u"b"_s, 6);
    QVERIFY(m_said.take().isEmpty() && !m_tail->follows(u"b"_s));
    take('m', "a", 8, "e1");
    m_tail->compared(u"a"_s, 20); // it is being filled
    QCOMPARE(m_said.take(), QStringList{u"a?5"_s});
}

void PartitionTailTest::aJumpOfTheNumbersAsksToCompare()
{
    take('m', "b", 1, "e1", 15);
    QCOMPARE(m_said.take(), QStringList{u"cmp"_s});
    m_tail->compared(u"a"_s, 5); // nothing of this group
    take('m', "a", 6, "e1");
    QCOMPARE(m_said.take(), QStringList{u"a:6"_s});
}

void PartitionTailTest::aQuietGroupsGapShowsWhenCompared()
{
    m_tail->compared(u"a"_s, 7);
    QCOMPARE(m_said.take(), QStringList{u"a?5"_s});
    filled(u"a"_s, {item(6, u"e1"_s), item(7, u"e1"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a:7"_s}));
    m_tail->compared(u"a"_s, 9);
    QCOMPARE(m_said.take(), QStringList{u"a?7"_s});
    filled(u"a"_s, {}, false);
    QCOMPARE(m_said.take(), QStringList{u"a~"_s});
    take('m', "a", 9, "e1"); // given up
    take('m', "a", 10, "e1");
    QCOMPARE(m_said.take(), QStringList{u"a:10"_s});
}

void PartitionTailTest::whatIsMissedWhileJoiningOrFillingIsComparedAfterwards()
{
    m_tail->follow(u"b"_s);
    take('m', "c", 1, "e1", 20);
    QCOMPARE(m_said.take(), QStringList{u"cmp"_s}); // which leaves out who is still joining
    m_tail->settle(u"b"_s, 3, u"e1"_s);
    QCOMPARE(m_said.take(), QStringList{u"cmp"_s});
    m_tail->compared(u"a"_s, 5);
    m_tail->compared(u"b"_s, 4);
    QCOMPARE(m_said.take(), QStringList{u"b?3"_s});
    take('m', "c", 2, "e1", 30);
    QCOMPARE(m_said.take(), QStringList{u"cmp"_s});
    m_tail->compared(u"b"_s, 5);
    filled(u"b"_s, {item(4, u"e1"_s, u"b"_s)}, true); // read before that
    QCOMPARE(m_said.take(), (QStringList{u"b:4"_s, u"cmp"_s}));
    m_tail->compared(u"b"_s, 5);
    filled(u"b"_s, {item(5, u"e1"_s, u"b"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"b?4"_s, u"b:5"_s}));
}

void PartitionTailTest::aNewEpochIsAnnouncedInItsPlace()
{
    take('m', "a", 6, "e1");
    take('e', "", 0, "e2");
    take('m', "a", 1000007, "e2");
    take('m', "a", 1000008, "e2");
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a!e2"_s, u"a:1000007"_s, u"a:1000008"_s}));
    QCOMPARE(m_tail->epoch(), u"e2"_s);
}

void PartitionTailTest::anEpochIsAnnouncedToEachGroupOnce()
{
    m_tail->follow(u"b"_s);
    m_tail->settle(u"b"_s, 1, u"e1"_s);
    m_tail->follow(u"c"_s); // not settled
    take('e', "", 0, "e2");
    QStringList said = m_said.take();
    said.sort();
    QCOMPARE(said, (QStringList{u"a!e2"_s, u"b!e2"_s}));
    m_tail->rewind({100, 10}, 10); // the server learns of it after it read it
    m_tail->compared(u"b"_s, 1);
    take('e', "", 0, "e2", 11);
    take('m', "b", 1000002, "e2");
    QCOMPARE(m_said.take(), QStringList{u"b:1000002"_s});
    take('e', "", 0, "e3");
    QCOMPARE(m_said.take().size(), 2);
}

// Its members would otherwise take what is delivered for messages of that epoch.
void PartitionTailTest::anEpochIsAnnouncedBehindWhatIsBeingFilled()
{
    m_tail->follow(u"b"_s);
    m_tail->settle(u"b"_s, 0, u"e1"_s);
    take('m', "a", 7, "e1");
    take('e', "", 0, "e2");
    take('m', "a", 1000008, "e2");
    QCOMPARE(m_said.take(), (QStringList{u"a?5"_s, u"b!e2"_s}));
    filled(u"a"_s, {item(6, u"e1"_s), item(7, u"e1"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a:7"_s, u"a!e2"_s, u"a:1000008"_s}));
    take('m', "a", 1000010, "e2");
    take('e', "", 0, "e3");
    filled(u"a"_s, {}, false);
    QCOMPARE(m_said.take(), (QStringList{u"a?1000008"_s, u"b!e3"_s, u"a~"_s, u"a:1000010"_s, u"a!e3"_s}));
}

void PartitionTailTest::anEpochThatOnlyTheFillKnowsIsAnnouncedBeforeItsMessages()
{
    take('m', "a", 7, "e1");
    filled(u"a"_s, {item(6, u"e1"_s), item(7, u"e1"_s), item(1000008, u"e2"_s, u"a"_s, 13)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a?5"_s, u"a:6"_s, u"a:7"_s, u"a!e2"_s, u"a:1000008"_s}));
    take('e', "", 0, "e2");
    take('m', "a", 1000008, "e2");
    take('m', "a", 1000009, "e2");
    QCOMPARE(m_said.take(), QStringList{u"a:1000009"_s});
}

void PartitionTailTest::whoJoinsWhileAnEpochBeginsIsToldOfItOnce()
{
    for (const char *group : {"b", "c", "d"})
        m_tail->follow(QString::fromLatin1(group));
    take('m', "b", 1, "e1");
    take('m', "b", 2, "e1");
    take('e', "", 0, "e2");
    take('m', "b", 1000003, "e2");
    QCOMPARE(m_said.take(), QStringList{u"a!e2"_s});
    m_tail->settle(u"b"_s, 1, u"e1"_s); // joined before it, answered after it
    QCOMPARE(m_said.take(), (QStringList{u"b:2"_s, u"b!e2"_s, u"b:1000003"_s}));
    m_tail->settle(u"c"_s, 0, u"e1"_s);
    QCOMPARE(m_said.take(), QStringList{u"c!e2"_s});
    m_tail->settle(u"d"_s, 0, u"e2"_s); // joined in it
    QVERIFY(m_said.take().isEmpty());
    m_tail->follow(u"f"_s);
    m_tail->settle(u"f"_s, 1000000, u"e3"_s); // joined in what is still to be read
    take('e', "", 0, "e3");
    QVERIFY(!m_said.take().contains(u"f!e3"_s));
}

void PartitionTailTest::anEpochWithoutAMarkerIsAnnounced()
{
    take('g', "n", 0, "e1");
    QVERIFY(m_said.take().isEmpty());
    take('m', "a", 1000006, "e2");
    QCOMPARE(m_said.take(), (QStringList{u"a!e2"_s, u"a:1000006"_s}));
}

void PartitionTailTest::theFirstOfAnEpochIsDoubtedWhenEntriesAreMissing()
{
    take('e', "", 0, "e2", 20); // entries before it are missing
    take('m', "a", 1000007, "e2");
    QCOMPARE(m_said.take(), (QStringList{u"cmp"_s, u"a!e2"_s, u"a?5"_s}));
    filled(u"a"_s, {item(6, u"e1"_s), item(1000007, u"e2"_s)}, true);
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a:1000007"_s}));
}

void PartitionTailTest::goesBackToWhereTheEpochWasOpened()
{
    take('m', "a", 6, "e1");
    m_tail->rewind({50, 0}, 8);
    QVERIFY(m_tail->cursor() == (LogId{50, 0}));
    m_number = 8;
    take('e', "", 0, "e3"); // after one that began and ended meanwhile, and is not read
    take('m', "a", 2000006, "e3");
    QCOMPARE(m_said.take(), (QStringList{u"a:6"_s, u"a!e3"_s, u"a?6"_s}));
    filled(u"a"_s, {item(1000006, u"e2"_s), item(2000006, u"e3"_s)}, true);
    QCOMPARE(m_said.take().filter(u"a:"_s), (QStringList{u"a:1000006"_s, u"a:2000006"_s}));
    m_tail->rewind({900, 0}, 99); // never forward
    QVERIFY(m_tail->cursor() == (LogId{100, 10}));
}

void PartitionTailTest::foreignAndUnreadableEntriesCountAsSeen()
{
    m_tail->takeForeign({200, 0});
    QVERIFY(m_tail->cursor() == (LogId{200, 0}));
    take('?', "a", 6, "e1"); // of a later version
    take('m', "a", 7, "e1");
    QCOMPARE(m_said.take(), (QStringList{u"?11"_s, u"a:7"_s}));
    take('?', "a", 1000008, "e2"); // its epoch is readable
    take('?', "a", 1000010, "e2");
    QCOMPARE(m_said.take(), (QStringList{u"a!e2"_s, u"?13"_s, u"?14"_s, u"a?1000008"_s}));
    filled(u"a"_s, {{1000009, u"e2"_s, std::nullopt}}, true);
    take('m', "a", 1000011, "e2");
    QCOMPARE(m_said.take(), QStringList{u"a:1000011"_s});
    take('m', "a", 1000012, "e2", 0, "\xff"); // of this version, but broken
    take('?', "b", 1, "e2"); // nobody wants it
    take('m', "b", 2, "e2", 0, "\xff");
    take('m', "a", 1000013, "e2");
    QCOMPARE(m_said.take(), (QStringList{u"?16"_s, u"?17"_s, u"a:1000013"_s}));
}

void PartitionTailTest::aProbeThatIsAheadAsksToCompare()
{
    m_tail->probed(12);
    m_tail->readBegins();
    m_tail->readEnds();
    QCOMPARE(m_said.take(), QStringList{u"cmp"_s});
    m_tail->probed(13);
    m_tail->readBegins();
    take('m', "b", 1, "e1", 13);
    m_tail->readEnds();
    QVERIFY(m_said.take().isEmpty());
    m_tail->readBegins(); // no probe since
    m_tail->readEnds();
    QVERIFY(m_said.take().isEmpty());
}

void PartitionTailTest::unfollowedGroupsAreForgotten()
{
    m_tail->unfollow(u"a"_s);
    take('m', "a", 9, "e1");
    filled(u"a"_s, {item(6, u"e1"_s)}, true);
    m_tail->compared(u"a"_s, 9);
    QVERIFY(m_said.take().isEmpty());
    QCOMPARE(m_tail->lastSeq(u"a"_s), qint64(0));
    m_tail->follow(u"a"_s); // from the start
    take('m', "a", 10, "e1");
    QVERIFY(m_said.take().isEmpty());
    m_tail->settle(u"a"_s, 9, u"e1"_s);
    QCOMPARE(m_said.take(), QStringList{u"a:10"_s});
    int settled = 0;
    m_tail->follow(u"b"_s);
    m_tail->forEachSettled([&settled](const QString &groupId, qint64 lastSeq) {
        settled += groupId == u"a" && lastSeq == 10 ? 1 : 100;
    });
    QCOMPARE(settled, 1);
}

void PartitionTailTest::largeNumbersAreExact()
{
    m_tail->unfollow(u"a"_s);
    m_tail->follow(u"a"_s);
    m_tail->settle(u"a"_s, 9007199254740989, u"e1"_s);
    take('m', "a", 9007199254740990, "e1", 9007199254740990);
    take('m', "a", 9007199254740991, "e1", 9007199254740991);
    QCOMPARE(m_said.take(), (QStringList{u"cmp"_s, u"a:9007199254740990"_s, u"a:9007199254740991"_s}));
}

QTEST_GUILESS_MAIN(PartitionTailTest)
#include "tst_partitiontail.moc"
