// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "server/history/messagesize.h"
#include "tests/unit/broker/nastytext.h"
#include "tests/unit/history/historystorefixture.h"

using namespace nextchat;
using namespace nextchat::history;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class SqlHistoryStoreTest : public test::HistoryStoreFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { test::HistoryDatabase::addRows(); }

    void newestGivesThePageBelow_data();
    void newestGivesThePageBelow();
    void afterGivesThePageAbove_data();
    void afterGivesThePageAbove();
    void pagesStopAtTheirBytes();
    void aMessageComesBackWhole();
    void nastyTextsComeBack();
    void groupsAreComparedAsBytes();
    void positionsAreKnownByTheirEpoch();
    void whatWasStoredIsKnownWhenItWasDeleted();
    void readsFollowTheKey();
    void aDatabaseWithoutTheTableIsUnavailable();
    void theQueueIsBounded();
    void manyReadsAtOnceAreAnswered();

private:
    void add(const chat::Message &message) { m_database->add(message); }
    void fill(const QString &group, int count) { m_database->fill(group, count); }
    [[nodiscard]] static std::vector<qint64> seqs(const chat::HistoryPage &page);
};

std::vector<qint64> SqlHistoryStoreTest::seqs(const chat::HistoryPage &page)
{
    std::vector<qint64> result;
    for (const chat::Message &message : page.messages)
        result.push_back(message.seq);
    return result;
}

void SqlHistoryStoreTest::newestGivesThePageBelow_data()
{
    QTest::addColumn<qint64>("before"); // 0: absent
    QTest::addColumn<int>("limit");
    QTest::addColumn<qint64>("first"); // 0: nothing
    QTest::addColumn<qint64>("last");
    QTest::addColumn<bool>("hasMore");
    QTest::newRow("newest") << qint64(0) << 3 << qint64(8) << qint64(10) << true;
    QTest::newRow("all") << qint64(0) << 10 << qint64(1) << qint64(10) << false;
    QTest::newRow("more than all") << qint64(0) << 200 << qint64(1) << qint64(10) << false;
    QTest::newRow("all but one") << qint64(0) << 9 << qint64(2) << qint64(10) << true;
    QTest::newRow("below one") << qint64(5) << 2 << qint64(3) << qint64(4) << true;
    QTest::newRow("down to the first") << qint64(3) << 2 << qint64(1) << qint64(2) << false;
    QTest::newRow("below the first") << qint64(1) << 2 << qint64(0) << qint64(0) << false;
    QTest::newRow("below none that exists") << qint64(1000) << 2 << qint64(9) << qint64(10) << true;
    QTest::newRow("negative") << qint64(-5) << 2 << qint64(0) << qint64(0) << false;
}

void SqlHistoryStoreTest::newestGivesThePageBelow()
{
    QFETCH(const qint64, before);
    QFETCH(const int, limit);
    QFETCH(const qint64, first);
    QFETCH(const qint64, last);
    QFETCH(const bool, hasMore);
    fill(u"room"_s, 10);
    fill(u"other"_s, 20);
    const auto beforeSeq = before == 0 ? std::nullopt : std::optional(before);
    const auto page = QCoro::waitFor(open().newest(u"room"_s, beforeSeq, {.messages = limit}));
    QVERIFY(page);
    std::vector<qint64> expected;
    for (qint64 seq = first; seq > 0 && seq <= last; ++seq)
        expected.push_back(seq);
    QCOMPARE(seqs(*page), expected);
    QCOMPARE(page->hasMore, hasMore);
    QVERIFY(page->complete);
}

void SqlHistoryStoreTest::afterGivesThePageAbove_data()
{
    QTest::addColumn<qint64>("after");
    QTest::addColumn<qint64>("upTo");
    QTest::addColumn<int>("limit");
    QTest::addColumn<qint64>("first");
    QTest::addColumn<qint64>("last");
    QTest::addColumn<bool>("hasMore");
    QTest::newRow("all") << qint64(0) << qint64(10) << 500 << qint64(1) << qint64(10) << false;
    QTest::newRow("exactly") << qint64(5) << qint64(10) << 5 << qint64(6) << qint64(10) << false;
    QTest::newRow("one too many") << qint64(4) << qint64(10) << 5 << qint64(5) << qint64(9) << true;
    QTest::newRow("up to one") << qint64(2) << qint64(6) << 10 << qint64(3) << qint64(6) << false;
    QTest::newRow("nothing between") << qint64(6) << qint64(6) << 10 << qint64(0) << qint64(0) << false;
    QTest::newRow("above the last") << qint64(10) << qint64(99) << 10 << qint64(0) << qint64(0) << false;
}

