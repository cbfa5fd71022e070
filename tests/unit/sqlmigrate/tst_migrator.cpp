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

Migration migration(int version, const QByteArray &sql, const QByteArray &compatibleWith = "1.0")
{
    const QString fileName = QStringLiteral("%1_step.sql").arg(version, 4, 10, QChar(u'0'));
    auto parsed =
        parseMigration(fileName, "-- Compatible with: " + compatibleWith + "\n" + sql, SqliteDialect());
    Q_ASSERT(parsed);
    return std::move(*parsed);
}

std::vector<Migration> threeSteps()
{
    return {migration(1, "CREATE TABLE a (x INT);"),
            migration(2, "CREATE TABLE b (x INT); INSERT INTO b VALUES (1);"),
            migration(3, "CREATE TABLE c (x INT);")};
}

} // namespace

// What holds for every database system.
class MigratorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void aFreshDatabaseGetsEverything();
    void aSecondRunChangesNothing();
    void upStopsWhereItIsTold();
    void unknownVersionsAreRefused();
    void thePlanChangesNothing();
    void anEditedMigrationIsAnError();
    void aMissingMigrationIsAnError();
    void aFailedStatementIsRecordedAndRepaired();
    void aMigrationThatWasInterruptedAsksForRepair();
    void twoAtOnceApplyEachOnce();
    void aHeldLockIsReported();
    void aBaselineIsNotRun();
    void aBaselineNeedsAnEmptyHistory();
    void theSchemaMustFitTheProgram_data();
    void theSchemaMustFitTheProgram();
    void aNewerSchemaThatExcludesUsIsNotTouched();

private:
    [[nodiscard]] QStringList tables() const { return EmptyDatabase::tables(*m_connection); }

    std::unique_ptr<EmptyDatabase> m_database;
    std::unique_ptr<Connection> m_connection;
};

void MigratorTest::initTestCase_data()
{
    EmptyDatabase::addSystems();
}

void MigratorTest::init()
{
    QFETCH_GLOBAL(const DatabaseUrl::System, system);
    m_database = std::make_unique<EmptyDatabase>(system);
    m_connection = m_database->open();
}

void MigratorTest::cleanup()
{
    m_connection.reset();
    m_database.reset();
}

void MigratorTest::aFreshDatabaseGetsEverything()
{
    Migrator migrator(*m_connection, threeSteps(), program);
    const auto applied = migrator.up();
    QVERIFY2(applied, applied ? "" : qPrintable(applied.error().message));
    QCOMPARE(*applied, (std::vector<int>{1, 2, 3}));
    QCOMPARE(tables(), (QStringList{u"a"_s, u"b"_s, u"c"_s}));
    const auto history = SchemaHistory(*m_connection).read();
    QCOMPARE(history->size(), std::size_t(3));
    const MigrationRecord &second = history->at(2);
    QVERIFY(second.success);
    QCOMPARE(second.statementsDone, 2);
    QCOMPARE(second.checksum, threeSteps()[1].checksum);
    QCOMPARE(second.compatibleWith, QVersionNumber(1, 0));
    QVERIFY(qAbs(second.startedAt.secsTo(QDateTime::currentDateTimeUtc())) < 60);
}

void MigratorTest::aSecondRunChangesNothing()
{
    QVERIFY(Migrator(*m_connection, threeSteps(), program).up());
    const auto again = Migrator(*m_connection, threeSteps(), program).up();
    QVERIFY(again);
    QVERIFY(again->empty());
    QVERIFY(Migrator(*m_connection, threeSteps(), program).validate());
}

void MigratorTest::upStopsWhereItIsTold()
{
    Migrator migrator(*m_connection, threeSteps(), program);
    QCOMPARE(migrator.up(2).value(), (std::vector<int>{1, 2}));
    QCOMPARE(tables(), (QStringList{u"a"_s, u"b"_s}));
    const auto states = migrator.status().value();
    QCOMPARE(states[1].state, MigrationStatus::State::Applied);
    QCOMPARE(states[2].state, MigrationStatus::State::Pending);
    QCOMPARE(migrator.up().value(), (std::vector<int>{3}));
}

void MigratorTest::unknownVersionsAreRefused()
{
    Migrator migrator(*m_connection, threeSteps(), program);
    QCOMPARE(migrator.up(9).error().kind, MigrationError::Kind::Usage);
    QCOMPARE(migrator.baseline(9).error().kind, MigrationError::Kind::Usage);
}

