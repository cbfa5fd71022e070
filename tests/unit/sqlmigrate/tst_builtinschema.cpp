// SPDX-License-Identifier: MIT
#include "emptydatabase.h"
#include "sqlmigrate/compatibility.h"
#include "sqlmigrate/exacttext.h"
#include "sqlmigrate/migrator.h"
#include "tests/unit/broker/nastytext.h"

#include <QSqlRecord>
#include <QTest>

using namespace nextchat;
using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// The schema that the built-in migrations make: what its users may rely on in every database system.
class BuiltInSchemaTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void theProgramMayWriteToIt();
    void anEmptyDatabaseNamesTheCommand();
    void theSystemsHaveTheSameTablesAndColumns();
    void everyTextRoundTrips();
    void idsAreComparedAsBytes();
    void aNumberIsStoredOnce();
    void deadLettersTakeAnything();
    void theLargestValuesFit();
    void theNewestPageIsARange();
    void whatAClientPostedIsFoundByItsIndex();

private:
    void insert(const QString &group, qint64 seq, const QString &author, const QString &text,
                const QByteArray &clientId = {});
    [[nodiscard]] QVariant binary(const QString &column, const QString &where);
    [[nodiscard]] bool isMySql() const { return m_connection->url().system == EmptyDatabase::System::MySql; }

    std::unique_ptr<EmptyDatabase> m_database;
    std::unique_ptr<Connection> m_connection;
};

namespace {

Outcome<std::vector<int>> migrate(Connection &connection)
{
    return Migrator(connection, builtInMigrations(connection.dialect()).value(), programVersion()).up();
}

} // namespace

void BuiltInSchemaTest::initTestCase_data()
{
    EmptyDatabase::addSystems();
}

void BuiltInSchemaTest::init()
{
    QFETCH_GLOBAL(const EmptyDatabase::System, system);
    m_database = std::make_unique<EmptyDatabase>(system);
    m_connection = m_database->open();
    // The tables choose their own character set.
    if (isMySql())
        QVERIFY(m_connection->execute(u"ALTER DATABASE CHARACTER SET latin1"_s));
    if (QLatin1String(QTest::currentTestFunction()) == u"anEmptyDatabaseNamesTheCommand")
        return;
    const auto migrated = migrate(*m_connection);
    QVERIFY2(migrated, migrated ? "" : qPrintable(migrated.error().message));
}

void BuiltInSchemaTest::cleanup()
{
    m_connection.reset();
    m_database.reset();
}

void BuiltInSchemaTest::insert(const QString &group, qint64 seq, const QString &author, const QString &text,
                               const QByteArray &clientId)
{
    // CHAR is SQLite's TEXT, too.
    const auto done = m_connection->execute(
        u"INSERT INTO messages (group_id, seq, epoch, author_id, text, send_time, client_message_id) VALUES "
        "(CAST(? AS CHAR), ?, 'e1', CAST(? AS CHAR), CAST(? AS CHAR), ?, ?)"_s,
        {toExactText(group), seq, toExactText(author), toExactText(text), 1'795'610'008'853'123 + seq,
         clientId.isNull() ? QVariant() : QVariant(clientId)});
    QVERIFY2(done, done ? "" : qPrintable(done.error().message));
}

QVariant BuiltInSchemaTest::binary(const QString &column, const QString &where)
{
    const QString cast = isMySql() ? u"BINARY"_s : u"BLOB"_s;
    const auto rows = m_connection->select(u"SELECT CAST("_s + column + u" AS "_s + cast
                                           + u") FROM messages WHERE "_s + where);
    return rows && rows->size() == 1 ? rows->front()[0] : QVariant();
}

void BuiltInSchemaTest::theProgramMayWriteToIt()
{
    const auto known = builtInMigrations(m_connection->dialect()).value();
    const auto fits = checkSchema(*m_connection, known, programVersion());
    QVERIFY2(fits, fits ? "" : qPrintable(fits.error().message));
    // Also one that is older than the newest migration.
    const std::vector<Migration> first{known.front()};
    QVERIFY(checkSchema(*m_connection, first, QVersionNumber(0, 1, 0)));
}

void BuiltInSchemaTest::anEmptyDatabaseNamesTheCommand()
{
    const auto reading = m_database->open(1s, Connection::Mode::Read);
    const auto known = builtInMigrations(reading->dialect()).value();
    const auto fits = checkSchema(*reading, known, programVersion());
    QCOMPARE(fits.error().code, Error::Code::Conflict);
    QVERIFY2(fits.error().message.contains(u"Run: nextchat-sqlmigrate --database '"_s
                                           + m_database->url().text() + u"' up"_s),
             qPrintable(fits.error().message));
}

