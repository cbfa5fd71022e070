// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "tests/unit/broker/nastytext.h"
#include "tests/unit/history/historystorefixture.h"

using namespace nextchat;
using namespace nextchat::history;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Searching the table: slice by slice, beside all other reads.
class HistorySearchTest : public test::HistoryStoreFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { test::HistoryDatabase::addRows(); }

    void findsInPages();
    void findsNastyTexts();
    void looksAtNoMoreThanItMay();
    void pagesStopAtTheirBytes();
    void otherReadsDoNotWait();
    void timeEndsASearchWithWhatItFound();
    void aDatabaseThatIsAwayIsHistoryAway();
    void searchesAreBounded();

private:
    [[nodiscard]] Expected<chat::SearchPage> search(SearchQuery query)
    {
        return QCoro::waitFor(m_store->search(u"room"_s, std::move(query)));
    }
    void add(qint64 seq, const QString &text, const QString &group = u"room"_s)
    {
        m_database->add({group, u"ann"_s, text, {}, seq, u"e"_s, {}});
    }
    [[nodiscard]] static QList<qint64> seqs(const chat::SearchPage &page);
};

QList<qint64> HistorySearchTest::seqs(const chat::SearchPage &page)
{
    QList<qint64> all;
    for (const chat::Message &message : page.messages)
        all.append(message.seq);
    return all;
}

// "7" is in 7, 70 to 79 and so on.
void HistorySearchTest::findsInPages()
{
    m_database->fill(u"room"_s, 2000); // more than a slice
    m_database->fill(u"other"_s, 2000);
    open();
    QList<qint64> found;
    std::optional<qint64> before;
    int pages = 0;
    do {
        const auto page = search({.text = u"77"_s, .beforeSeq = before, .limit = {.messages = 7}});
        QVERIFY(page);
        QCOMPARE(page->hasMore, page->nextBeforeSeq.has_value());
        for (const chat::Message &message : page->messages)
            QCOMPARE(message.groupId, u"room"_s);
        found = seqs(*page) + found;
        before = page->nextBeforeSeq;
        ++pages;
    } while (before);
    QList<qint64> expected;
    for (qint64 seq = 1; seq <= 2000; ++seq) {
        if (QString::number(seq).contains(u"77"_s))
            expected.append(seq);
    }
    QCOMPARE(found, expected);
    QVERIFY(pages >= expected.size() / 7);
    QCOMPARE(search({.text = u"2001"_s}).value(), chat::SearchPage());
}

void HistorySearchTest::findsNastyTexts()
{
    qint64 seq = 0;
    for (const QString &text : nastyTexts())
        add(++seq, text);
    open();
    for (qint64 i = 1; i <= seq; ++i) {
        const QString text = nastyTexts().at(i - 1);
        const auto page =
            search({.text = text.left(chat::maximumSearchLength), .limit = {.bytes = 1'000'000}});
        QVERIFY(page);
        QVERIFY2(seqs(*page).contains(i), qPrintable(QString::number(i)));
        QCOMPARE(page->messages[seqs(*page).indexOf(i)].text, text);
    }
    for (const QString &pattern : {u"%%"_s, u"__"_s, u"' OR 1=1 --"_s, u"\\%"_s})
        QCOMPARE(search({.text = pattern})->messages, QList<chat::Message>());
}

void HistorySearchTest::looksAtNoMoreThanItMay()
{
    m_database->fill(u"room"_s, 3000);
    open();
    const auto page = search({.text = u"none"_s, .mostLooked = 1200});
    QCOMPARE(page, (chat::SearchPage{{}, true, 1801}));
    const auto rest = search({.text = u"none"_s, .beforeSeq = 1801, .mostLooked = 1800});
    QCOMPARE(rest, chat::SearchPage()); // those were all
}

void HistorySearchTest::pagesStopAtTheirBytes()
{
    for (qint64 seq = 1; seq <= 5; ++seq)
        add(seq, u"hit"_s + QString(4000, u'\u20ac')); // 12,000 bytes
    open();
    const auto page = search({.text = u"hit"_s, .limit = {.messages = 50, .bytes = 30000}});
    QCOMPARE(seqs(*page), (QList<qint64>{4, 5}));
    QCOMPARE(page->nextBeforeSeq, 4);
    QCOMPARE(seqs(*search({.text = u"hit"_s, .beforeSeq = 4})), (QList<qint64>{1, 2, 3}));
}

void HistorySearchTest::otherReadsDoNotWait()
{
    m_database->fill(u"room"_s, 20'000);
    open({.readers = 1, .readTimeout = 60s});
    std::vector<QCoro::Task<Expected<chat::SearchPage>>> searches;
    for (int i = 0; i < 20; ++i)
        searches.push_back(m_store->search(u"room"_s, {.text = u"none"_s}));
    QVERIFY(QCoro::waitFor(m_store->newest(u"room"_s, {}, {.messages = 50})));
    for (const auto &one : searches)
        QVERIFY(!one.isReady()); // not even the first has gone through the group
    for (auto &one : searches)
        QVERIFY(QCoro::waitFor(one));
}

void HistorySearchTest::timeEndsASearchWithWhatItFound()
{
    m_database->fill(u"room"_s, 20'000);
    open({.readTimeout = 200ms});
    QVERIFY(search({.text = u"20000"_s})); // is connected
    // So many at once that none gets through in its time.
    std::vector<QCoro::Task<Expected<chat::SearchPage>>> searches;
    for (int i = 0; i < 100; ++i)
        searches.push_back(m_store->search(u"room"_s, {.text = u"20000"_s}));
    int cut = 0;
    for (auto &one : searches) {
        const auto page = QCoro::waitFor(one);
        if (!page) {
            // Had no turn at all, or was refused while one went on for too long.
            QVERIFY(page.error().code == Error::Code::TimedOut
                    || page.error().code == Error::Code::Unavailable);
            continue;
        }
        QCOMPARE(seqs(*page), QList<qint64>{20'000});
        QVERIFY(page->nextBeforeSeq.value_or(1) > 0);
        cut += page->hasMore ? 1 : 0;
    }
    QVERIFY(cut > 0);
}

void HistorySearchTest::aDatabaseThatIsAwayIsHistoryAway()
{
    QVERIFY(m_database->writing().execute(u"DROP TABLE messages"_s));
    open();
    QCOMPARE(search({.text = u"text"_s}).error().code, Error::Code::Unavailable);
}

void HistorySearchTest::searchesAreBounded()
{
    m_database->fill(u"room"_s, 100);
    open({.maximumSearches = 3});
    std::vector<QCoro::Task<Expected<chat::SearchPage>>> searches;
    for (int i = 0; i < 100; ++i)
        searches.push_back(m_store->search(u"room"_s, {.text = u"none"_s}));
    int refused = 0;
    for (auto &one : searches) {
        const auto page = QCoro::waitFor(one);
        refused += page ? 0 : 1;
        QVERIFY(page || page.error().code == Error::Code::Unavailable);
    }
    QVERIFY(refused > 0 && refused < 100);
    QVERIFY(search({.text = u"none"_s}));
}

QTEST_GUILESS_MAIN(HistorySearchTest)
#include "tst_historysearch.moc"