void MigratorTest::thePlanChangesNothing()
{
    const auto reading = m_database->open(1s, Connection::Mode::Read);
    Migrator migrator(*reading, threeSteps(), program);
    QCOMPARE(migrator.plan(2).value().size(), std::size_t(2));
    QCOMPARE(migrator.status().value().size(), std::size_t(3));
    QVERIFY(migrator.validate());
    QVERIFY(tables().isEmpty());
    QVERIFY(!migrator.up()); // a reading connection can't
}

void MigratorTest::anEditedMigrationIsAnError()
{
    QVERIFY(Migrator(*m_connection, threeSteps(), program).up(2));
    auto edited = threeSteps();
    edited[0] = migration(1, "CREATE TABLE a (x INT, y INT);");
    Migrator migrator(*m_connection, edited, program);
    QCOMPARE(migrator.validate().error().kind, MigrationError::Kind::Checksum);
    QCOMPARE(migrator.status().value()[0].state, MigrationStatus::State::Edited);
    QCOMPARE(migrator.up().error().kind, MigrationError::Kind::Checksum);
    QCOMPARE(tables(), (QStringList{u"a"_s, u"b"_s}));
}

void MigratorTest::aMissingMigrationIsAnError()
{
    QVERIFY(Migrator(*m_connection, threeSteps(), program).up());
    auto without = threeSteps();
    without.erase(without.begin() + 1);
    Migrator migrator(*m_connection, without, program);
    QCOMPARE(migrator.validate().error().kind, MigrationError::Kind::Checksum);
    QCOMPARE(migrator.status().value()[1].state, MigrationStatus::State::Missing);
}

void MigratorTest::aFailedStatementIsRecordedAndRepaired()
{
    auto steps = threeSteps();
    steps[1] = migration(2, "CREATE TABLE b (x INT);\nINSERT INTO nowhere VALUES (1);");
    Migrator broken(*m_connection, steps, program);
    const auto failed = broken.up();
    QCOMPARE(failed.error().kind, MigrationError::Kind::Failed);
    QVERIFY2(failed.error().message.contains(QLatin1String("statement 2 of 2 (line 3)")),
             qPrintable(failed.error().message));
    const bool rollsBack = m_connection->dialect().transactionalDdl();
    QCOMPARE(tables(), rollsBack ? QStringList{u"a"_s} : (QStringList{u"a"_s, u"b"_s}));

    const MigrationRecord record = SchemaHistory(*m_connection).read()->at(2);
    QVERIFY(!record.success);
    QCOMPARE(record.statementsDone, 1);
    QVERIFY(record.error.contains(QLatin1String("nowhere")));

    // The mended file does not help as long as the record stands.
    steps[1] = migration(2, "CREATE TABLE b (x INT);\nINSERT INTO b VALUES (1);");
    Migrator mended(*m_connection, steps, program);
    QCOMPARE(mended.validate().error().kind, MigrationError::Kind::FailedBefore);
    QCOMPARE(mended.up().error().kind, MigrationError::Kind::FailedBefore);
    QCOMPARE(mended.repair().value(), std::vector<int>{2});
    QCOMPARE(mended.status().value()[1].state, MigrationStatus::State::Repaired);
    QCOMPARE(mended.up().value(), (std::vector<int>{2, 3}));
    QCOMPARE(tables(), (QStringList{u"a"_s, u"b"_s, u"c"_s}));
    QVERIFY(mended.repair().value().empty());
}

void MigratorTest::aMigrationThatWasInterruptedAsksForRepair()
{
    SchemaHistory history(*m_connection);
    QVERIFY(history.createTable());
    QVERIFY(history.write(SchemaHistory::beginning(threeSteps()[0]))); // as a killed program leaves it
    Migrator migrator(*m_connection, threeSteps(), program);
    QCOMPARE(migrator.up().error().kind, MigrationError::Kind::FailedBefore);
    QVERIFY(migrator.repair());
    QCOMPARE(migrator.up().value(), (std::vector<int>{1, 2, 3}));
}

