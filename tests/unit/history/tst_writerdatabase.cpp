// SPDX-License-Identifier: MIT
#include "server/history/writerdatabase.h"
#include "tests/unit/history/historydatabase.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Who owns which partition, and that only the owner stores.
class WriterDatabaseTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { HistoryDatabase::addRows(); }
    void init();
    void cleanup();

    void aPartitionHasOneOwner();
    void aTakenPartitionStoresNothing();
    void aPositionThatMovedStoresNothing();
    void fencesOnlyGrow();
    void writersAreCounted();
    void aBatchIsStoredWholeOrNotAtAll();
    void whatIsThereStays();
    void smallStatementsStoreTheSame();
    void groupsAreKnown();
    void endedLeasesAreFree();

private:
    using Batch = WriterDatabase::Batch;

    [[nodiscard]] std::unique_ptr<WriterDatabase> writer(const QByteArray &name)
    {
        auto opened = WriterDatabase::open({.url = m_database->url(), .owner = name, .lease = 60s});
        if (!opened)
            qWarning("%s", qPrintable(opened.error().message));
        return opened ? std::move(*opened) : nullptr;
    }
    [[nodiscard]] WriterDatabase::Owned take(WriterDatabase &writer, int k)
    {
        const auto taken = writer.take(k, 0);
        return taken && *taken ? **taken : WriterDatabase::Owned();
    }
    [[nodiscard]] static HistoryEntry entry(quint64 id, qint64 seq, const QString &text = u"text"_s)
    {
        HistoryEntry entry;
        entry.id = {id, 0};
        entry.kind = HistoryEntry::Kind::Message;
        entry.number = qint64(id);
        entry.group = "room";
        entry.seq = seq;
        entry.epoch = "e";
        entry.message = {.groupId = u"room"_s,
                         .authorId = u"ann"_s,
                         .text = text,
                         .sendTime = {},
                         .seq = seq,
                         .epoch = u"e"_s,
                         .clientMessageId = {}};
        return entry;
    }
    // Of messages with these seqs, and log ids alike.
    [[nodiscard]] static Batch batch(const WriterDatabase::Owned &owned, std::vector<HistoryEntry> entries,
                                     int k = 0)
    {
        Batch batch{.partition = k, .fence = owned.fence, .before = owned.position, .after = {}};
        batch.after = {.epoch = "e", .id = entries.back().id, .number = entries.back().number};
        batch.entries = std::move(entries);
        return batch;
    }
    [[nodiscard]] qint64 number(const QString &sql)
    {
        const auto rows = m_database->writing().select(sql);
        return rows && !rows->empty() ? rows->front()[0].toLongLong() : -1;
    }
    void endLease(int k)
    {
        QVERIFY(m_database->writing().execute(u"UPDATE partitions SET lease_until = 0 WHERE k = ?"_s, {k}));
    }

    std::unique_ptr<HistoryDatabase> m_database;
};

void WriterDatabaseTest::init()
{
    QFETCH_GLOBAL(sqlmigrate::DatabaseUrl::System, system);
    m_database = HistoryDatabase::make(system);
    QVERIFY(m_database);
}

void WriterDatabaseTest::cleanup()
{
    m_database.reset();
}

void WriterDatabaseTest::aPartitionHasOneOwner()
{
    const auto ann = writer("ann");
    const auto bob = writer("bob");
    const auto owned = take(*ann, 3);
    QCOMPARE(owned.fence, 1);
    QVERIFY(owned.position.epoch.isEmpty());
    QVERIFY(!bob->take(3, 0).value());
    QCOMPARE(bob->unowned(5).value(), (std::vector<int>{0, 1, 2, 4}));
    QCOMPARE(ann->unowned(5).value(), (std::vector<int>{0, 1, 2, 3, 4})); // after a loss of the connection
    QVERIFY(ann->renew({{3, owned.fence}}).value().empty());
    endLease(3);
    QCOMPARE(take(*bob, 3).fence, 2);
    QCOMPARE(ann->renew({{3, owned.fence}}).value(), std::vector<int>{3});
    QVERIFY(ann->release(3, owned.fence)); // not its own any more
    QVERIFY(!ann->take(3, 0).value());
    QVERIFY(bob->release(3, 2));
    QCOMPARE(take(*ann, 3).fence, 3);
    ann->leave();
    QCOMPARE(take(*bob, 3).fence, 4);
}

