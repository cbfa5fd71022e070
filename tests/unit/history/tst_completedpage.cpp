// SPDX-License-Identifier: MIT
#include "server/history/completedpage.h"
#include "tests/unit/history/fakelog.h"

#include <QRandomGenerator>
#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace Qt::StringLiterals;

namespace {

using Seqs = QList<qint64>;

Seqs seqsOf(const QList<chat::Message> &messages)
{
    Seqs seqs;
    for (const chat::Message &message : messages)
        seqs.append(message.seq);
    return seqs;
}

// A group, of which the database has the first messages and the log the last.
struct Group
{
    QList<chat::Message> all;
    test::FakeLog log;
    qsizetype stored = 0; // the first so many
    qsizetype expired = 0; // and of them, so many that are too old to be kept

    [[nodiscard]] qint64 storedUpTo() const { return stored == 0 ? 0 : all[stored - 1].seq; }

    // Of all, those above `after` and below `end`.
    [[nodiscard]] Seqs between(qint64 after, qint64 end) const
    {
        Seqs seqs = seqsOf(all);
        seqs.removeIf([after, end](qint64 seq) { return seq <= after || seq >= end; });
        return seqs;
    }
    // What a database gives for the messages that `isAsked` wants.
    template <typename IsAsked>
    [[nodiscard]] chat::HistoryPage read(IsAsked isAsked, PageLimit limit, PageEnd first) const
    {
        chat::HistoryPage page;
        for (qsizetype i = expired; i < stored; ++i) {
            if (isAsked(all[i].seq))
                page.messages.append(all[i]);
        }
        page.hasMore = cutToLimit(page.messages, limit, first);
        return page;
    }
    [[nodiscard]] PageSources newest(std::optional<qint64> before, PageLimit limit, bool withStore = true)
    {
        broker::RecentMessages::Query query = {
            .groupId = u"room"_s, .limit = limit.messages, .bytes = limit.bytes, .newest = true};
        if (before)
            query.before = *before;
        PageSources sources;
        if (auto read = QCoro::waitFor(log.recent(query)))
            sources.log = *read;
        const auto isBelow = [before](qint64 seq) { return !before || seq < *before; };
        if (withStore)
            sources.stored = read(isBelow, limit, PageEnd::Newest);
        return sources;
    }
    [[nodiscard]] PageSources after(qint64 afterSeq, qint64 upTo, PageLimit limit, bool withStore = true)
    {
        broker::RecentMessages::Query query = {.groupId = u"room"_s,
                                               .after = afterSeq,
                                               .before = upTo + 1,
                                               .limit = limit.messages,
                                               .bytes = limit.bytes,
                                               .newest = false};
        PageSources sources;
        if (auto read = QCoro::waitFor(log.recent(query)))
            sources.log = *read;
        const auto isAsked = [afterSeq, upTo](qint64 seq) { return seq > afterSeq && seq <= upTo; };
        if (withStore)
            sources.stored = read(isAsked, limit, PageEnd::Oldest);
        return sources;
    }
};

// Groups of up to 40 messages, with new epochs among them.
class RandomGroups
{
public:
    explicit RandomGroups(quint32 seed)
        : m_random(seed)
    { }

    [[nodiscard]] int below(qint64 end) { return m_random.bounded(int(std::max<qint64>(1, end))); }

    [[nodiscard]] Group next()
    {
        Group group;
        const int count = below(40);
        for (int i = 0, epoch = 0, seq = 0; i < count; ++i) {
            const bool isNew = below(8) == 0;
            epoch += isNew ? 1 : 0;
            seq += isNew ? 1000 : 1;
            group.log.add(seq, QString::number(epoch), below(300));
        }
        group.all = group.log.messages;
        group.stored = below(count + 1);
        qsizetype logged = below(count + 1); // the last so many
        group.log.messages.remove(0, count - logged);
        if (logged > 0 && below(2) == 0) { // and fewer in fact
            logged -= below(logged);
            group.log.deletedBelow = group.all[count - logged].seq;
        }
        const qsizetype overlap = group.stored + logged - count;
        m_meets = overlap > 0
            || (overlap == 0 && (logged == 0 || group.all[count - logged].seq == group.storedUpTo() + 1));
        return group;
    }

