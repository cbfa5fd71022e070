// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "common/support/mailbox.h"
#include "server/history/completedhistorystore.h"
#include "server/history/sqlhistorystore.h"
#include "tests/unit/history/fakelog.h"
#include "tests/unit/history/historydatabase.h"

#include <QElapsedTimer>
#include <QLoggingCategory>
#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

using Seqs = QList<qint64>;

// A database that fails, or that stores something between two reads.
class FaultyStore final : public StoredHistory
{
public:
    explicit FaultyStore(std::unique_ptr<SqlHistoryStore> store)
        : m_store(std::move(store))
    { }

    std::optional<Error> error;
    std::function<void()> beforeStoredUpTo = [] {};
    int reads = 0;
    int searches = 0;

    QCoro::Task<Expected<chat::HistoryPage>> newest(QString groupId, std::optional<qint64> beforeSeq,
                                                    PageLimit limit) override
    {
        ++reads;
        if (error)
            co_return tl::unexpected(*error);
        co_return co_await m_store->newest(groupId, beforeSeq, limit);
    }
    QCoro::Task<Expected<chat::HistoryPage>> after(QString groupId, qint64 afterSeq, qint64 upToSeq,
                                                   PageLimit limit) override
    {
        ++reads;
        if (error)
            co_return tl::unexpected(*error);
        co_return co_await m_store->after(groupId, afterSeq, upToSeq, limit);
    }
    QCoro::Task<Expected<chat::SearchPage>> search(QString groupId, SearchQuery query) override
    {
        ++searches;
        if (error)
            co_return tl::unexpected(*error);
        co_return co_await m_store->search(groupId, query);
    }
    QCoro::Task<Expected<bool>> knows(QString groupId, qint64 seq, QString epoch) override
    {
        if (error)
            co_return tl::unexpected(*error);
        co_return co_await m_store->knows(groupId, seq, epoch);
    }
    QCoro::Task<Expected<qint64>> storedUpTo(QString groupId) override
    {
        beforeStoredUpTo();
        if (error)
            co_return tl::unexpected(*error);
        co_return co_await m_store->storedUpTo(groupId);
    }

private:
    std::unique_ptr<SqlHistoryStore> m_store;
};

Seqs seqsOf(const QList<chat::Message> &messages)
{
    Seqs seqs;
    for (const chat::Message &message : messages)
        seqs.append(message.seq);
    return seqs;
}

Seqs range(qint64 first, qint64 last)
{
    Seqs seqs;
    for (qint64 seq = first; seq <= last; ++seq)
        seqs.append(seq);
    return seqs;
}

} // namespace

// A real database, of which a log has the newest messages. See tst_completedpage for all the ways in which
// they can overlap.
class CompletedHistoryStoreTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void newestComesFromTheLogAlone();
    void theLogIsCompletedByTheDatabase();
    void missedMessagesCrossFromTheDatabaseIntoTheLog();
    void whatIsInNeitherMakesAPageIncomplete();
    void whatIsStoredMeanwhileIsRead();
    void whatWasDeletedIsNotMissing();
    void aLockedDatabaseIsNotWaitedForLong();
    void withoutTheDatabaseThereIsTheLog();
    void withoutTheLogThereIsTheDatabase();
    void withoutBothThereIsAnError();
    void positionsAreKnown();
    void positionsAreKnownWithoutTheDatabase();
    void searchesGoOnInTheDatabase();
    void searchesArePagedOverBoth();
    void searchesWithoutOneOfThem();

private:
    // The log has messages `first` to `last`, the database those up to `stored`.
    void fill(qint64 stored, qint64 first, qint64 last);
    void store(qint64 first, qint64 last);
    [[nodiscard]] static chat::Message message(qint64 seq);
    [[nodiscard]] Expected<chat::HistoryPage> newest(std::optional<qint64> before, int limit)
    {
        return QCoro::waitFor(m_store->newest(u"room"_s, before, {.messages = limit}));
    }
    [[nodiscard]] Expected<chat::HistoryPage> after(qint64 seq, qint64 upTo, int limit = 100)
    {
        return QCoro::waitFor(m_store->after(u"room"_s, seq, upTo, {.messages = limit}));
    }
    [[nodiscard]] Expected<chat::SearchPage> search(SearchQuery query)
    {
        return QCoro::waitFor(m_store->search(u"room"_s, std::move(query)));
    }

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<test::HistoryDatabase> m_database;
    test::FakeLog m_log;
    std::unique_ptr<MetricsRegistry> m_metrics;
    FaultyStore *m_faulty = nullptr;
    std::unique_ptr<CompletedHistoryStore> m_store;
};

