// SPDX-License-Identifier: MIT
#include "emptydatabase.h"
#include "sqlmigrate/compatibility.h"
#include "sqlmigrate/migrator.h"

#include <QTest>

#include <thread>

using namespace nextchat;
using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QVersionNumber program(1, 0);

Migration migration(const QByteArray &sql)
{
    auto parsed = parseMigration(u"0001_step.sql"_s, "-- Compatible with: 1.0\n" + sql, MySqlDialect());
    Q_ASSERT(parsed);
    return std::move(*parsed);
}

} // namespace

// Where DDL commits at once: what a migration leaves behind when it stops, and how it goes on.
class MigrationStepsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aRepairedMigrationGoesOnWhereItStopped();
    void anInterruptedMigrationAsksForRepair();
    void aStatementThatWasDoneBeforeTheInterruptionIsNotAFailure_data();
    void aStatementThatWasDoneBeforeTheInterruptionIsNotAFailure();
    void aStatementThatFailedIsNotTakenForDone();
    void onlyTheInterruptedStatementMayBeDone();
    void whatIsNoDdlIsCommittedWithItsRecord();
    void theStatementsDoneMustNotBeEdited();
    void theOthersMayBeMended();
    void waitingTooLongForATableNeedsNoRepair();
    void aStatementThatWasDoneMayStillWaitForItsTable();
    void aMigrationAtWorkIsRunning();
    void theLockIsOfOneDatabase();
    void theLockEndsWithItsConnection();
    void theServerRefusesASchemaThatWasNotFinished();

private:
    [[nodiscard]] Migrator migratorFor(const QByteArray &sql)
    {
        Migrator migrator(*m_connection, {migration(sql)}, program);
        migrator.setNotice([this](const QString &text) { m_notices.append(text); });
        return migrator;
    }
    [[nodiscard]] QStringList tables() const { return EmptyDatabase::tables(*m_connection); }
    [[nodiscard]] MigrationRecord record() { return SchemaHistory(*m_connection).read()->at(1); }
    void change(const QString &sql);
    // As a program leaves it that was killed after `done` statements.
    void interrupt(const QByteArray &sql, int done);

    std::unique_ptr<EmptyDatabase> m_database;
    std::unique_ptr<Connection> m_connection;
    QStringList m_notices;
};

void MigrationStepsTest::init()
{
    m_database = std::make_unique<EmptyDatabase>(EmptyDatabase::System::MySql);
    m_connection = m_database->open();
}

void MigrationStepsTest::cleanup()
{
    m_connection.reset();
    m_database.reset();
    m_notices.clear();
}

void MigrationStepsTest::change(const QString &sql)
{
    const auto changed = m_connection->execute(sql);
    QVERIFY2(changed, changed ? "" : qPrintable(changed.error().message));
}

void MigrationStepsTest::interrupt(const QByteArray &sql, int done)
{
    const Migration whole = migration(sql);
    SchemaHistory history(*m_connection);
    QVERIFY(history.createTable());
    MigrationRecord begun = SchemaHistory::beginning(whole);
    begun.statementsDone = done;
    begun.checksum = checksumOfFirst(whole, done);
    QVERIFY(history.write(begun));
    QVERIFY(record().interrupted());
}