    // Whether of that group, the database and the log have at least one message in common, or what the log
    // begins with has the next number.
    [[nodiscard]] bool meets() const { return m_meets; }

private:
    QRandomGenerator m_random;
    bool m_meets = false;
};

// Messages 1 to 20, of which the database has those up to `stored`, the log those from `logFirst` on.
Group group(qsizetype stored, qint64 logFirst)
{
    Group group;
    for (qint64 seq = 1; seq <= 20; ++seq)
        group.log.add(seq, u"e"_s);
    group.all = group.log.messages;
    group.log.messages.remove(0, logFirst - 1);
    group.stored = stored;
    return group;
}

} // namespace

// Pages of what the database has and the log has.
class CompletedPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void newestOfBoth_data();
    void newestOfBoth();
    void afterOfBoth_data();
    void afterOfBoth();
    void theDatabasesMessageCounts();
    void epochsAreNoGapWithinTheLogAndTheDatabase();
    void epochsAreAGapBelowTheLog();
    void whatWasDeletedIsNoGap();
    void whatCannotBeReadIsNoEndlessPage();
    void whatTheLogDidNotReadIsNotMissing();
    void withoutTheLogOnlyTheTopIsUnknown();
    void neverWrong_data();
    void neverWrong();
};

void CompletedPageTest::newestOfBoth_data()
{
    QTest::addColumn<int>("stored"); // -1: the database is away
    QTest::addColumn<int>("logFirst"); // 21: the log has deleted all
    QTest::addColumn<qint64>("before"); // 0: absent
    QTest::addColumn<int>("limit");
    QTest::addColumn<qint64>("first"); // 0: no message
    QTest::addColumn<qint64>("last");
    QTest::addColumn<bool>("hasMore");
    QTest::addColumn<bool>("complete");
    const auto row = [](const char *name, int stored, int logFirst, qint64 before, int limit, qint64 first,
                        qint64 last, bool hasMore, bool complete) {
        QTest::newRow(name) << stored << logFirst << before << limit << first << last << hasMore << complete;
    };
    row("all stored, log empty", 20, 21, 0, 5, 16, 20, true, true);
    row("all stored, log overlaps", 20, 15, 0, 10, 11, 20, true, true);
    row("the writer lags", 12, 10, 0, 15, 6, 20, true, true);
    row("it lags as far as the log goes", 12, 13, 0, 20, 1, 20, false, true);
    row("one message is in neither", 12, 14, 0, 7, 14, 20, true, true);
    row("one that is asked for is in neither", 12, 14, 13, 3, 10, 12, true, true);
    row("below one that is in neither", 12, 14, 14, 3, 10, 12, true, false);
    row("nothing stored yet", 0, 1, 0, 50, 1, 20, false, true);
    row("nothing stored, log cut", 0, 3, 0, 50, 3, 20, true, false);
    row("away, the log has the page", -1, 10, 0, 5, 16, 20, true, true);
    row("away, the log ends in the page", -1, 10, 0, 15, 10, 20, true, false);
    row("away, the log ends with the page", -1, 10, 0, 11, 10, 20, true, false);
    row("away, the log has all", -1, 1, 0, 50, 1, 20, false, true);
    row("away, below the log", -1, 10, 10, 5, 0, 0, false, false);
    row("away, nothing in the log", -1, 21, 0, 5, 0, 0, false, false);
}

void CompletedPageTest::newestOfBoth()
{
    QFETCH(const int, stored);
    QFETCH(const int, logFirst);
    QFETCH(const qint64, before);
    QFETCH(const int, limit);
    QFETCH(const qint64, first);
    QFETCH(const qint64, last);
    QFETCH(const bool, hasMore);
    QFETCH(const bool, complete);
    Group room = group(std::max(0, stored), logFirst);
    const auto beforeSeq = before == 0 ? std::nullopt : std::optional(before);
    const PageLimit pageLimit{.messages = limit};
    const auto result = completedNewest(room.newest(beforeSeq, pageLimit, stored >= 0), beforeSeq, pageLimit);
    Seqs expected;
    for (qint64 seq = first; seq > 0 && seq <= last; ++seq)
        expected.append(seq);
    QCOMPARE(seqsOf(result.page.messages), expected);
    QCOMPARE(result.page.hasMore, hasMore);
    QCOMPARE(result.page.complete, complete);
    QCOMPARE(result.missing > 0, !complete);
}