void CompletedHistoryStoreTest::initTestCase()
{
    QLoggingCategory::setFilterRules(u"nextchat.history=false"_s); // failures are provoked, warnings fatal
}

void CompletedHistoryStoreTest::init()
{
    m_mailbox = std::make_unique<Mailbox>();
    m_database = test::HistoryDatabase::make(sqlmigrate::DatabaseUrl::System::Sqlite);
    QVERIFY(m_database);
    m_log = test::FakeLog();
    m_metrics = std::make_unique<MetricsRegistry>();
    SqlHistoryOptions options = {.database = m_database->url(), .readers = 1, .readTimeout = 500ms};
    auto faulty = std::make_unique<FaultyStore>(std::make_unique<SqlHistoryStore>(options, *m_metrics));
    m_faulty = faulty.get();
    m_store = std::make_unique<CompletedHistoryStore>(std::move(faulty), m_log, 10s, *m_metrics);
}

void CompletedHistoryStoreTest::cleanup()
{
    m_store.reset();
    m_database.reset();
    m_mailbox.reset();
}

chat::Message CompletedHistoryStoreTest::message(qint64 seq)
{
    return {u"room"_s,
            u"ann"_s,
            u"text "_s + QString::number(seq),
            chat::Timestamp(std::chrono::microseconds(seq)),
            seq,
            u"e"_s,
            {}};
}

void CompletedHistoryStoreTest::store(qint64 first, qint64 last)
{
    QList<chat::Message> messages;
    for (qint64 seq = first; seq <= last; ++seq)
        messages.append(message(seq));
    if (!messages.isEmpty())
        m_database->add(messages);
}

void CompletedHistoryStoreTest::fill(qint64 stored, qint64 first, qint64 last)
{
    store(1, stored);
    for (qint64 seq = first; seq <= last; ++seq)
        m_log.messages.append(message(seq));
    m_log.newestSeq = last;
}

void CompletedHistoryStoreTest::newestComesFromTheLogAlone()
{
    fill(10, 5, 20);
    const auto page = newest({}, 15);
    QCOMPARE(seqsOf(page->messages), range(6, 20));
    QVERIFY(page->complete && page->hasMore);
    QCOMPARE(m_faulty->reads, 0);
}

void CompletedHistoryStoreTest::theLogIsCompletedByTheDatabase()
{
    fill(10, 8, 20);
    for (qint64 before : {21, 15, 11, 10, 5}) {
        const auto page = newest(before, 100);
        QCOMPARE(seqsOf(page->messages), range(1, before - 1));
        QVERIFY(page->complete && !page->hasMore);
    }
    const auto page = newest({}, 17);
    QCOMPARE(seqsOf(page->messages), range(4, 20));
    QVERIFY(page->complete && page->hasMore);
    QCOMPARE(page->messages[0], message(4));
    QCOMPARE(page->messages[16], message(20));
}

void CompletedHistoryStoreTest::missedMessagesCrossFromTheDatabaseIntoTheLog()
{
    fill(10, 8, 20);
    for (int limit : {1, 3, 7, 20}) {
        Seqs all;
        qint64 last = 0;
        for (bool more = true; more;) {
            const auto page = after(last, 20, limit);
            QVERIFY(page->complete);
            all += seqsOf(page->messages);
            last = all.last();
            more = page->hasMore;
        }
        QCOMPARE(all, range(1, 20));
    }
    m_faulty->reads = 0;
    QCOMPARE(seqsOf(after(7, 20)->messages), range(8, 20)); // the log begins there
    QVERIFY(after(20, 20)->messages.isEmpty());
    QCOMPARE(m_faulty->reads, 0);
}

void CompletedHistoryStoreTest::whatIsInNeitherMakesAPageIncomplete()
{
    fill(10, 15, 20); // nobody has 11 to 14
    const auto page = newest({}, 8);
    QCOMPARE(seqsOf(page->messages), range(9, 10) + range(15, 20));
    QVERIFY(!page->complete && page->hasMore);
    QVERIFY(newest({}, 6)->complete);
    QVERIFY(newest(11, 5)->complete);
    const auto missed = after(8, 20);
    QCOMPARE(seqsOf(missed->messages), range(9, 10));
    QVERIFY(!missed->complete && missed->hasMore);
    m_log.messages.clear(); // nor the rest
    QVERIFY(!newest({}, 8)->complete);
    QVERIFY(!after(8, 20)->complete);
    QVERIFY(newest(11, 5)->complete);
}