void SqlHistoryStoreTest::afterGivesThePageAbove()
{
    QFETCH(const qint64, after);
    QFETCH(const qint64, upTo);
    QFETCH(const int, limit);
    QFETCH(const qint64, first);
    QFETCH(const qint64, last);
    QFETCH(const bool, hasMore);
    fill(u"room"_s, 10);
    const auto page = QCoro::waitFor(open().after(u"room"_s, after, upTo, {.messages = limit}));
    QVERIFY(page);
    std::vector<qint64> expected;
    for (qint64 seq = first; seq > 0 && seq <= last; ++seq)
        expected.push_back(seq);
    QCOMPARE(seqs(*page), expected);
    QCOMPARE(page->hasMore, hasMore);
}

void SqlHistoryStoreTest::pagesStopAtTheirBytes()
{
    const QString big(4000, u'\u20ac'); // 12,000 bytes
    for (qint64 seq = 1; seq <= 5; ++seq)
        add({u"room"_s, u"ann"_s, big, {}, seq, u"e"_s, {}});
    open();
    const auto newest = QCoro::waitFor(m_store->newest(u"room"_s, {}, {.messages = 50, .bytes = 30000}));
    QCOMPARE(seqs(*newest), (std::vector<qint64>{4, 5}));
    QVERIFY(newest->hasMore);
    const auto after = QCoro::waitFor(m_store->after(u"room"_s, 0, 5, {.messages = 50, .bytes = 30000}));
    QCOMPARE(seqs(*after), (std::vector<qint64>{1, 2}));
    QVERIFY(after->hasMore);
    // One at least, or a reader would never get on.
    const auto one = QCoro::waitFor(m_store->after(u"room"_s, 0, 5, {.messages = 50, .bytes = 10}));
    QCOMPARE(seqs(*one), (std::vector<qint64>{1}));
}