void MigrationStepsTest::aRepairedMigrationGoesOnWhereItStopped()
{
    Migrator migrator =
        migratorFor("CREATE TABLE a (x INT);\nINSERT INTO late VALUES (1); CREATE TABLE b (x INT);");
    const auto failed = migrator.up();
    QCOMPARE(failed.error().kind, MigrationError::Kind::Failed);
    QVERIFY2(failed.error().message.contains(u"at statement 2 of 3 (line 3): "_s),
             qPrintable(failed.error().message));
    QVERIFY2(failed.error().message.contains(u"what comes before that statement stays applied"_s),
             qPrintable(failed.error().message));
    QCOMPARE(tables(), QStringList{u"a"_s});
    QCOMPARE(record().statementsDone, 1);
    QVERIFY2(record().error.contains(u"late"_s), qPrintable(record().error));

    const auto again = migrator.up();
    QCOMPARE(again.error().kind, MigrationError::Kind::FailedBefore);
    QVERIFY2(again.error().message.contains(u"statement 2 of 3 (line 3): "_s)
                 && again.error().message.contains(u"run repair, then up again"_s),
             qPrintable(again.error().message));

    change(u"CREATE TABLE late (x INT)"_s);
    QCOMPARE(migrator.repair().value(), std::vector<int>{1});
    QCOMPARE(migrator.status().value()[0].state, MigrationStatus::State::Repaired);
    QCOMPARE(migrator.up().value(), std::vector<int>{1}); // CREATE TABLE a would fail
    QCOMPARE(tables(), (QStringList{u"a"_s, u"b"_s, u"late"_s}));
    QVERIFY(record().success);
    QVERIFY(migrator.validate());
    QVERIFY(m_notices.isEmpty());
}

void MigrationStepsTest::anInterruptedMigrationAsksForRepair()
{
    const QByteArray sql = "CREATE TABLE a (x INT); CREATE TABLE b (x INT)";
    change(u"CREATE TABLE a (x INT)"_s);
    interrupt(sql, 1);
    Migrator migrator = migratorFor(sql);
    const auto stopped = migrator.up();
    QCOMPARE(stopped.error().kind, MigrationError::Kind::FailedBefore);
    QVERIFY2(stopped.error().message.contains(u"was interrupted at statement 2 of 2"_s),
             qPrintable(stopped.error().message));
    QCOMPARE(migrator.status().value()[0].state, MigrationStatus::State::Failed);
    QVERIFY(migrator.repair());
    QCOMPARE(migrator.up().value(), std::vector<int>{1});
    QCOMPARE(tables(), (QStringList{u"a"_s, u"b"_s}));
}

void MigrationStepsTest::aStatementThatWasDoneBeforeTheInterruptionIsNotAFailure_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::newRow("CREATE TABLE") << QByteArray("CREATE TABLE b (x INT)");
    QTest::newRow("ADD COLUMN") << QByteArray("ALTER TABLE a ADD COLUMN y INT");
    QTest::newRow("DROP COLUMN") << QByteArray("ALTER TABLE a DROP COLUMN z");
    QTest::newRow("CREATE INDEX") << QByteArray("CREATE INDEX i ON a (x)");
    QTest::newRow("DROP INDEX") << QByteArray("DROP INDEX old ON a");
    QTest::newRow("DROP TABLE") << QByteArray("DROP TABLE gone");
}

void MigrationStepsTest::aStatementThatWasDoneBeforeTheInterruptionIsNotAFailure()
{
    QFETCH(const QByteArray, statement);
    change(u"CREATE TABLE a (x INT, z INT UNIQUE, KEY old (x))"_s);
    change(u"CREATE TABLE gone (x INT)"_s);
    change(QString::fromUtf8(statement));
    const QByteArray sql = statement + "; CREATE TABLE last (x INT)";
    interrupt(sql, 0);
    Migrator migrator = migratorFor(sql);
    QVERIFY(migrator.repair());
    const auto applied = migrator.up();
    QVERIFY2(applied, applied ? "" : qPrintable(applied.error().message));
    QVERIFY(tables().contains(u"last"_s));
    QCOMPARE(m_notices,
             QStringList{u"Migration 1 (step): statement 1 of 2 (line 2) had been done already."_s});
}

void MigrationStepsTest::aStatementThatFailedIsNotTakenForDone()
{
    change(u"CREATE TABLE a (foreign_to_us INT)"_s);
    Migrator migrator = migratorFor("CREATE TABLE a (x INT)");
    QCOMPARE(migrator.up().error().kind, MigrationError::Kind::Failed);
    QVERIFY(migrator.repair());
    QCOMPARE(migrator.up().error().kind, MigrationError::Kind::Failed);
    QVERIFY(m_notices.isEmpty());
}