// A log that deletes what the database got after it had been read: pages must not have a gap there.
void CompletedHistoryStoreTest::whatIsStoredMeanwhileIsRead()
{
    fill(10, 15, 20);
    m_faulty->beforeStoredUpTo = [this] { store(11, 14); };
    const auto page = newest({}, 20);
    QCOMPARE(seqsOf(page->messages), range(1, 20));
    QVERIFY(page->complete);
}

void CompletedHistoryStoreTest::whatWasDeletedIsNotMissing()
{
    fill(0, 21, 20); // an old group, whose messages were too old
    QVERIFY(m_database->writing().execute(u"INSERT INTO chat_groups VALUES ('room', 0, 20, 0)"_s));
    const auto page = newest({}, 20);
    QVERIFY(page->messages.isEmpty() && page->complete && !page->hasMore);
    QVERIFY(after(18, 20)->complete);
}

void CompletedHistoryStoreTest::aLockedDatabaseIsNotWaitedForLong()
{
    fill(10, 8, 20);
    // Without a write-ahead log a writer keeps readers out.
    QVERIFY(m_database->writing().select(u"PRAGMA journal_mode = DELETE"_s));
    QVERIFY(m_database->writing().execute(u"BEGIN EXCLUSIVE"_s));
    QElapsedTimer timer;
    timer.start();
    const auto page = newest({}, 50);
    QVERIFY(page);
    QCOMPARE(seqsOf(page->messages), range(8, 20));
    QVERIFY(!page->complete && page->hasMore);
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(m_database->writing().execute(u"ROLLBACK"_s));
    QTRY_VERIFY(newest({}, 50)->complete);
}

void CompletedHistoryStoreTest::withoutTheDatabaseThereIsTheLog()
{
    fill(10, 8, 20);
    for (const Error::Code code : {Error::Code::Unavailable, Error::Code::TimedOut}) {
        m_faulty->error = Error{code, {}};
        QVERIFY(newest({}, 5)->complete);
        const auto page = newest({}, 50);
        QCOMPARE(seqsOf(page->messages), range(8, 20));
        QVERIFY(!page->complete && page->hasMore);
        const auto below = newest(8, 50);
        QVERIFY(below->messages.isEmpty() && !below->complete);
        QVERIFY(after(7, 20)->complete);
        const auto missed = after(6, 20);
        QVERIFY(missed->messages.isEmpty() && !missed->complete);
    }
    const QByteArray text = m_metrics->render();
    QVERIFY2(text.contains("nextchat_history_incomplete_pages_total 6"), text.constData());
    QVERIFY2(text.contains("nextchat_history_log_pages_total 4"), text.constData());
}

void CompletedHistoryStoreTest::withoutTheLogThereIsTheDatabase()
{
    fill(10, 8, 20);
    for (const Error::Code code : {Error::Code::Unavailable, Error::Code::NotFound}) {
        m_log.error = Error{code, {}};
        const auto page = newest({}, 50);
        QCOMPARE(seqsOf(page->messages), range(1, 10));
        QVERIFY(!page->complete);
        QVERIFY(newest(11, 50)->complete);
        QVERIFY(after(2, 10)->complete);
        QVERIFY(!after(2, 11)->complete);
        QVERIFY(QCoro::waitFor(m_store->knows(u"room"_s, 10, u"e"_s)).value());
    }
}

void CompletedHistoryStoreTest::withoutBothThereIsAnError()
{
    fill(10, 8, 20);
    m_log.error = Error{Error::Code::Unavailable, {}};
    m_faulty->error = Error{Error::Code::Unavailable, {}};
    QCOMPARE(newest({}, 50).error().code, Error::Code::Unavailable);
    QCOMPARE(after(2, 10).error().code, Error::Code::Unavailable);
    QCOMPARE(search({.text = u"text"_s}).error().code, Error::Code::Unavailable);
    QCOMPARE(QCoro::waitFor(m_store->knows(u"room"_s, 10, u"e"_s)).error().code, Error::Code::Unavailable);
}