void CompletedPageTest::afterOfBoth_data()
{
    QTest::addColumn<int>("stored"); // -1: the database is away
    QTest::addColumn<int>("logFirst"); // 21: the log has deleted all
    QTest::addColumn<qint64>("after");
    QTest::addColumn<qint64>("upTo");
    QTest::addColumn<int>("limit");
    QTest::addColumn<qint64>("last"); // the first is the one after `after`
    QTest::addColumn<bool>("hasMore");
    QTest::addColumn<bool>("complete");
    const auto row = [](const char *name, int stored, int logFirst, qint64 after, qint64 upTo, int limit,
                        qint64 last, bool hasMore, bool complete) {
        QTest::newRow(name) << stored << logFirst << after << upTo << limit << last << hasMore << complete;
    };
    row("all stored, log empty", 20, 21, 5, 20, 50, 20, false, true);
    row("from the database into the log", 12, 10, 5, 20, 50, 20, false, true);
    row("they only just meet", 12, 13, 5, 18, 50, 18, false, true);
    row("cut in the database", 12, 10, 5, 20, 3, 8, true, true);
    row("cut in the log", 12, 10, 5, 20, 12, 17, true, true);
    row("ends before a gap", 12, 14, 5, 20, 50, 12, true, false);
    row("cut before a gap", 12, 14, 5, 20, 3, 8, true, true);
    row("up to a gap", 12, 14, 5, 12, 50, 12, false, true);
    row("up to the message that is missing", 12, 14, 5, 13, 50, 12, true, false);
    row("after a gap", 12, 14, 13, 20, 50, 20, false, true);
    row("not stored, nor in the log", 12, 21, 5, 20, 50, 12, true, false);
    row("away, the log reaches", -1, 10, 9, 20, 50, 20, false, true);
    row("away, the log is cut", -1, 10, 9, 20, 5, 14, true, true);
    row("away, the log does not reach", -1, 10, 8, 20, 50, 8, true, false);
    row("away, nothing was missed", -1, 21, 20, 20, 50, 20, false, true);
    row("away, nothing in the log", -1, 21, 19, 20, 50, 19, true, false);
}

void CompletedPageTest::afterOfBoth()
{
    QFETCH(const int, stored);
    QFETCH(const int, logFirst);
    QFETCH(const qint64, after);
    QFETCH(const qint64, upTo);
    QFETCH(const int, limit);
    QFETCH(const qint64, last);
    QFETCH(const bool, hasMore);
    QFETCH(const bool, complete);
    Group room = group(std::max(0, stored), logFirst);
    const PageLimit pageLimit{.messages = limit};
    const auto result =
        completedAfter(room.after(after, upTo, pageLimit, stored >= 0), after, upTo, pageLimit);
    Seqs expected;
    for (qint64 seq = after + 1; seq <= last; ++seq)
        expected.append(seq);
    QCOMPARE(seqsOf(result.page.messages), expected);
    QCOMPARE(result.page.hasMore, hasMore);
    QCOMPARE(result.page.complete, complete);
    QCOMPARE(result.missing > 0, !complete);
}

void CompletedPageTest::theDatabasesMessageCounts()
{
    Group room = group(20, 1);
    room.all[4].text = u"of the other half of a split brain"_s;
    room.all[5].authorId.clear(); // a placeholder
    room.all[5].text.clear();
    const PageLimit limit{.messages = 50};
    const auto newest = completedNewest(room.newest({}, limit), {}, limit).page.messages;
    const auto after = completedAfter(room.after(0, 20, limit), 0, 20, limit).page.messages;
    for (const auto &messages : {newest, after}) {
        QCOMPARE(messages.size(), 20);
        QCOMPARE(messages[4], room.all[4]);
        QCOMPARE(messages[5], room.log.messages[5]);
    }
    room.log.messages.clear();
    QCOMPARE(completedNewest(room.newest({}, limit), {}, limit).page.messages[5], room.all[5]);
}