void MigrationStepsTest::onlyTheInterruptedStatementMayBeDone()
{
    const QByteArray sql = "CREATE TABLE a (x INT); CREATE TABLE b (x INT)";
    change(u"CREATE TABLE b (foreign_to_us INT)"_s);
    interrupt(sql, 0);
    Migrator migrator = migratorFor(sql);
    QVERIFY(migrator.repair());
    const auto failed = migrator.up();
    QCOMPARE(failed.error().kind, MigrationError::Kind::Failed);
    QVERIFY2(failed.error().message.contains(u"statement 2 of 2"_s), qPrintable(failed.error().message));
}

void MigrationStepsTest::whatIsNoDdlIsCommittedWithItsRecord()
{
    // The record can't be written while the statement has made it impossible: the row must not stay alone.
    const QByteArray sql = "CREATE TABLE a (x INT) ENGINE = InnoDB; INSERT INTO a VALUES (7)";
    QVERIFY(SchemaHistory(*m_connection).createTable());
    change(u"CREATE TRIGGER t BEFORE UPDATE ON schema_history FOR EACH ROW "
           "IF NEW.statements_done = 2 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF"_s);
    Migrator migrator = migratorFor(sql);
    QCOMPARE(migrator.up().error().kind, MigrationError::Kind::Failed);
    QCOMPARE(record().statementsDone, 1);
    QVERIFY(m_connection->select(u"SELECT * FROM a"_s)->empty());
    change(u"DROP TRIGGER t"_s);
    QVERIFY(migrator.repair());
    QVERIFY(migrator.up());
    QCOMPARE(m_connection->select(u"SELECT * FROM a"_s)->size(), std::size_t(1));
}

void MigrationStepsTest::theStatementsDoneMustNotBeEdited()
{
    QVERIFY(!migratorFor("CREATE TABLE a (x INT); INSERT INTO nowhere VALUES (1)").up());
    Migrator edited = migratorFor("CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1)");
    QVERIFY(edited.repair());
    const auto refused = edited.up();
    QCOMPARE(refused.error().kind, MigrationError::Kind::Checksum);
    QVERIFY2(refused.error().message.contains(u"executed of it, up to statement 1."_s),
             qPrintable(refused.error().message));
    QCOMPARE(edited.validate().error().kind, MigrationError::Kind::Checksum);
}

void MigrationStepsTest::theOthersMayBeMended()
{
    QVERIFY(!migratorFor("CREATE TABLE a (x INT); INSERT INTO nowhere VALUES (1)").up());
    const QByteArray good = "CREATE TABLE a (x INT);\n\n-- mended\nINSERT INTO a VALUES (1)";
    Migrator mended = migratorFor(good);
    QVERIFY(mended.repair());
    QVERIFY(mended.up());
    QVERIFY(mended.validate());
    QCOMPARE(record().checksum, migration(good).checksum);
}

void MigrationStepsTest::waitingTooLongForATableNeedsNoRepair()
{
    change(u"CREATE TABLE a (x INT) ENGINE = InnoDB"_s);
    const auto other = m_database->open();
    QVERIFY(other->execute(u"START TRANSACTION"_s));
    QVERIFY(other->select(u"SELECT * FROM a"_s)); // keeps the table's definition as it is
    const auto impatient = m_database->open(1s);
    Migrator migrator(*impatient, {migration("CREATE TABLE b (x INT); ALTER TABLE a ADD COLUMN y INT")},
                      program);
    const auto locked = migrator.up();
    QCOMPARE(locked.error().kind, MigrationError::Kind::Locked);
    QVERIFY2(locked.error().message.contains(u"statement 2 of 2"_s), qPrintable(locked.error().message));
    QVERIFY(other->execute(u"ROLLBACK"_s));
    QCOMPARE(migrator.up().value(), std::vector<int>{1});
}

