// SPDX-License-Identifier: MIT
#include "common/chat/grouptimeline.h"

#include <QTest>

using namespace nextchat::chat;

namespace {

Message message(qint64 seq, const QString &epoch = u"e"_qs)
{
    return {u"g"_qs, u"a"_qs, u"t"_qs, {}, seq, epoch, {}};
}

QList<Message> messages(std::initializer_list<qint64> seqs, const QString &epoch = u"e"_qs)
{
    QList<Message> list;
    for (const qint64 seq : seqs)
        list.append(message(seq, epoch));
    return list;
}

QList<qint64> seqs(const QList<Message> &list)
{
    QList<qint64> result;
    for (const Message &message : list)
        result.append(message.seq);
    return result;
}

ResumeResult recovered(const QList<Message> &list, const QString &epoch = u"e"_qs)
{
    return {.recovered = true, .epoch = epoch, .messages = list};
}

ResumeResult notRecovered(const QList<Message> &list, const QString &epoch = u"e"_qs, bool hasMore = true)
{
    return {.recovered = false, .hasMore = hasMore, .epoch = epoch, .messages = list};
}

using Seqs = QList<qint64>;

} // namespace

class GroupTimelineTest : public QObject
{
    Q_OBJECT

private:
    GroupTimeline m_timeline;

    void start(std::initializer_list<qint64> history) { (void)m_timeline.history(messages(history)); }

    Seqs live(qint64 seq, const QString &epoch = u"e"_qs)
    {
        return seqs(m_timeline.live(message(seq, epoch)).messages);
    }

private Q_SLOTS:
    void init() { m_timeline = {}; }

    void historyThenLive()
    {
        QCOMPARE(seqs(m_timeline.history(messages({3, 4, 5})).messages), Seqs({3, 4, 5}));
        QCOMPARE(live(5), Seqs());
        QCOMPARE(live(4), Seqs());
        QCOMPARE(live(6), Seqs({6}));
        QCOMPARE(live(7), Seqs({7}));
        QCOMPARE(m_timeline.seq(), 7);
        QCOMPARE(m_timeline.epoch(), u"e"_qs);
    }

    void emptyHistoryTakesAnyFirstMessage()
    {
        QVERIFY(m_timeline.history({}).messages.isEmpty());
        QCOMPARE(live(41), Seqs({41}));
        QCOMPARE(live(42), Seqs({42}));
        QVERIFY(m_timeline.live(message(44)).needsResume);
    }

    void joiningAgainGivesOnlyWhatIsNew()
    {
        start({1, 2, 3});
        QCOMPARE(seqs(m_timeline.history(messages({2, 3, 4})).messages), Seqs({4}));
        QVERIFY(m_timeline.history(messages({8, 9})).needsResume);
    }

    void aGapIsFilledByResuming()
    {
        start({1});
        const auto gap = m_timeline.live(message(3));
        QVERIFY(gap.needsResume && gap.messages.isEmpty() && !gap.mayHaveMissed);
        QVERIFY(m_timeline.isHolding());
        QCOMPARE(m_timeline.seq(), 1); // resume from here
        QVERIFY(!m_timeline.live(message(4)).needsResume);
        const auto step = m_timeline.resumed(recovered(messages({2, 3})));
        QCOMPARE(seqs(step.messages), Seqs({2, 3, 4}));
        QVERIFY(!step.mayHaveMissed && !step.needsResume && !m_timeline.isHolding());
        QCOMPARE(live(5), Seqs({5}));
    }

    void aGapThatIsNeverFilledIsTold()
    {
        start({1});
        (void)m_timeline.live(message(3));
        const auto step = m_timeline.resumed(recovered({}));
        QCOMPARE(seqs(step.messages), Seqs({3}));
        QVERIFY(step.mayHaveMissed && !step.needsResume);
        QCOMPARE(live(4), Seqs({4}));
    }

    void aSecondGapIsResumedOnceMore()
    {
        start({1});
        (void)m_timeline.live(message(3));
        (void)m_timeline.live(message(6));
        const auto step = m_timeline.resumed(recovered(messages({2, 3, 4})));
        QCOMPARE(seqs(step.messages), Seqs({2, 3, 4}));
        QVERIFY(step.needsResume && m_timeline.isHolding());
        QCOMPARE(seqs(m_timeline.resumed(recovered(messages({5, 6}))).messages), Seqs({5, 6}));
    }

