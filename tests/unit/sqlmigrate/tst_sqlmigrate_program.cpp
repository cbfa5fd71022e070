// SPDX-License-Identifier: MIT
#include "sqlmigrate/migrator.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;

// The program as a person or a deployment job runs it: what it prints and its exit codes.
class SqlmigrateProgramTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void wrongUsageExitsWith2_data();
    void wrongUsageExitsWith2();
    void upThenStatus();
    void aDryRunPrintsTheSqlAndCreatesNothing();
    void anEditedMigrationExitsWith3();
    void aHeldDatabaseExitsWith4();
    void aRecordedFailureExitsWith5AndIsRepaired();
    void waitsForTheDatabase();

private:
    int run(const QStringList &arguments);
    [[nodiscard]] std::unique_ptr<Connection> open() const;
    void change(const QString &sql) const;

    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_path;
    QString m_out;
    QString m_err;
};

void SqlmigrateProgramTest::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    m_path = m_dir->filePath(QStringLiteral("test.sqlite"));
}

int SqlmigrateProgramTest::run(const QStringList &arguments)
{
    QProcess process;
    process.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") + QStringLiteral("/nextchat-sqlmigrate"),
                  arguments);
    if (!process.waitForFinished(60000))
        return -1;
    m_out = QString::fromUtf8(process.readAllStandardOutput());
    m_err = QString::fromUtf8(process.readAllStandardError());
    return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
}

std::unique_ptr<Connection> SqlmigrateProgramTest::open() const
{
    auto connection = Connection::open({DatabaseUrl::System::Sqlite, m_path}, {});
    Q_ASSERT(connection);
    return std::move(*connection);
}

void SqlmigrateProgramTest::change(const QString &sql) const
{
    const auto changed = open()->execute(sql);
    QVERIFY2(changed, changed ? "" : qPrintable(changed.error().message));
}

void SqlmigrateProgramTest::wrongUsageExitsWith2_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::newRow("nothing") << "";
    QTest::newRow("no database") << "up";
    QTest::newRow("no command") << "--database sqlite:///tmp/x";
    QTest::newRow("unknown command") << "--database sqlite:///tmp/x down";
    QTest::newRow("unknown option") << "--database sqlite:///tmp/x up --force";
    QTest::newRow("baseline without a number") << "--database sqlite:///tmp/x baseline";
    QTest::newRow("baseline of a word") << "--database sqlite:///tmp/x baseline one";
    QTest::newRow("bad wait") << "--database sqlite:///tmp/x up --wait soon";
    QTest::newRow("to a word") << "--database sqlite:///tmp/x up --to one";
    QTest::newRow("dry run of status") << "--database sqlite:///tmp/x status --dry-run";
    QTest::newRow("no user") << "--database mysql://host/name up";
    QTest::newRow("verification") << "--database mysql://user@host/name?ssl-mode=VERIFY_IDENTITY up";
    QTest::newRow("no URL") << "--database /tmp/x up";
}

void SqlmigrateProgramTest::wrongUsageExitsWith2()
{
    QFETCH(const QString, arguments);
    QCOMPARE(run(arguments.split(u' ', Qt::SkipEmptyParts)), 2);
    QCOMPARE(m_err.count(u'\n'), 1);
    QVERIFY(m_out.isEmpty());
}

void SqlmigrateProgramTest::upThenStatus()
{
    const QString url = QStringLiteral("sqlite://") + m_path;
    QCOMPARE(run({u"--database"_s, url, u"up"_s, u"--to"_s, u"99"_s}), 2);
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 0);
    QVERIFY(m_out.contains(QLatin1String("Applied migration 1.")));
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 0);
    QVERIFY(m_out.contains(QLatin1String("Nothing to do.")));
    QCOMPARE(run({u"--database"_s, url, u"status"_s}), 0);
    QVERIFY(m_out.startsWith(QLatin1String("0001  applied   messages")));
    QCOMPARE(run({u"--database"_s, url, u"validate"_s}), 0);
    QCOMPARE(run({u"--database"_s, url, u"baseline"_s, u"1"_s}), 1);
    QCOMPARE(run({u"--version"_s}), 0);
    QVERIFY(m_out.contains(programVersion().toString()));
    QCOMPARE(run({u"--help"_s}), 0);
}

void SqlmigrateProgramTest::aDryRunPrintsTheSqlAndCreatesNothing()
{
    QCOMPARE(run({u"--database"_s, QStringLiteral("sqlite://") + m_path, u"up"_s, u"--dry-run"_s}), 0);
    QVERIFY(m_out.contains(QLatin1String("CREATE TABLE messages")));
    QVERIFY(!QFile::exists(m_path));
}

void SqlmigrateProgramTest::anEditedMigrationExitsWith3()
{
    const QString url = QStringLiteral("sqlite://") + m_path;
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 0);
    change(QStringLiteral("UPDATE schema_history SET checksum = 'other'"));
    QCOMPARE(run({u"--database"_s, url, u"validate"_s}), 3);
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 3);
}

void SqlmigrateProgramTest::aHeldDatabaseExitsWith4()
{
    const auto holding = open();
    QVERIFY(holding->execute(QStringLiteral("BEGIN IMMEDIATE")));
    QCOMPARE(run({u"--database"_s, QStringLiteral("sqlite://") + m_path, u"up"_s, u"--wait"_s, u"100ms"_s}),
             4);
}

void SqlmigrateProgramTest::aRecordedFailureExitsWith5AndIsRepaired()
{
    const QString url = QStringLiteral("sqlite://") + m_path;
    change(QStringLiteral("CREATE TABLE messages (in_the_way)"));
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 1);
    QVERIFY2(m_err.contains(QLatin1String("statement 3 of")), qPrintable(m_err));
    change(QStringLiteral("DROP TABLE messages"));
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 5);
    QCOMPARE(run({u"--database"_s, url, u"repair"_s}), 0);
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 0);
}

void SqlmigrateProgramTest::waitsForTheDatabase()
{
    const QString folder = m_dir->filePath(QStringLiteral("later"));
    const QString url = QStringLiteral("sqlite://") + folder + QStringLiteral("/test.sqlite");
    QCOMPARE(run({u"--database"_s, url, u"up"_s}), 1);

    QProcess process;
    process.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") + QStringLiteral("/nextchat-sqlmigrate"),
                  {u"--database"_s, url, u"up"_s, u"--wait"_s, u"60s"_s});
    QVERIFY(process.waitForStarted());
    QVERIFY(!process.waitForFinished(300)); // it is waiting
    QVERIFY(QDir().mkpath(folder));
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(SqlmigrateProgramTest)
#include "tst_sqlmigrate_program.moc"