void CompletedPageTest::epochsAreNoGapWithinTheLogAndTheDatabase()
{
    Group room = group(0, 1);
    room.log.add(1'000'021, u"f"_s);
    room.log.add(1'000'022, u"f"_s);
    const PageLimit limit{.messages = 50};
    const auto newest = completedNewest(room.newest({}, limit), {}, limit);
    QCOMPARE(newest.page.messages.size(), 22);
    QVERIFY(newest.page.complete && !newest.page.hasMore);
    const auto after = completedAfter(room.after(10, 1'000'022, limit), 10, 1'000'022, limit);
    QCOMPARE(after.page.messages.size(), 12);
    QVERIFY(after.page.complete && !after.page.hasMore);
    // Below the first message of an epoch.
    QVERIFY(completedNewest(room.newest(1'000'021, limit), 1'000'021, limit).page.complete);
    // Redis may have lost messages that the database has.
    QCOMPARE(completedNewest(room.newest({}, limit, false), {}, limit).missing, 1'000'020);
    QCOMPARE(completedNewest(room.newest(1'000'021, limit, false), 1'000'021, limit).missing, 1'000'020);
    QCOMPARE(completedAfter(room.after(10, 1'000'022, limit, false), 10, 1'000'022, limit).missing,
             1'000'020);
    QCOMPARE(completedAfter(room.after(20, 1'000'022, limit, false), 20, 1'000'022, limit).missing,
             1'000'020);
    QCOMPARE(completedAfter(room.after(10, 500'000, limit, false), 10, 500'000, limit).missing, 500'000);
    // Within an epoch it is one: somebody deleted an entry, or it is not readable in this version.
    room.log.messages.removeAt(15);
    QCOMPARE(completedNewest(room.newest(21, limit, false), 21, limit).missing, 16);
    QCOMPARE(completedAfter(room.after(10, 20, limit, false), 10, 20, limit).missing, 16);
    room.stored = 16;
    QVERIFY(completedNewest(room.newest({}, limit), {}, limit).page.complete);
    QCOMPARE(completedAfter(room.after(10, 20, limit), 10, 20, limit).page.messages.size(), 10);
}

// An empty Redis began again while the writer was behind: what is between can't be told from what is lost,
// until the database has come as far.
void CompletedPageTest::epochsAreAGapBelowTheLog()
{
    Group room = group(20, 21);
    room.log.add(1'000'021, u"f"_s);
    room.all.append(room.log.messages);
    const PageLimit limit{.messages = 50};
    QCOMPARE(completedNewest(room.newest({}, limit), {}, limit).missing, 1'000'020);
    QCOMPARE(completedAfter(room.after(10, 1'000'021, limit), 10, 1'000'021, limit).missing, 1'000'020);
    room.stored = 21;
    QVERIFY(completedNewest(room.newest({}, limit), {}, limit).page.complete);
    QVERIFY(completedAfter(room.after(10, 1'000'021, limit), 10, 1'000'021, limit).page.complete);
    // Below the epoch's first message it must say so, since its page does not show it.
    auto sources = room.newest(1'000'021, limit);
    sources.log->messages.clear();
    QCOMPARE(completedNewest(sources, 1'000'021, limit).missing, 1'000'020);
    sources.storedUpTo = room.storedUpTo();
    QVERIFY(completedNewest(sources, 1'000'021, limit).page.complete);
}

void CompletedPageTest::whatWasDeletedIsNoGap()
{
    Group room = group(20, 21);
    room.expired = 20;
    const PageLimit limit{.messages = 50};
    auto sources = room.newest({}, limit);
    QCOMPARE(completedNewest(sources, {}, limit).missing, 20);
    sources.storedUpTo = room.storedUpTo();
    const auto result = completedNewest(sources, {}, limit);
    QVERIFY(result.page.complete && result.page.messages.isEmpty() && !result.page.hasMore);
}

// Entries of a later version fill the log's page, and are left out of it.
void CompletedPageTest::whatCannotBeReadIsNoEndlessPage()
{
    Group room = group(0, 1);
    const PageLimit limit{.messages = 5};
    auto sources = room.after(0, 20, limit);
    QVERIFY(sources.log->more && sources.log->reached);
    sources.log->messages.clear();
    const auto page = completedAfter(sources, 0, 20, limit).page;
    QVERIFY(page.messages.isEmpty() && page.hasMore && !page.complete);
    room.stored = 3;
    sources.stored = room.after(0, 20, limit).stored;
    QCOMPARE(seqsOf(completedAfter(sources, 0, 20, limit).page.messages), (Seqs{1, 2, 3}));
}

// A page of the log that ended early: the next one begins where this one does.
void CompletedPageTest::whatTheLogDidNotReadIsNotMissing()
{
    Group room = group(3, 10);
    auto sources = room.newest({}, {.messages = 3});
    const PageLimit limit{.messages = 50};
    sources.stored = room.newest({}, limit).stored;
    const auto page = completedNewest(sources, {}, limit).page;
    QCOMPARE(seqsOf(page.messages), (Seqs{18, 19, 20}));
    QVERIFY(page.complete && page.hasMore);
}

void CompletedPageTest::withoutTheLogOnlyTheTopIsUnknown()
{
    Group room = group(12, 1);
    room.log.error = Error{Error::Code::Unavailable, {}};
    const PageLimit limit{.messages = 5};
    const auto top = completedNewest(room.newest({}, limit), {}, limit);
    QCOMPARE(seqsOf(top.page.messages), (Seqs{8, 9, 10, 11, 12}));
    QVERIFY(!top.page.complete && top.page.hasMore);
    QVERIFY(completedNewest(room.newest(13, limit), 13, limit).page.complete);
    QVERIFY(!completedNewest(room.newest(14, limit), 14, limit).page.complete);
    QVERIFY(completedAfter(room.after(3, 20, limit), 3, 20, limit).page.complete); // cut before it matters
    QVERIFY(completedAfter(room.after(9, 12, limit), 9, 12, limit).page.complete);
    const auto end = completedAfter(room.after(9, 20, limit), 9, 20, limit);
    QCOMPARE(seqsOf(end.page.messages), (Seqs{10, 11, 12}));
    QVERIFY(!end.page.complete && end.page.hasMore);
}

void CompletedPageTest::neverWrong_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 8; ++seed)
        QTest::addRow("%u", seed) << seed;
}