    void reconnectHoldsUntilResumed()
    {
        start({1});
        m_timeline.hold();
        QCOMPARE(live(4), Seqs());
        QCOMPARE(live(5), Seqs());
        const auto step = m_timeline.resumed(recovered(messages({2, 3, 4})));
        QCOMPARE(seqs(step.messages), Seqs({2, 3, 4, 5}));
        QVERIFY(!step.mayHaveMissed);
    }

    void notRecoveredIsTold()
    {
        start({1});
        m_timeline.hold();
        const auto step = m_timeline.resumed(notRecovered(messages({700, 701})));
        QVERIFY(step.mayHaveMissed);
        QCOMPARE(seqs(step.messages), Seqs({700, 701}));
        QCOMPARE(live(702), Seqs({702}));
    }

    void notRecoveredButOverlappingMissedNothing()
    {
        start({5, 6});
        m_timeline.hold();
        const auto step = m_timeline.resumed(notRecovered(messages({5, 6, 7})));
        QVERIFY(!step.mayHaveMissed);
        QCOMPARE(seqs(step.messages), Seqs({7}));
    }

    void unknownPositionWithAllOfHistoryMissedNothing()
    {
        start({});
        m_timeline.hold();
        QVERIFY(!m_timeline.resumed(notRecovered(messages({1, 2}), u"e"_qs, false)).mayHaveMissed);
        m_timeline = {};
        m_timeline.hold();
        QVERIFY(m_timeline.resumed(notRecovered(messages({51, 52}), u"e"_qs, true)).mayHaveMissed);
    }

    void aNewEpochIsConfirmedByResuming()
    {
        start({1});
        QVERIFY(m_timeline.epochBegan(u"f"_qs).needsResume);
        QCOMPARE(live(1'000'001, u"f"_qs), Seqs());
        QCOMPARE(m_timeline.epoch(), u"e"_qs); // resume from the old one
        const auto step = m_timeline.resumed(recovered(messages({2}), u"f"_qs));
        QCOMPARE(seqs(step.messages), Seqs({2, 1'000'001}));
        QVERIFY(!step.mayHaveMissed && !step.needsResume);
        QCOMPARE(live(1'000'002, u"f"_qs), Seqs({1'000'002}));
        QVERIFY(m_timeline.live(message(1'000'004, u"f"_qs)).needsResume);
    }

    void aNewEpochWithoutNewsNeedsNothing()
    {
        start({1});
        (void)m_timeline.epochBegan(u"f"_qs);
        (void)m_timeline.resumed(recovered({}, u"f"_qs));
        QVERIFY(!m_timeline.epochBegan(u"f"_qs).needsResume);
        QCOMPARE(live(1'000'001, u"f"_qs), Seqs({1'000'001}));
    }

    // Something of the old epoch may have come before this one was in the group's messages.
    void aNewEpochIsConfirmedBeforeTheFirstMessageToo()
    {
        start({});
        QVERIFY(m_timeline.epochBegan(u"f"_qs).needsResume);
        QCOMPARE(live(1'000'002, u"f"_qs), Seqs());
        const auto step =
            m_timeline.resumed(notRecovered(messages({1}) + messages({1'000'002}, u"f"_qs), u"f"_qs, false));
        QCOMPARE(seqs(step.messages), Seqs({1, 1'000'002}));
        QVERIFY(!step.mayHaveMissed && !step.needsResume);
        QVERIFY(!m_timeline.epochBegan(u"f"_qs).needsResume);
    }

    void anEpochThatBeginsWhileResumingIsResumedToo()
    {
        start({1});
        (void)m_timeline.epochBegan(u"f"_qs);
        (void)m_timeline.epochBegan(u"h"_qs);
        QCOMPARE(live(2'000'001, u"h"_qs), Seqs());
        auto step = m_timeline.resumed(recovered(messages({1'000'001}, u"f"_qs), u"f"_qs));
        QCOMPARE(seqs(step.messages), Seqs({1'000'001}));
        QVERIFY(step.needsResume && !step.mayHaveMissed && m_timeline.isHolding());
        QCOMPARE(live(2'000'002, u"h"_qs), Seqs());
        step = m_timeline.resumed(recovered(messages({1'000'002}, u"f"_qs), u"h"_qs));
        QCOMPARE(seqs(step.messages), Seqs({1'000'002, 2'000'001, 2'000'002}));
        QVERIFY(!step.needsResume && !step.mayHaveMissed && !m_timeline.isHolding());
    }