// The late batch of a writer that slept.
void WriterDatabaseTest::aTakenPartitionStoresNothing()
{
    const auto ann = writer("ann");
    const auto bob = writer("bob");
    const auto slept = take(*ann, 0);
    endLease(0);
    const auto taken = take(*bob, 0);
    const auto late = ann->store({batch(slept, {entry(1, 1)})});
    QVERIFY(late);
    QCOMPARE(late->lost, std::optional(0));
    QCOMPARE(number(u"SELECT COUNT(*) FROM messages"_s), 0);
    QCOMPARE(number(u"SELECT number FROM partitions"_s), 0);
    const auto stored = bob->store({batch(taken, {entry(1, 1)})});
    QVERIFY(stored && !stored->lost);
    QCOMPARE(stored->rows.stored, 1);
    QCOMPARE(number(u"SELECT number FROM partitions"_s), 1);
}

// A database that lost its last commits.
void WriterDatabaseTest::aPositionThatMovedStoresNothing()
{
    const auto ann = writer("ann");
    auto owned = take(*ann, 0);
    QVERIFY(!ann->store({batch(owned, {entry(1, 1)})}).value().lost);
    owned.position = {.epoch = "e", .id = {1, 0}, .number = 1};
    QVERIFY(!ann->store({batch(owned, {entry(2, 2)})}).value().lost);
    QCOMPARE(ann->store({batch(owned, {entry(3, 3)})}).value().lost, std::optional(0));
    QVERIFY(m_database->writing().execute(u"UPDATE partitions SET position_ms = 1"_s));
    owned.position.id.milliseconds = 2;
    QCOMPARE(ann->store({batch(owned, {entry(3, 3)})}).value().lost, std::optional(0));
    QCOMPARE(number(u"SELECT MAX(seq) FROM messages"_s), 2);
}

void WriterDatabaseTest::fencesOnlyGrow()
{
    const auto ann = writer("ann");
    QCOMPARE(take(*ann, 0).fence, 1);
    QCOMPARE(take(*ann, 0).fence, 2); // its own, again
    const auto higher = ann->take(0, 17).value().value_or(WriterDatabase::Owned());
    QCOMPARE(higher.fence, 17);
    QCOMPARE(take(*ann, 0).fence, 18);
}

void WriterDatabaseTest::writersAreCounted()
{
    const auto ann = writer("ann");
    const auto bob = writer("bob");
    QCOMPARE(ann->appear().value(), 1);
    QCOMPARE(ann->appear().value(), 1);
    QCOMPARE(bob->appear().value(), 2);
    bob->leave();
    QCOMPARE(ann->appear().value(), 1);
    QCOMPARE(bob->appear().value(), 2);
    QVERIFY(m_database->writing().execute(u"UPDATE writers SET lease_until = 1 WHERE owner = 'bob'"_s));
    QCOMPARE(ann->appear().value(), 1);
    QCOMPARE(number(u"SELECT COUNT(*) FROM writers"_s), 1);
}

void WriterDatabaseTest::aBatchIsStoredWholeOrNotAtAll()
{
    const auto ann = writer("ann");
    const auto first = take(*ann, 0);
    auto second = take(*ann, 1);
    second.fence = 99; // not its own
    const auto stored = ann->store({batch(first, {entry(1, 1)}), batch(second, {entry(2, 2)}, 1)});
    QCOMPARE(stored.value().lost, std::optional(1));
    QCOMPARE(number(u"SELECT COUNT(*) FROM messages"_s), 0);
    QCOMPARE(number(u"SELECT number FROM partitions WHERE k = 0"_s), 0);
    // Many rows, of which some can't be in: in one transaction all the same.
    std::vector<HistoryEntry> many;
    for (quint64 i = 1; i <= 1500; ++i)
        many.push_back(entry(i, qint64(i)));
    many.push_back(entry(1501, 700, u"another"_s));
    const auto all = ann->store({batch(first, std::move(many))});
    QCOMPARE(all.value().rows.stored, 1500);
    QCOMPARE(all.value().rows.deadLetters.size(), std::size_t(1));
    QCOMPARE(number(u"SELECT COUNT(*) FROM messages"_s), 1500);
    QCOMPARE(number(u"SELECT COUNT(*) FROM dead_letters WHERE seq = 700"_s), 1);
}

