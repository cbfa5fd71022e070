// SPDX-License-Identifier: MIT
#include "emptydatabase.h"
#include "migrateprogram.h"
#include "sqlmigrate/migrator.h"

#include <QTest>

using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;

// The program as a person or a deployment job runs it: what it prints and its exit codes.
class SqlmigrateProgramTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void wrongUsageExitsWith2_data();
    void wrongUsageExitsWith2();
    void upThenStatus();
    void theUrlComesFromWhereTheServerTakesIt();
    void aDryRunPrintsTheSqlAndCreatesNothing();
    void anEditedMigrationExitsWith3();
    void aHeldDatabaseExitsWith4();
    void aRecordedFailureExitsWith5AndIsRepaired();
    void tenAtOnceAllSucceed();

private:
    int run(const QStringList &arguments);
    void change(const QString &sql) const;

    std::unique_ptr<EmptyDatabase> m_database;
    MigrateProgram m_last;
};

void SqlmigrateProgramTest::initTestCase_data()
{
    EmptyDatabase::addSystems();
}

void SqlmigrateProgramTest::init()
{
    QFETCH_GLOBAL(const DatabaseUrl::System, system);
    m_database = std::make_unique<EmptyDatabase>(system);
}

void SqlmigrateProgramTest::cleanup()
{
    if (QTest::currentTestFailed())
        qInfo("The last run: %d\n%s%s", m_last.code, qPrintable(m_last.out), qPrintable(m_last.err));
    m_database.reset();
}

int SqlmigrateProgramTest::run(const QStringList &arguments)
{
    m_last = MigrateProgram::run(QStringList{u"--database"_s, m_database->urlText()} + arguments);
    return m_last.code;
}

void SqlmigrateProgramTest::change(const QString &sql) const
{
    const auto changed = m_database->open()->execute(sql);
    QVERIFY2(changed, changed ? "" : qPrintable(changed.error().message));
}

void SqlmigrateProgramTest::wrongUsageExitsWith2_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::newRow("nothing") << "";
    QTest::newRow("no database") << "up";
    QTest::newRow("no command") << "--database URL";
    QTest::newRow("unknown command") << "--database URL down";
    QTest::newRow("unknown option") << "--database URL up --force";
    QTest::newRow("an option of Qt") << "--database URL up --help-all";
    QTest::newRow("up to what, without --to") << "--database URL up 2";
    QTest::newRow("status of one") << "--database URL status 1";
    QTest::newRow("two commands") << "--database URL up status";
    QTest::newRow("baseline without a number") << "--database URL baseline";
    QTest::newRow("baseline of a word") << "--database URL baseline one";
    QTest::newRow("baseline 0") << "--database URL baseline 0";
    QTest::newRow("bad wait") << "--database URL up --wait soon";
    QTest::newRow("to a word") << "--database URL up --to one";
    QTest::newRow("dry run of status") << "--database URL status --dry-run";
    QTest::newRow("database and file") << "--database URL --database-file /nowhere up";
    QTest::newRow("no such file") << "--database-file /nowhere up";
    QTest::newRow("no user") << "--database mysql://host/name up";
    QTest::newRow("verification") << "--database mysql://user@host/name?ssl-mode=VERIFY_IDENTITY up";
    QTest::newRow("no URL") << "--database /tmp/x up";
}

void SqlmigrateProgramTest::wrongUsageExitsWith2()
{
    QFETCH(QString, arguments);
    m_last = MigrateProgram::run(
        arguments.replace(u"URL"_s, m_database->urlText()).split(u' ', Qt::SkipEmptyParts));
    QCOMPARE(m_last.code, 2);
    QCOMPARE(m_last.err.count(u'\n'), 1);
    QVERIFY(m_last.out.isEmpty());
}

void SqlmigrateProgramTest::upThenStatus()
{
    QCOMPARE(run({u"up"_s, u"--to"_s, u"99"_s}), 2);
    QCOMPARE(run({u"up"_s, u"--to"_s, u"1"_s}), 0);
    QCOMPARE(m_last.out, u"Applied migration 1.\n"_s);
    QCOMPARE(run({u"status"_s}), 0);
    QVERIFY(m_last.out.startsWith(u"0001  applied   messages"_s));
    QVERIFY(m_last.out.contains(u"\n0002  pending   partitions\n"_s));
    QCOMPARE(run({u"validate"_s}), 0);
    QCOMPARE(m_last.out, u"Valid. 2 pending.\n"_s);
    QCOMPARE(run({u"up"_s}), 0);
    QVERIFY(m_last.out.startsWith(u"Applied migration 2."_s));
    QCOMPARE(run({u"up"_s}), 0);
    QCOMPARE(m_last.out, u"Nothing to do.\n"_s);
    QCOMPARE(run({u"validate"_s}), 0);
    QCOMPARE(m_last.out, u"Valid.\n"_s);
    QCOMPARE(run({u"up"_s, u"--dry-run"_s}), 0);
    QCOMPARE(m_last.out, u"-- Nothing to do.\n"_s);
    QCOMPARE(run({u"repair"_s}), 0);
    QCOMPARE(m_last.out, u"Nothing to do.\n"_s);
    QCOMPARE(run({u"baseline"_s, u"1"_s}), 1);
    QCOMPARE(run({u"--version"_s}), 0);
    QVERIFY(m_last.out.contains(programVersion().toString()));
    QCOMPARE(run({u"--help"_s}), 0);
    QVERIFY(m_last.out.contains(u"commit every change of the schema at once"_s));
}