    // The answer is of a newer epoch than the last that was announced: once more, and no further.
    void anOldAnnouncementEnds()
    {
        start({1});
        (void)m_timeline.epochBegan(u"f"_qs);
        QVERIFY(m_timeline.resumed(recovered({}, u"h"_qs)).needsResume);
        QVERIFY(!m_timeline.resumed(recovered({}, u"h"_qs)).needsResume);
        QCOMPARE(live(2'000'001, u"h"_qs), Seqs({2'000'001}));
    }

    void aLostConnectionAnnouncesNothing()
    {
        start({1});
        (void)m_timeline.epochBegan(u"f"_qs);
        m_timeline.hold();
        QVERIFY(!m_timeline.resumed(recovered({}, u"h"_qs)).needsResume);
    }

    void whatTheServerLostIsNotShownAgain_data()
    {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("last");
        QTest::newRow("the newest of an epoch") << u"e"_qs << u"e"_qs;
        QTest::newRow("all of an epoch") << u"d"_qs << u"e"_qs;
    }

    void whatTheServerLostIsNotShownAgain()
    {
        QFETCH(QString, first);
        QFETCH(QString, last);
        (void)m_timeline.history(messages({7, 8}, first) + messages({9, 10}, last));
        QVERIFY(m_timeline.epochBegan(u"f"_qs).needsResume);
        const auto step = m_timeline.resumed(notRecovered(messages({6, 7, 8}, first), u"f"_qs));
        QVERIFY(step.messages.isEmpty() && step.mayHaveMissed && !step.needsResume);
        QCOMPARE(live(1'000'009, u"f"_qs), Seqs({1'000'009}));
    }

    void aRecoveryWithHolesIsTold()
    {
        start({1});
        m_timeline.hold();
        QVERIFY(m_timeline.resumed({.recovered = true, .complete = false, .epoch = u"e"_qs, .messages = {}})
                    .mayHaveMissed);
    }

    void aMessageOfAnUnannouncedEpochIsAGap()
    {
        start({1});
        QVERIFY(m_timeline.live(message(1'000'001, u"f"_qs)).needsResume);
        QCOMPARE(seqs(m_timeline.resumed(recovered(messages({1'000'001}, u"f"_qs), u"f"_qs)).messages),
                 Seqs({1'000'001}));
    }

    void aServerThatForgotEverythingIsFollowed()
    {
        start({500});
        m_timeline.hold();
        const auto step = m_timeline.resumed(notRecovered(messages({1, 2}, u"f"_qs), u"f"_qs, false));
        QVERIFY(step.mayHaveMissed);
        QCOMPARE(seqs(step.messages), Seqs({1, 2}));
        QCOMPARE(live(3, u"f"_qs), Seqs({3}));
        m_timeline.hold();
        QVERIFY(m_timeline.resumed(notRecovered({}, u"h"_qs, false)).mayHaveMissed);
        QCOMPARE(live(1, u"h"_qs), Seqs({1}));
    }

    void whatAnIncompletePageLacksIsNotShownAgain()
    {
        start({7, 8});
        QVERIFY(m_timeline.epochBegan(u"f"_qs).needsResume);
        auto away = notRecovered({}, u"f"_qs);
        away.complete = false;
        QVERIFY(m_timeline.resumed(away).mayHaveMissed);
        QVERIFY(live(8).empty()); // it came before
        QCOMPARE(live(1'000'009, u"f"_qs), Seqs({1'000'009}));
    }

    void whatIsHeldIsBounded()
    {
        start({1});
        (void)m_timeline.live(message(3));
        for (qint64 seq = 4; seq < 10'000; ++seq)
            QVERIFY(live(seq).isEmpty());
        const auto step = m_timeline.resumed(recovered(messages({2})));
        QCOMPARE(step.messages.size(), 1 + 5000);
        QVERIFY(step.needsResume && m_timeline.isHolding());
    }
};

QTEST_GUILESS_MAIN(GroupTimelineTest)

#include "tst_grouptimeline.moc"
