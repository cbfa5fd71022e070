// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "server/history/loghistorystore.h"
#include "tests/unit/history/fakelog.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace Qt::StringLiterals;

namespace {

QList<qint64> seqsOf(const chat::HistoryPage &page)
{
    QList<qint64> seqs;
    for (const chat::Message &message : page.messages)
        seqs.append(message.seq);
    return seqs;
}

} // namespace

// History mode `none`: the log, as far as it goes back.
class LogHistoryStoreTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_log = test::FakeLog();
        for (qint64 seq = 11; seq <= 20; ++seq) // those before were deleted
            m_log.add(seq, u"e"_s);
    }

    void pagesComeFromTheirEnd();
    void pagesEndAtTheirBytes();
    void whatWasDeletedIsNoGapInReading();
    void whatWasDeletedIsMissedWhenResuming();
    void searchesGoOverTheWholeLog();
    void positionsAreKnown();
    void aLogThatIsAwayIsHistoryAway();

private:
    [[nodiscard]] chat::HistoryPage newest(std::optional<qint64> before, PageLimit limit)
    {
        return QCoro::waitFor(m_store.newest(u"room"_s, before, limit)).value();
    }
    [[nodiscard]] chat::HistoryPage after(qint64 seq, qint64 upTo, PageLimit limit)
    {
        return QCoro::waitFor(m_store.after(u"room"_s, seq, upTo, limit)).value();
    }

    test::FakeLog m_log;
    LogHistoryStore m_store{m_log};
};

void LogHistoryStoreTest::pagesComeFromTheirEnd()
{
    const auto last = newest({}, {.messages = 3});
    QCOMPARE(seqsOf(last), (QList<qint64>{18, 19, 20}));
    QVERIFY(last.hasMore && last.complete);
    QCOMPARE(seqsOf(newest(13, {.messages = 5})), (QList<qint64>{11, 12}));
    const auto first = after(14, 18, {.messages = 3});
    QCOMPARE(seqsOf(first), (QList<qint64>{15, 16, 17}));
    QVERIFY(first.hasMore && first.complete);
    QCOMPARE(seqsOf(after(17, 18, {.messages = 3})), QList<qint64>{18});
}

void LogHistoryStoreTest::pagesEndAtTheirBytes()
{
    m_log = test::FakeLog();
    for (qint64 seq = 1; seq <= 4; ++seq)
        m_log.add(seq, u"e"_s, 1000);
    const auto last = newest({}, {.messages = 10, .bytes = 2500});
    QCOMPARE(seqsOf(last), (QList<qint64>{3, 4}));
    QVERIFY(last.hasMore);
    const auto first = after(0, 4, {.messages = 10, .bytes = 2500});
    QCOMPARE(seqsOf(first), (QList<qint64>{1, 2}));
    QVERIFY(first.hasMore);
    QCOMPARE(seqsOf(newest({}, {.messages = 10, .bytes = 1})), QList<qint64>{4}); // one in any case
}

void LogHistoryStoreTest::whatWasDeletedIsNoGapInReading()
{
    const auto all = newest({}, {.messages = 100});
    QCOMPARE(all.messages.size(), 10);
    QVERIFY(!all.hasMore && all.complete);
    const auto older = newest(11, {.messages = 100});
    QVERIFY(older.messages.isEmpty() && !older.hasMore && older.complete);
}

void LogHistoryStoreTest::whatWasDeletedIsMissedWhenResuming()
{
    QVERIFY(after(10, 20, {.messages = 100}).complete);
    QVERIFY(!after(9, 20, {.messages = 100}).complete);
}

void LogHistoryStoreTest::searchesGoOverTheWholeLog()
{
    for (qint64 seq = 21; seq <= 700; ++seq)
        m_log.add(seq, u"e"_s);
    for (const qsizetype seq : {11, 300, 650, 700})
        m_log.messages[seq - 11].text = u"Жёлтый"_s;
    const auto search = [this](SearchQuery query) {
        const auto page = QCoro::waitFor(m_store.search(u"room"_s, std::move(query))).value();
        return std::pair(seqsOf({.messages = page.messages}), page.nextBeforeSeq);
    };
    using Found = std::pair<QList<qint64>, std::optional<qint64>>;
    QCOMPARE(search({.text = u"ЖЁЛ"_s}), (Found{{11, 300, 650, 700}, {}}));
    QCOMPARE(search({.text = u"ЖЁЛ"_s, .limit = {.messages = 2}}), (Found{{650, 700}, 650}));
    QCOMPARE(search({.text = u"ЖЁЛ"_s, .beforeSeq = 650, .limit = {.messages = 2}}), (Found{{11, 300}, {}}));
    QCOMPARE(search({.text = u"zzz"_s}), (Found{{}, {}}));
    QCOMPARE(search({.text = u"ЖЁЛ"_s, .beforeSeq = 650, .mostLooked = 350}), (Found{{300}, 300}));
}

void LogHistoryStoreTest::positionsAreKnown()
{
    const auto knows = [this](qint64 seq, const QString &epoch) {
        return QCoro::waitFor(m_store.knows(u"room"_s, seq, epoch)).value();
    };
    QVERIFY(knows(15, u"e"_s));
    QVERIFY(!knows(15, u"another"_s));
    QVERIFY(!knows(10, u"e"_s)); // deleted
    QVERIFY(!knows(21, u"e"_s));
    m_log.messages.clear(); // a quiet group, all of which was deleted
    QVERIFY(knows(20, u"e"_s));
    QVERIFY(!knows(19, u"e"_s));
}

void LogHistoryStoreTest::aLogThatIsAwayIsHistoryAway()
{
    for (const Error::Code code : {Error::Code::Unavailable, Error::Code::NotFound}) {
        m_log.error = Error{code, u"whatever"_s};
        const Error expected{Error::Code::Unavailable, chat::texts::historyUnavailable()};
        QCOMPARE(QCoro::waitFor(m_store.newest(u"room"_s, {}, {})).error(), expected);
        QCOMPARE(QCoro::waitFor(m_store.after(u"room"_s, 0, 1, {})).error(), expected);
        QCOMPARE(QCoro::waitFor(m_store.search(u"room"_s, {.text = u"text"_s})).error(), expected);
        QCOMPARE(QCoro::waitFor(m_store.knows(u"room"_s, 1, u"e"_s)).error(), expected);
    }
}

QTEST_GUILESS_MAIN(LogHistoryStoreTest)
#include "tst_loghistorystore.moc"