void BuiltInSchemaTest::theSystemsHaveTheSameTablesAndColumns()
{
    const QHash<QString, QString> expected{
        {u"store_facts"_s, u"name, value"_s},
        {u"chat_groups"_s, u"group_id, created_at, last_seq, last_time"_s},
        {u"messages"_s, u"group_id, seq, epoch, author_id, text, send_time, client_message_id"_s},
        {u"partitions"_s,
         u"k, owner, fence, lease_until, epoch, position_ms, position_n, number, stored_at"_s},
        {u"dead_letters"_s, u"id, time, k, log_id, group_id, seq, epoch, entry, reason"_s},
        {u"writers"_s, u"owner, lease_until"_s},
    };
    QStringList tables = expected.keys();
    tables.sort();
    QCOMPARE(EmptyDatabase::tables(*m_connection), tables);
    for (auto it = expected.begin(); it != expected.end(); ++it) {
        const auto rows = m_connection->select(u"SELECT "_s + it.value() + u" FROM "_s + it.key());
        QVERIFY2(rows, rows ? "" : qPrintable(it.key() + rows.error().message));
        const auto all = m_connection->database().record(it.key());
        QCOMPARE(all.count(), it.value().split(u", "_s).size());
    }
}

void BuiltInSchemaTest::everyTextRoundTrips()
{
    qint64 seq = 0;
    for (const QString &text : nastyTexts()) {
        ++seq;
        insert(u"g"_s, seq, u"ann"_s, text);
        const QVariant stored = binary(u"text"_s, u"seq = "_s + QString::number(seq));
        QCOMPARE(stored.toByteArray(), text.toUtf8());
        QCOMPARE(fromExactText(stored), text);
    }
    // As they come without a cast from MySQL, since their collation is binary.
    if (isMySql()) {
        const auto rows = m_connection->select(u"SELECT text FROM messages ORDER BY seq"_s);
        for (std::size_t i = 0; i < rows->size(); ++i)
            QCOMPARE(fromExactText(rows->at(i)[0]), nastyTexts().at(static_cast<qsizetype>(i)));
    }
}

void BuiltInSchemaTest::idsAreComparedAsBytes()
{
    const QStringList ids{u"room"_s,       u"Room"_s, u"r\u00f6om"_s, u"ro\u0308om"_s, u"\U0001f600"_s,
                          u"\U0001f601"_s, u"%"_s,    u"_"_s,         u"'; --"_s};
    for (const QString &id : ids)
        insert(id, 1, id, id);
    for (const QString &id : ids) {
        const auto rows = m_connection->select(
            u"SELECT text FROM messages WHERE group_id = CAST(? AS CHAR) AND author_id = CAST(? AS CHAR)"_s,
            {toExactText(id), toExactText(id)});
        QCOMPARE(rows->size(), std::size_t(1));
        QCOMPARE(rows->front()[0].toString(), id);
    }
    // A client's id may end with blanks.
    insert(u"g"_s, 1, u"ann"_s, u"t"_s, "id");
    insert(u"g"_s, 2, u"ann"_s, u"t"_s, "id ");
    const auto found = m_connection->select(u"SELECT seq FROM messages WHERE group_id = 'g' AND author_id = "
                                            "'ann' AND client_message_id = ?"_s,
                                            {QByteArray("id ")});
    QCOMPARE(found->size(), std::size_t(1));
    QCOMPARE(found->front()[0].toInt(), 2);
    // Sorted by their bytes.
    const auto sorted =
        m_connection->select(u"SELECT group_id FROM messages WHERE author_id <> 'ann' ORDER BY group_id"_s);
    QByteArrayList bytes;
    for (const QVariantList &row : *sorted)
        bytes.append(row[0].toString().toUtf8());
    QVERIFY(std::is_sorted(bytes.begin(), bytes.end()));
}

void BuiltInSchemaTest::aNumberIsStoredOnce()
{
    insert(u"g"_s, 7, u"ann"_s, u"one"_s);
    const auto again = m_connection->execute(u"INSERT INTO messages (group_id, seq, epoch, author_id, text, "
                                             u"send_time) VALUES ('g', 7, 'e2', 'bob', "
                                             "'other', 1)"_s);
    QVERIFY(!again);
    if (isMySql())
        QCOMPARE(again.error().code, Error::Code::Conflict);
    QCOMPARE(binary(u"text"_s, u"seq = 7"_s).toByteArray(), "one");
}