void SqlmigrateProgramTest::theUrlComesFromWhereTheServerTakesIt()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"url"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(m_database->urlText().toUtf8() + '\n');
    file.close();
    m_last = MigrateProgram::run({u"up"_s}, {u"NEXTCHAT_HISTORY_URL="_s + m_database->urlText()});
    QCOMPARE(m_last.code, 0);
    m_last = MigrateProgram::run({u"validate"_s}, {u"NEXTCHAT_HISTORY_URLFILE="_s + path});
    QCOMPARE(m_last.code, 0);
    m_last = MigrateProgram::run({u"validate"_s, u"--database-file"_s, path},
                                 {u"NEXTCHAT_HISTORY_URL=sqlite:///nowhere/x"_s});
    QCOMPARE(m_last.code, 0);
    QVERIFY(m_database->open()->select(u"SELECT * FROM messages"_s));
}

void SqlmigrateProgramTest::aDryRunPrintsTheSqlAndCreatesNothing()
{
    QCOMPARE(run({u"up"_s, u"--dry-run"_s}), 0);
    QVERIFY(m_last.out.startsWith(u"-- Migration 1 (messages)\n"_s));
    QVERIFY(m_last.out.contains(u"CREATE TABLE messages"_s));
    QVERIFY(m_last.out.contains(u"CREATE TABLE dead_letters"_s));
    QCOMPARE(run({u"up"_s, u"--dry-run"_s, u"--to"_s, u"1"_s}), 0);
    QVERIFY(!m_last.out.contains(u"CREATE TABLE dead_letters"_s));
    QVERIFY(!QFile::exists(m_database->url().path));
    const auto connection = m_database->open();
    QVERIFY(EmptyDatabase::tables(*connection).isEmpty());
    QVERIFY(!connection->dialect().hasTable(*connection, u"schema_history"_s).value());
}

void SqlmigrateProgramTest::anEditedMigrationExitsWith3()
{
    QCOMPARE(run({u"up"_s}), 0);
    change(u"UPDATE schema_history SET checksum = 'other' WHERE version = 1"_s);
    QCOMPARE(run({u"validate"_s}), 3);
    QVERIFY(m_last.err.contains(u"Migration 1 (messages) was edited"_s));
    QCOMPARE(run({u"up"_s}), 3);
    QCOMPARE(run({u"status"_s}), 0);
    QVERIFY(m_last.out.startsWith(u"0001  edited"_s));
}

void SqlmigrateProgramTest::aHeldDatabaseExitsWith4()
{
    const auto holding = m_database->open();
    QVERIFY(holding->dialect().lock(*holding, std::chrono::seconds(1)));
    QVERIFY(holding->execute(holding->dialect().beginStatement()));
    QCOMPARE(run({u"up"_s, u"--wait"_s, u"100ms"_s}), 4);
    QCOMPARE(m_last.err.count(u'\n'), 1);
}

void SqlmigrateProgramTest::aRecordedFailureExitsWith5AndIsRepaired()
{
    change(u"CREATE TABLE messages (in_the_way INT)"_s);
    QCOMPARE(run({u"up"_s}), 1);
    QVERIFY2(m_last.err.contains(u"Migration 1 (messages) failed at statement 3 of"_s),
             qPrintable(m_last.err));
    QCOMPARE(m_last.err.count(u'\n'), 1);
    QVERIFY(m_last.err.endsWith(u" When its reason is gone, run repair, then up again.\n"_s));
    const bool stays = m_database->url().system == DatabaseUrl::System::MySql;
    QCOMPARE(m_last.err.contains(u"commits DDL at once: what comes before that statement"_s), stays);
    QCOMPARE(EmptyDatabase::tables(*m_database->open()).size(), stays ? 3 : 1);

    QCOMPARE(run({u"up"_s}), 5);
    QVERIFY(m_last.err.contains(u"run repair"_s));
    QCOMPARE(run({u"validate"_s}), 5);
    QCOMPARE(run({u"status"_s}), 0);
    QVERIFY(m_last.out.startsWith(u"0001  failed"_s));
    QVERIFY(m_last.out.contains(u"at statement 3: "_s));

    change(u"DROP TABLE messages"_s);
    QCOMPARE(run({u"repair"_s}), 0);
    QCOMPARE(m_last.out, u"Migration 1 may be tried again.\n"_s);
    QCOMPARE(run({u"up"_s, u"--dry-run"_s}), 0);
    QCOMPARE(m_last.out.contains(u"-- Executed before: up to statement 2.\n"_s), stays);
    QCOMPARE(run({u"up"_s}), 0);
    QCOMPARE(run({u"validate"_s}), 0);
}

void SqlmigrateProgramTest::tenAtOnceAllSucceed()
{
    std::vector<std::unique_ptr<QProcess>> processes;
    for (int i = 0; i < 10; ++i) {
        processes.push_back(
            MigrateProgram::start({u"--database"_s, m_database->urlText(), u"up"_s, u"--wait"_s, u"60s"_s}));
    }
    QString all;
    for (const auto &process : processes) {
        m_last = MigrateProgram::resultOf(*process);
        QCOMPARE(m_last.code, 0);
        all += m_last.out;
    }
    QCOMPARE(all.count(u"Applied migration 1."_s), 1);
    QCOMPARE(all.count(u"Applied migration 2."_s), 1);
    QCOMPARE(run({u"validate"_s}), 0);
}

QTEST_GUILESS_MAIN(SqlmigrateProgramTest)
#include "tst_sqlmigrate_program.moc"