void MigrationStepsTest::aStatementThatWasDoneMayStillWaitForItsTable()
{
    const QByteArray sql = "ALTER TABLE a ADD COLUMN y INT; CREATE TABLE b (x INT)";
    change(u"CREATE TABLE a (x INT, y INT) ENGINE = InnoDB"_s);
    interrupt(sql, 0);
    QVERIFY(migratorFor(sql).repair());
    const auto other = m_database->open();
    QVERIFY(other->execute(u"LOCK TABLES a WRITE"_s));
    const auto impatient = m_database->open(1s);
    QCOMPARE(Migrator(*impatient, {migration(sql)}, program).up().error().kind, MigrationError::Kind::Locked);
    QVERIFY(other->execute(u"UNLOCK TABLES"_s));
    const auto applied = migratorFor(sql).up();
    QVERIFY2(applied, applied ? "" : qPrintable(applied.error().message));
    QCOMPARE(m_notices.size(), 1);
}

void MigrationStepsTest::aMigrationAtWorkIsRunning()
{
    std::thread worker([this] {
        const auto connection = m_database->open();
        (void)Migrator(*connection, {migration("CREATE TABLE a (x INT); DO SLEEP(100)")}, program).up();
    });
    Migrator watching = migratorFor("CREATE TABLE a (x INT); DO SLEEP(100)");
    watching.setPatience(0ms);
    const auto state = [&] {
        const MigrationStatus status = watching.status().value()[0];
        return status.record && status.record->statementsDone == 1 ? status.state
                                                                   : MigrationStatus::State::Pending;
    };
    const bool running = QTest::qWaitFor([&] { return state() == MigrationStatus::State::Running; }, 20'000);
    const auto validated = watching.validate();
    const auto repaired = watching.repair();
    // Its second statement begins after that.
    const bool killed = QTest::qWaitFor(
        [&] {
            const auto holder = m_connection->select(u"SELECT id FROM information_schema.processlist WHERE "
                                                     "db = DATABASE() AND info LIKE 'DO SLEEP%'"_s);
            return holder && !holder->empty()
                && m_connection->execute(u"KILL "_s + holder->front()[0].toString());
        },
        20'000);
    worker.join();
    QVERIFY(running);
    QVERIFY(killed);
    QCOMPARE(validated.error().kind, MigrationError::Kind::Locked);
    QCOMPARE(repaired.error().kind, MigrationError::Kind::Locked);
    QTRY_COMPARE(state(), MigrationStatus::State::Failed);
    QVERIFY(record().interrupted()); // it lost its connection, so it could not say why
}

void MigrationStepsTest::theLockIsOfOneDatabase()
{
    const EmptyDatabase elsewhere(EmptyDatabase::System::MySql);
    const auto other = elsewhere.open();
    QVERIFY(other->dialect().lock(*other, 0ms));
    QVERIFY(migratorFor("CREATE TABLE a (x INT)").up());
    QVERIFY(!m_connection->dialect().isLocked(*m_connection).value());
    QVERIFY(m_connection->dialect().isLocked(*other).value());
}

void MigrationStepsTest::theLockEndsWithItsConnection()
{
    auto holding = m_database->open();
    QVERIFY(holding->dialect().lock(*holding, 0ms));
    Migrator migrator = migratorFor("CREATE TABLE a (x INT)");
    migrator.setPatience(0ms);
    QCOMPARE(migrator.up().error().kind, MigrationError::Kind::Locked);
    holding.reset();
    migrator.setPatience(20s);
    QVERIFY(migrator.up());
}

void MigrationStepsTest::theServerRefusesASchemaThatWasNotFinished()
{
    const QByteArray sql = "CREATE TABLE a (x INT); CREATE TABLE b (x INT)";
    interrupt(sql, 1);
    const auto reading = m_database->open(1s, Connection::Mode::Read);
    const auto fits = checkSchema(*reading, {migration(sql)}, program);
    QVERIFY(!fits);
    QCOMPARE(fits.error().code, Error::Code::Conflict);
    QVERIFY2(fits.error().message.startsWith(
                 u"Migration 1 (step) was not finished. See: nextchat-sqlmigrate --database '"_s
                 + m_database->url().text() + u"' status"_s),
             qPrintable(fits.error().message));
}

QTEST_GUILESS_MAIN(MigrationStepsTest)
#include "tst_migrationsteps.moc"