void MigratorTest::twoAtOnceApplyEachOnce()
{
    constexpr int migrators = 4;
    std::atomic<int> applied = 0;
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < migrators; ++i) {
        threads.emplace_back([&] {
            const auto connection = m_database->open();
            const auto result = Migrator(*connection, threeSteps(), program).up();
            if (result)
                applied += static_cast<int>(result->size());
            else
                ++failures;
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(failures.load(), 0);
    QCOMPARE(applied.load(), 3);
    QCOMPARE(m_connection->select(QStringLiteral("SELECT * FROM b"))->size(), std::size_t(1));
}

void MigratorTest::aHeldLockIsReported()
{
    QVERIFY(m_connection->dialect().lock(*m_connection, 1s));
    QVERIFY(m_connection->execute(m_connection->dialect().beginStatement()));
    const auto other = m_database->open(50ms);
    Migrator migrator(*other, threeSteps(), program);
    migrator.setPatience(50ms);
    QCOMPARE(migrator.up().error().kind, MigrationError::Kind::Locked);
    QCOMPARE(migrator.baseline(1).error().kind, MigrationError::Kind::Locked);
    QCOMPARE(migrator.repair().error().kind, MigrationError::Kind::Locked);
    QVERIFY(m_connection->execute(QStringLiteral("ROLLBACK")));
    m_connection->dialect().unlock(*m_connection);
    QVERIFY(migrator.up()); // it left no record of a failure
}

void MigratorTest::aBaselineIsNotRun()
{
    Migrator migrator(*m_connection, threeSteps(), program);
    QVERIFY(migrator.baseline(2));
    QVERIFY(tables().isEmpty());
    QCOMPARE(migrator.up().value(), std::vector<int>{3});
    QCOMPARE(tables(), QStringList{u"c"_s});
}

void MigratorTest::aBaselineNeedsAnEmptyHistory()
{
    Migrator migrator(*m_connection, threeSteps(), program);
    QVERIFY(migrator.up(1));
    QCOMPARE(migrator.baseline(2).error().kind, MigrationError::Kind::Failed);
    QCOMPARE(migrator.status().value()[1].state, MigrationStatus::State::Pending);
}

void MigratorTest::theSchemaMustFitTheProgram_data()
{
    QTest::addColumn<int>("known"); // migrations of the program
    QTest::addColumn<int>("applied"); // migrations of the database
    QTest::addColumn<QByteArray>("compatibleWith"); // of the database's last
    QTest::addColumn<QString>("says"); // null: fits
    QTest::newRow("same") << 2 << 2 << QByteArray("1.0") << QString();
    QTest::newRow("older") << 2 << 1 << QByteArray("1.0") << "Run: nextchat-sqlmigrate --database 'URL' up";
    QTest::newRow("empty") << 2 << 0 << QByteArray("1.0") << "older";
    QTest::newRow("newer, compatible") << 1 << 2 << QByteArray("1.0") << QString();
    QTest::newRow("newer, compatible with older ones too") << 1 << 2 << QByteArray("0.9") << QString();
    QTest::newRow("newer, incompatible") << 1 << 2 << QByteArray("1.1") << "at least version 1.1";
}

void MigratorTest::theSchemaMustFitTheProgram()
{
    QFETCH(const int, known);
    QFETCH(const int, applied);
    QFETCH(const QByteArray, compatibleWith);
    QFETCH(QString, says);
    const auto some = [&](int count, const QByteArray &lastCompatible) {
        std::vector<Migration> result;
        for (int version = 1; version <= count; ++version) {
            result.push_back(migration(version, "CREATE TABLE t" + QByteArray::number(version) + " (x INT)",
                                       version == count ? lastCompatible : "1.0"));
        }
        return result;
    };
    if (applied > 0)
        QVERIFY(Migrator(*m_connection, some(applied, compatibleWith), QVersionNumber(9)).up());

    const auto fits = checkSchema(*m_connection, some(known, "1.0"), program);
    QCOMPARE(fits.has_value(), says.isNull());
    if (!fits) {
        says.replace(u"URL"_s, m_database->url().text());
        QVERIFY2(fits.error().message.contains(says), qPrintable(fits.error().message));
        QVERIFY(!fits.error().message.contains(u'\n'));
    }
}

void MigratorTest::aNewerSchemaThatExcludesUsIsNotTouched()
{
    QVERIFY(Migrator(*m_connection,
                     {migration(1, "CREATE TABLE a (x INT)"), migration(3, "CREATE TABLE c (x INT)", "2.0")},
                     QVersionNumber(2))
                .up());
    Migrator old(*m_connection,
                 {migration(1, "CREATE TABLE a (x INT)"), migration(2, "CREATE TABLE b (x INT)")}, program);
    QCOMPARE(old.up().error().kind, MigrationError::Kind::Failed);
    QCOMPARE(old.validate().error().kind, MigrationError::Kind::Failed);
    QCOMPARE(old.status().value().back().state, MigrationStatus::State::Newer);
    QCOMPARE(tables(), (QStringList{u"a"_s, u"c"_s}));
}

QTEST_GUILESS_MAIN(MigratorTest)
#include "tst_migrator.moc"