void CompletedHistoryStoreTest::positionsAreKnown()
{
    fill(10, 8, 20);
    const auto knows = [this](qint64 seq, const QString &epoch) {
        return QCoro::waitFor(m_store->knows(u"room"_s, seq, epoch)).value();
    };
    for (qint64 seq : {1, 9, 20}) {
        QVERIFY(knows(seq, u"e"_s));
        QVERIFY(!knows(seq, u"another"_s));
    }
    QVERIFY(!knows(21, u"e"_s));
    // It was lost: whoever has it shows what nobody else does.
    m_log.messages.clear();
    QVERIFY(!knows(20, u"e"_s));
}

void CompletedHistoryStoreTest::positionsAreKnownWithoutTheDatabase()
{
    fill(10, 8, 20);
    m_faulty->error = Error{Error::Code::TimedOut, {}};
    const auto knows = [this](qint64 seq, const QString &epoch) {
        return QCoro::waitFor(m_store->knows(u"room"_s, seq, epoch)).value();
    };
    QVERIFY(knows(9, u"e"_s));
    QVERIFY(!knows(7, u"e"_s));
    m_log.messages.clear(); // a quiet group
    QVERIFY(knows(20, u"e"_s));
    QVERIFY(!knows(19, u"e"_s));
}

void CompletedHistoryStoreTest::searchesGoOnInTheDatabase()
{
    fill(10, 8, 20);
    m_log.messages[0].text = u"changed"_s; // 8, which the database has
    const auto all = search({.text = u"TEXT"_s});
    QCOMPARE(seqsOf(all->messages), range(1, 20));
    QVERIFY(!all->hasMore);
    QCOMPARE(seqsOf(search({.text = u"text 1"_s})->messages), Seqs{1} + range(10, 19));
    QCOMPARE(seqsOf(search({.text = u"text 1"_s, .beforeSeq = 12})->messages), (Seqs{1, 10, 11}));
    QCOMPARE(seqsOf(search({.text = u"text 1"_s, .beforeSeq = 5})->messages), Seqs{1});
}

void CompletedHistoryStoreTest::searchesArePagedOverBoth()
{
    fill(10, 8, 20);
    for (int limit : {1, 3, 8, 50}) {
        Seqs found;
        std::optional<qint64> before;
        for (bool more = true; more;) {
            const auto page = search({.text = u"text"_s, .beforeSeq = before, .limit = {.messages = limit}});
            QVERIFY(page->messages.size() <= limit);
            found = seqsOf(page->messages) + found;
            more = page->hasMore;
            before = page->nextBeforeSeq;
        }
        QCOMPARE(found, range(1, 20));
    }
    // What may be looked at is counted over both.
    const auto page = search({.text = u"text"_s, .mostLooked = 13});
    QCOMPARE(seqsOf(page->messages), range(8, 20));
    QCOMPARE(page->nextBeforeSeq, std::optional<qint64>(8));
    // So is the size: with no room for another message it ends in the log.
    m_faulty->searches = 0;
    const auto full = search({.text = u"text"_s, .limit = {.messages = 50, .bytes = 30'000}});
    QCOMPARE(seqsOf(full->messages), range(11, 20));
    QCOMPARE(full->nextBeforeSeq, std::optional<qint64>(11));
    QCOMPARE(m_faulty->searches, 0);
}

void CompletedHistoryStoreTest::searchesWithoutOneOfThem()
{
    fill(10, 8, 20);
    m_faulty->error = Error{Error::Code::Unavailable, {}};
    const auto log = search({.text = u"text"_s});
    QCOMPARE(seqsOf(log->messages), range(8, 20));
    QVERIFY(log->hasMore);
    QCOMPARE(log->nextBeforeSeq, std::optional<qint64>(8));
    // Below that nobody looked, and going on there would never end.
    QCOMPARE(search({.text = u"text"_s, .beforeSeq = 8}).error().code, Error::Code::Unavailable);
    m_log.messages.clear();
    m_log.newestSeq = 0;
    for (qint64 seq = 1; seq <= 3; ++seq)
        m_log.add(seq, u"e"_s);
    QVERIFY(!search({.text = u"xxx"_s})->hasMore); // the log has the whole group
    m_faulty->error.reset();
    m_log.error = Error{Error::Code::Unavailable, {}};
    QCOMPARE(seqsOf(search({.text = u"text"_s})->messages), range(1, 10));
}

QTEST_GUILESS_MAIN(CompletedHistoryStoreTest)
#include "tst_completedhistorystore.moc"