void SqlHistoryStoreTest::aMessageComesBackWhole()
{
    const chat::Timestamp time(std::chrono::microseconds(1'700'000'000'123'456));
    const chat::Message with{u"room"_s, u"ann"_s, u"hi"_s, time, 1, u"epoch-1"_s, u"id"_s};
    const chat::Message without{u"room"_s, u"bob"_s, u"ho"_s, time, 2, u"epoch-2"_s, QString()};
    add(with);
    add(without);
    const auto page = QCoro::waitFor(open().newest(u"room"_s, {}, {}));
    QCOMPARE(page->messages, (QList<chat::Message>{with, without}));
    QVERIFY(page->messages[1].clientMessageId.isNull());
}

void SqlHistoryStoreTest::nastyTextsComeBack()
{
    qint64 seq = 0;
    for (const QString &text : nastyTexts())
        add({u"room"_s, u"ann"_s, text, {}, ++seq, u"e"_s, text.left(chat::maximumIdLength)});
    const auto page = QCoro::waitFor(open().newest(u"room"_s, {}, {}));
    for (qsizetype i = 0; i < page->messages.size(); ++i) {
        QCOMPARE(page->messages[i].text, nastyTexts()[i]);
        QCOMPARE(page->messages[i].clientMessageId, nastyTexts()[i].left(chat::maximumIdLength));
    }
    QCOMPARE(page->messages.size(), nastyTexts().size());
}

void SqlHistoryStoreTest::groupsAreComparedAsBytes()
{
    const QStringList groups{u"room"_s,       u"Room"_s,  u"r\u00f6om"_s,
                             u"ro\u0308om"_s, u"room%"_s, u"\ufeffroom"_s};
    for (const QString &group : groups)
        add({group, u"ann"_s, group, {}, 1, u"e"_s, {}});
    open();
    for (const QString &group : groups) {
        const auto page = QCoro::waitFor(m_store->newest(group, {}, {}));
        QCOMPARE(page->messages.size(), 1);
        QCOMPARE(page->messages.front().text, group);
    }
    QVERIFY(QCoro::waitFor(m_store->newest(u"' OR 1=1 --"_s, {}, {}))->messages.isEmpty());
}

void SqlHistoryStoreTest::positionsAreKnownByTheirEpoch()
{
    add({u"room"_s, u"ann"_s, u"hi"_s, {}, 7, u"abc"_s, {}});
    open();
    const auto knows = [this](const QString &group, qint64 seq, const QString &epoch) {
        return QCoro::waitFor(m_store->knows(group, seq, epoch)).value();
    };
    QVERIFY(knows(u"room"_s, 7, u"abc"_s));
    QVERIFY(!knows(u"room"_s, 7, u"abd"_s));
    QVERIFY(!knows(u"room"_s, 7, QString()));
    QVERIFY(!knows(u"room"_s, 8, u"abc"_s));
    QVERIFY(!knows(u"other"_s, 7, u"abc"_s));
}

void SqlHistoryStoreTest::whatWasStoredIsKnownWhenItWasDeleted()
{
    open();
    const auto storedUpTo = [this](const QString &group) {
        return QCoro::waitFor(m_store->storedUpTo(group)).value();
    };
    QCOMPARE(storedUpTo(u"room"_s), 0);
    fill(u"room"_s, 7);
    fill(u"Room"_s, 9);
    QCOMPARE(storedUpTo(u"room"_s), 7);
    QVERIFY(m_database->writing().execute(u"INSERT INTO chat_groups VALUES ('room', 0, 5, 0)"_s));
    QCOMPARE(storedUpTo(u"room"_s), 7);
    QVERIFY(m_database->writing().execute(u"DELETE FROM messages"_s));
    QCOMPARE(storedUpTo(u"room"_s), 5);
    QCOMPARE(storedUpTo(u"Room"_s), 0);
}

// Pages are range scans of the key, in its order.
void SqlHistoryStoreTest::readsFollowTheKey()
{
    fill(u"room"_s, 2000); // or the whole table would do
    fill(u"other"_s, 2000);
    for (const QString &condition : {u"seq < 1500 ORDER BY seq DESC LIMIT 51"_s,
                                     u"seq > 1500 AND seq <= 1990 ORDER BY seq LIMIT 101"_s}) {
        const QString plan = m_database->planOf(condition);
        QVERIFY2(m_database->isRangeOfTheKey(plan), qPrintable(plan));
    }
}

void SqlHistoryStoreTest::aDatabaseWithoutTheTableIsUnavailable()
{
    QVERIFY(m_database->writing().execute(u"DROP TABLE messages"_s));
    QCOMPARE(QCoro::waitFor(open().newest(u"room"_s, {}, {})).error().code, Error::Code::Unavailable);
}

void SqlHistoryStoreTest::theQueueIsBounded()
{
    fill(u"room"_s, 100);
    open({.readers = 1, .maximumWaiting = 5});
    std::vector<QCoro::Task<Expected<chat::HistoryPage>>> all;
    for (int i = 0; i < 200; ++i)
        all.push_back(m_store->newest(u"room"_s, {}, {.messages = 100}));
    int refused = 0;
    for (auto &one : all) {
        const auto page = QCoro::waitFor(one);
        refused += page ? 0 : 1;
        QVERIFY(page || page.error().code == Error::Code::Unavailable);
    }
    QVERIFY(refused > 0);
    QVERIFY(refused < 200);
    QTRY_VERIFY(QCoro::waitFor(m_store->newest(u"room"_s, {}, {})));
}

void SqlHistoryStoreTest::manyReadsAtOnceAreAnswered()
{
    fill(u"room"_s, 100);
    open({.readers = 3});
    std::vector<QCoro::Task<Expected<chat::HistoryPage>>> all;
    for (qint64 i = 1; i <= 300; ++i)
        all.push_back(m_store->newest(u"room"_s, 1 + i % 100, {.messages = 1}));
    for (qint64 i = 1; i <= 300; ++i) {
        const auto page = QCoro::waitFor(all[static_cast<std::size_t>(i - 1)]);
        QVERIFY(page);
        QCOMPARE(page->messages.isEmpty() ? 0 : page->messages.front().seq, i % 100);
    }
}

QTEST_GUILESS_MAIN(SqlHistoryStoreTest)
#include "tst_sqlhistorystore.moc"