void WriterDatabaseTest::whatIsThereStays()
{
    const auto ann = writer("ann");
    auto owned = take(*ann, 0);
    QVERIFY(ann->store({batch(owned, {entry(1, 1), entry(2, 2), entry(3, 3)})}));
    owned.position = {.epoch = "e", .id = {3, 0}, .number = 3};
    HistoryEntry otherAuthor = entry(6, 3);
    otherAuthor.message.authorId = u"bob"_s;
    HistoryEntry otherEpoch = entry(7, 3);
    otherEpoch.message.epoch = u"f"_s;
    const auto again = ann->store({batch(
        owned, {entry(4, 2), entry(5, 3, u"TEXT"_s), otherAuthor, otherEpoch, entry(8, 4), entry(9, 4)})});
    QVERIFY(again && !again->lost);
    QCOMPARE(again->rows.repeated, 2);
    QCOMPARE(again->rows.stored, 1);
    QCOMPARE(again->rows.deadLetters.size(), std::size_t(3));
    for (const auto &letter : again->rows.deadLetters)
        QVERIFY(letter.isContradiction);
    QCOMPARE(
        number(u"SELECT COUNT(*) FROM messages WHERE text = 'text' AND author_id = 'ann' AND epoch = 'e'"_s),
        4);
    QCOMPARE(number(u"SELECT COUNT(*) FROM messages"_s), 4);
    QCOMPARE(number(u"SELECT COUNT(*) FROM dead_letters"_s), 3);
}

// A writer that leaves time to others.
void WriterDatabaseTest::smallStatementsStoreTheSame()
{
    const auto ann = writer("ann");
    std::vector<HistoryEntry> entries;
    for (int i = 1; i <= 700; ++i)
        entries.push_back(entry(quint64(i), i));
    const QString statements =
        u"SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'COM_INSERT'"_s;
    const bool isMySql = m_database->url().system == sqlmigrate::DatabaseUrl::System::MySql;
    const qint64 before = isMySql ? number(statements) : 0;
    const auto stored = ann->store({batch(take(*ann, 0), entries)}, {.rows = 64, .rests = 1});
    QVERIFY(stored && !stored->lost);
    QCOMPARE(stored->rows.stored, 700);
    QCOMPARE(number(u"SELECT COUNT(DISTINCT seq) FROM messages"_s), 700);
    if (isMySql)
        QVERIFY(number(statements) - before >= 10 + 7 + 4); // of 64, 8 and 1
}

void WriterDatabaseTest::groupsAreKnown()
{
    const auto ann = writer("ann");
    const auto owned = take(*ann, 0);
    HistoryEntry created;
    created.id = {1, 0};
    created.kind = HistoryEntry::Kind::GroupCreated;
    created.number = 1;
    created.seq = 1000;
    created.group = "made";
    created.message.groupId = u"made"_s;
    QVERIFY(ann->store({batch(owned, {created, entry(2, 1)})}));
    QVERIFY(ann->addGroups({u"made"_s, u"room"_s, u"old"_s}));
    QVERIFY(ann->addGroups({u"old"_s}));
    QCOMPARE(number(u"SELECT COUNT(*) FROM chat_groups"_s), 3);
    QCOMPARE(number(u"SELECT last_seq FROM chat_groups WHERE group_id = 'made'"_s), 1000);
}

void WriterDatabaseTest::endedLeasesAreFree()
{
    const auto ann = writer("ann");
    const auto bob = writer("bob");
    QCOMPARE(take(*ann, 0).fence, 1);
    QVERIFY(ann->appear());
    QVERIFY(WriterDatabase::endLeases(m_database->writing()));
    QCOMPARE(take(*bob, 0).fence, 2);
    QCOMPARE(bob->appear().value(), 1);
}

QTEST_GUILESS_MAIN(WriterDatabaseTest)
#include "tst_writerdatabase.moc"