void BuiltInSchemaTest::deadLettersTakeAnything()
{
    QByteArray entry;
    for (int i = 0; i < 256; ++i)
        entry += static_cast<char>(i);
    const QString sql =
        u"INSERT INTO dead_letters (time, k, log_id, group_id, seq, epoch, entry, reason) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?)"_s;
    for (const QVariant &unreadable : {QVariant(QByteArray("\xff\xfe\0", 3)), QVariant()}) {
        const auto done = m_connection->execute(sql,
                                                {qint64(1), 1023, u"1795610008853-18446744073709551615"_s,
                                                 unreadable, QVariant(), unreadable, entry.repeated(1024),
                                                 u"Incorrect string value: '\\xF0\\x9F'"_s});
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    }
    const auto rows = m_connection->select(u"SELECT id, group_id, entry FROM dead_letters ORDER BY id"_s);
    QCOMPARE(rows->size(), std::size_t(2));
    QVERIFY(rows->at(0)[0].toLongLong() < rows->at(1)[0].toLongLong());
    QCOMPARE(rows->at(0)[1].toByteArray(), QByteArray("\xff\xfe\0", 3));
    QVERIFY(rows->at(1)[1].isNull());
    QCOMPARE(rows->at(1)[2].toByteArray(), entry.repeated(1024));
}

void BuiltInSchemaTest::theLargestValuesFit()
{
    const QString id(64, QChar(u'\u8b70'));
    insert(id, (qint64(1) << 53) - 1, id, QString(4096, QChar(u'\u8b70')), id.toUtf8());
    const qint64 most = std::numeric_limits<qint64>::max();
    const auto done =
        m_connection->execute(u"INSERT INTO partitions (k, owner, fence, lease_until, epoch, position_ms, "
                              u"position_n, number, stored_at) "
                              "VALUES (1023, ?, ?, ?, ?, ?, ?, ?, ?)"_s,
                              {QString(64, u'x'), most, most, QString(64, u'x'), most, most, most, most});
    QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    QVERIFY(m_connection->execute(u"INSERT INTO chat_groups VALUES (?, ?, ?, ?)"_s, {id, most, most, most}));
    QCOMPARE(m_connection->select(u"SELECT number FROM partitions WHERE k = 1023"_s)->front()[0].toLongLong(),
             most);
}

// Asserts the plan: a range of the primary key read backwards, nothing sorted.
void BuiltInSchemaTest::theNewestPageIsARange()
{
    for (int seq = 1; seq <= 200; ++seq)
        insert(seq % 2 ? u"g"_s : u"h"_s, seq, u"ann"_s, u"text"_s);
    const QString page =
        u" SELECT seq, text FROM messages WHERE group_id = CAST(? AS CHAR) AND seq < ? ORDER BY seq "
        "DESC LIMIT 50"_s;
    const QVariantList values{toExactText(u"g"_s), qint64(1000)};
    QCOMPARE(m_connection->select(page, values)->size(), std::size_t(50));
    if (!isMySql()) {
        const auto plan = m_connection->select(u"EXPLAIN QUERY PLAN"_s + page, values);
        QCOMPARE(plan->size(), std::size_t(1));
        QVERIFY2(plan->front().last().toString().contains(u"USING PRIMARY KEY (group_id=? AND seq<?)"_s),
                 qPrintable(plan->front().last().toString()));
        return;
    }
    QVERIFY(m_connection->select(u"ANALYZE TABLE messages"_s));
    const auto plan = m_connection->select(u"EXPLAIN"_s + page, values);
    QVERIFY2(plan, plan ? "" : qPrintable(plan.error().message));
    QCOMPARE(plan->size(), std::size_t(1));
    const QVariantList row = plan->front();
    QCOMPARE(row[3].toString(), u"range"_s);
    QCOMPARE(row[5].toString(), u"PRIMARY"_s);
    QVERIFY2(!row.last().toString().contains(u"filesort"_s), qPrintable(row.last().toString()));
}

void BuiltInSchemaTest::whatAClientPostedIsFoundByItsIndex()
{
    for (int seq = 1; seq <= 200; ++seq)
        insert(u"g"_s, seq, u"ann"_s, u"text"_s, "id-" + QByteArray::number(seq));
    const QString sql =
        u" SELECT seq, epoch, send_time FROM messages WHERE group_id = CAST(? AS CHAR) AND author_id = "
        "CAST(? AS CHAR) AND client_message_id = ?"_s;
    const QVariantList values{toExactText(u"g"_s), toExactText(u"ann"_s), QByteArray("id-7")};
    QCOMPARE(m_connection->select(sql, values)->front()[0].toInt(), 7);
    if (!isMySql())
        return;
    QVERIFY(m_connection->select(u"ANALYZE TABLE messages"_s));
    const QVariantList row = m_connection->select(u"EXPLAIN"_s + sql, values)->front();
    QCOMPARE(row[3].toString(), u"ref"_s);
    QCOMPARE(row[5].toString(), u"messages_by_client_id"_s);
}

QTEST_GUILESS_MAIN(BuiltInSchemaTest)
#include "tst_builtinschema.moc"