// Of groups of all kinds, a page that says that it is complete has all that there is, and it is complete if
// the database and the log meet.
void CompletedPageTest::neverWrong()
{
    QFETCH(const quint32, seed);
    RandomGroups random(seed);
    int complete = 0;
    for (int round = 0; round < 2000; ++round) {
        Group room = random.next();
        const qint64 top = room.all.isEmpty() ? 1 : room.all.constLast().seq;
        const bool withStore = random.below(4) > 0;
        const bool mustBeComplete = withStore && random.meets();
        const PageLimit limit{.messages = 1 + random.below(20),
                              .bytes = random.below(2) == 0 ? 2000 : 100'000};

        const auto before =
            random.below(3) == 0 ? std::nullopt : std::optional<qint64>(1 + random.below(top + 2));
        auto sources = room.newest(before, limit, withStore);
        sources.storedUpTo = withStore ? room.storedUpTo() : 0;
        const auto newest = completedNewest(sources, before, limit).page;
        const Seqs below = room.between(0, before.value_or(top + 1));
        QVERIFY(newest.complete || !mustBeComplete);
        QVERIFY(newest.messages.size() <= std::min<qsizetype>(limit.messages, below.size()));
        if (newest.complete) {
            QCOMPARE(seqsOf(newest.messages), below.last(newest.messages.size()));
            QCOMPARE(newest.hasMore, newest.messages.size() < below.size());
            QVERIFY(!newest.messages.isEmpty() || below.isEmpty());
        }

        const qint64 afterSeq = random.below(top + 2);
        const qint64 upTo = afterSeq + random.below(top + 2);
        sources = room.after(afterSeq, upTo, limit, withStore);
        sources.storedUpTo = withStore ? room.storedUpTo() : 0;
        const auto after = completedAfter(sources, afterSeq, upTo, limit).page;
        const Seqs above = room.between(afterSeq, upTo + 1);
        QVERIFY(after.complete || !mustBeComplete);
        QVERIFY(after.messages.size() <= std::min<qsizetype>(limit.messages, above.size()));
        QCOMPARE(seqsOf(after.messages), above.first(after.messages.size()));
        QCOMPARE(after.hasMore, after.messages.size() < above.size() || !after.complete);
        QVERIFY(!after.messages.isEmpty() || above.isEmpty() || !after.complete);
        complete += (newest.complete ? 1 : 0) + (after.complete ? 1 : 0);
    }
    QVERIFY2(complete > 2000 && complete < 4000, qPrintable(QString::number(complete)));
}

QTEST_GUILESS_MAIN(CompletedPageTest)
#include "tst_completedpage.moc"
