// SPDX-License-Identifier: MIT
#include "migrateprogram.h"
#include "sqlmigrate/connection.h"
#include "tests/support/mariadbserver.h"
#include "tests/support/sqlaccess.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;
using nextchat::test::MariaDbServer;
using nextchat::test::SqlAccess;

// The program as a deployment job: beside a database server that is not there yet, or that dies, and killed
// itself.
class SqlmigrateDeploymentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void waitsForAFolder();
    void waitsForTheServerTheUserAndTheDatabase();
    void withoutWaitingTheReasonIsOneLine_data();
    void withoutWaitingTheReasonIsOneLine();
    void aPasswordComesFromTheEnvironmentOrAFile();
    void aMigratorKilledInAMigrationIsRepaired();
    void aServerKilledInAMigrationIsRepaired();
    void aReadOnlyServerIsLeftAsItIs();
    void theServersUserNeedsNoMoreThanItsRows();

private:
    [[nodiscard]] QString url() const { return m_server.url(m_name); }
    // Runs to the end.
    [[nodiscard]] MigrateProgram run(const QString &command, const QString &databaseUrl) const
    {
        return MigrateProgram::run(QStringList{u"--database"_s, databaseUrl} + command.split(u' '));
    }
    // Keeps the name `table` from being created, as long as the query lives.
    [[nodiscard]] std::unique_ptr<QProcess> block(const QString &table) const;
    [[nodiscard]] QStringList running(const QString &like) const; // ids of such queries

    MariaDbServer m_server;
    QString m_name;
};

void SqlmigrateDeploymentTest::initTestCase()
{
    QVERIFY(m_server.start());
}

void SqlmigrateDeploymentTest::init()
{
    if (!m_server.isRunning())
        QVERIFY(m_server.start());
    m_name = m_server.createDatabase();
}

QStringList SqlmigrateDeploymentTest::running(const QString &like) const
{
    const auto rows = m_server.query(u"SELECT id FROM information_schema.processlist WHERE info LIKE '"_s
                                     + like + u"' AND id <> CONNECTION_ID()"_s);
    QStringList ids;
    for (const QVariantList &row : rows.value())
        ids.append(row[0].toString());
    return ids;
}

std::unique_ptr<QProcess> SqlmigrateDeploymentTest::block(const QString &table) const
{
    auto client = std::make_unique<QProcess>();
    client->start(u"mariadb"_s,
                  {u"--no-defaults"_s, u"-uroot"_s, u"-h127.0.0.1"_s,
                   u"--port="_s + QString::number(m_server.port()), m_name, u"-e"_s,
                   u"CREATE TABLE "_s + table + u" ENGINE = InnoDB SELECT SLEEP(1000)"_s});
    return client;
}

void SqlmigrateDeploymentTest::waitsForAFolder()
{
    const QTemporaryDir parent;
    const QString folder = parent.filePath(u"later"_s);
    const QString database = u"sqlite://"_s + folder + u"/test.sqlite"_s;
    QCOMPARE(run(u"up"_s, database).code, 1);
    const auto process = MigrateProgram::start({u"--database"_s, database, u"up"_s, u"--wait"_s, u"60s"_s});
    QVERIFY(process->waitForReadyRead(60'000));
    QVERIFY(process->peek(1000).startsWith("Waiting for the database."));
    QVERIFY(QDir().mkpath(folder));
    QCOMPARE(MigrateProgram::resultOf(*process).code, 0);
}

void SqlmigrateDeploymentTest::waitsForTheServerTheUserAndTheDatabase()
{
    MariaDbServer late;
    QVERIFY(late.start()); // takes a port
    late.stop();
    const SqlAccess user{u"127.0.0.1"_s, late.port(), u"chat"_s, u"pw"_s};
    const auto process =
        MigrateProgram::start({u"--database"_s, user.url(u"chat"_s), u"up"_s, u"--wait"_s, u"90s"_s});
    QVERIFY(process->waitForReadyRead(60'000));
    QVERIFY(!process->waitForFinished(300));
    QVERIFY(late.start());
    QVERIFY(!process->waitForFinished(1500)); // it knocks once a second
    QVERIFY(late.query(u"CREATE USER chat@'127.0.0.1' IDENTIFIED BY 'pw'"_s));
    QVERIFY(late.query(u"GRANT ALL ON chat.* TO chat@'127.0.0.1'"_s));
    QVERIFY(!process->waitForFinished(1500));
    QVERIFY(late.query(u"CREATE DATABASE chat"_s));
    const MigrateProgram done = MigrateProgram::resultOf(*process);
    QVERIFY2(done.code == 0, qPrintable(done.err));
    QVERIFY(done.out.contains(u"Applied migration 1."_s));
    // Each reason once, as they change.
    const QStringList reasons = done.out.split(u'\n').filter(u"Waiting for the database. "_s);
    for (const QString &reason :
         {u"Can't connect to server"_s, u"Access denied"_s, u"Unknown database 'chat'"_s})
        QCOMPARE(reasons.filter(reason).size(), 1);
}

void SqlmigrateDeploymentTest::withoutWaitingTheReasonIsOneLine_data()
{
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("database");
    QTest::addColumn<QString>("says");
    QTest::newRow("wrong password") << "root:wrong%20secret"
                                    << "NAME"
                                    << "Access denied for user 'root'@";
    QTest::newRow("unknown user") << "no%20one:secret"
                                  << "NAME"
                                  << "Access denied for user 'no one'@";
    QTest::newRow("unknown database") << "root"
                                      << "no%27such%25"
                                      << "Unknown database 'no'such%'";
}

void SqlmigrateDeploymentTest::withoutWaitingTheReasonIsOneLine()
{
    QFETCH(const QString, user);
    QFETCH(QString, database);
    QFETCH(const QString, says);
    const QString text = u"mysql://"_s + user + u"@127.0.0.1:"_s + QString::number(m_server.port()) + u'/'
        + database.replace(u"NAME"_s, m_name);
    for (const QString &command : {u"up"_s, u"status"_s, u"validate"_s, u"repair"_s}) {
        const MigrateProgram failed = MigrateProgram::run({command}, {u"NEXTCHAT_HISTORY_URL="_s + text});
        QCOMPARE(failed.code, 1);
        QVERIFY2(failed.err.contains(says), qPrintable(failed.err));
        QVERIFY2(failed.err.count(u'\n') == 1 && !failed.err.contains(u"secret"_s), qPrintable(failed.err));
        QVERIFY(failed.out.isEmpty());
    }
}

void SqlmigrateDeploymentTest::aPasswordComesFromTheEnvironmentOrAFile()
{
    const QTemporaryDir folder;
    QString path = folder.filePath(u"secret file"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("p@:/'\"\n");
    file.close();
    QVERIFY(m_server.query(u"CREATE OR REPLACE USER job@'127.0.0.1' IDENTIFIED BY 'p@:/''\"'"_s));
    QVERIFY(m_server.query(u"GRANT ALL ON "_s + m_name + u".* TO job@'127.0.0.1'"_s));
    const SqlAccess access{u"127.0.0.1"_s, m_server.port(), u"job"_s, {}};
    const QString plain = access.url(m_name);

    QCOMPARE(run(u"up"_s, plain).code, 1);
    const MigrateProgram environment =
        MigrateProgram::run({u"--database"_s, plain, u"up"_s}, {u"MYSQL_PWD=p@:/'\""_s});
    QVERIFY2(environment.code == 0, qPrintable(environment.err));
    QCOMPARE(environment.err, QString());
    QCOMPARE(run(u"validate"_s, plain + u"?password-file="_s + path.replace(u' ', u"%20"_s)).code, 0);
    const MigrateProgram argument =
        run(u"validate"_s, SqlAccess{access.host, access.port, access.user, u"p@:/'\""_s}.url(m_name));
    QCOMPARE(argument.code, 0);
    QVERIFY(argument.err.contains(u"Warning: everyone on this machine can read a password"_s));
}

void SqlmigrateDeploymentTest::aMigratorKilledInAMigrationIsRepaired()
{
    QCOMPARE(run(u"up --to 1"_s, url()).code, 0);
    const auto blocker = block(u"partitions"_s);
    QTRY_COMPARE_WITH_TIMEOUT(running(u"%SELECT SLEEP(1000)"_s).size(), 1, 20'000);
    const auto process = MigrateProgram::start({u"--database"_s, url(), u"up"_s});
    QTRY_COMPARE_WITH_TIMEOUT(running(u"CREATE TABLE partitions (%"_s).size(), 1, 20'000);
    const MigrateProgram during = run(u"status"_s, url());
    QVERIFY2(during.out.contains(u"0002  running   partitions"_s), qPrintable(during.out));
    process->kill(); // SIGKILL
    QVERIFY(process->waitForFinished());

    // The server goes on with what it was told: nobody hears that it is done.
    QVERIFY(m_server.query(u"KILL "_s + running(u"%SELECT SLEEP(1000)"_s).value(0)));
    QTRY_VERIFY_WITH_TIMEOUT(running(u"CREATE TABLE partitions (%"_s).isEmpty(), 20'000);
    const auto exists = m_server.query(u"SELECT 1 FROM information_schema.columns WHERE table_schema = '"_s
                                       + m_name + u"' AND column_name = 'lease_until'"_s);
    QCOMPARE(exists->size(), std::size_t(1));

    QTRY_COMPARE_WITH_TIMEOUT(run(u"validate"_s, url()).code, 5, 20'000); // as soon as the lock is free
    const MigrateProgram again = run(u"up"_s, url());
    QCOMPARE(again.code, 5);
    QVERIFY2(again.err.contains(u"was interrupted at statement 1 of 2"_s), qPrintable(again.err));
    QVERIFY(run(u"status"_s, url()).out.contains(u": interrupted"_s));
    QCOMPARE(run(u"repair"_s, url()).code, 0);
    const MigrateProgram repaired = run(u"up"_s, url());
    QVERIFY2(repaired.code == 0, qPrintable(repaired.err));
    QVERIFY2(repaired.out.contains(u"statement 1 of 2"_s)
                 && repaired.out.contains(u"had been done already."_s),
             qPrintable(repaired.out));
    QCOMPARE(run(u"validate"_s, url()).code, 0);
    QTRY_COMPARE(blocker->state(), QProcess::NotRunning);
}

void SqlmigrateDeploymentTest::aServerKilledInAMigrationIsRepaired()
{
    QCOMPARE(run(u"up --to 1"_s, url()).code, 0);
    const auto blocker = block(u"partitions"_s);
    QTRY_COMPARE_WITH_TIMEOUT(running(u"%SELECT SLEEP(1000)"_s).size(), 1, 20'000);
    const auto process = MigrateProgram::start({u"--database"_s, url(), u"up"_s});
    QTRY_COMPARE_WITH_TIMEOUT(running(u"CREATE TABLE partitions (%"_s).size(), 1, 20'000);
    m_server.kill();
    const MigrateProgram failed = MigrateProgram::resultOf(*process);
    QCOMPARE(failed.code, 1);
    QVERIFY2(failed.err.contains(u"failed at statement 1 of 2"_s)
                 && failed.err.contains(u"could not be recorded"_s),
             qPrintable(failed.err));
    QCOMPARE(failed.err.count(u'\n'), 1);
    QTRY_COMPARE(blocker->state(), QProcess::NotRunning);

    QVERIFY(m_server.start());
    QCOMPARE(run(u"up"_s, url()).code, 5);
    QCOMPARE(run(u"repair"_s, url()).code, 0);
    const MigrateProgram repaired = run(u"up"_s, url());
    QVERIFY2(repaired.code == 0, qPrintable(repaired.err));
    QVERIFY(m_server.query(u"SELECT lease_until FROM "_s + m_name + u".partitions"_s));
    QCOMPARE(run(u"validate"_s, url()).code, 0);
}

void SqlmigrateDeploymentTest::aReadOnlyServerIsLeftAsItIs()
{
    QVERIFY(m_server.query(u"CREATE OR REPLACE USER job@'127.0.0.1' IDENTIFIED BY 'pw'"_s));
    QVERIFY(m_server.query(u"GRANT ALL ON "_s + m_name + u".* TO job@'127.0.0.1'"_s));
    const QString job = SqlAccess{u"127.0.0.1"_s, m_server.port(), u"job"_s, u"pw"_s}.url(m_name);
    QVERIFY(m_server.query(u"SET GLOBAL read_only = 1"_s));
    const MigrateProgram refused = run(u"up"_s, job);
    QVERIFY(m_server.query(u"SET GLOBAL read_only = 0"_s));
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains(u"(error 1290)"_s), qPrintable(refused.err));
    QCOMPARE(run(u"up"_s, job).code, 0);
}

void SqlmigrateDeploymentTest::theServersUserNeedsNoMoreThanItsRows()
{
    QCOMPARE(run(u"up"_s, url()).code, 0);
    QVERIFY(m_server.query(u"CREATE OR REPLACE USER srv@'127.0.0.1' IDENTIFIED BY 'pw'"_s));
    QVERIFY(
        m_server.query(u"GRANT SELECT, INSERT, UPDATE, DELETE ON "_s + m_name + u".* TO srv@'127.0.0.1'"_s));
    const QString server = SqlAccess{u"127.0.0.1"_s, m_server.port(), u"srv"_s, u"pw"_s}.url(m_name);
    QCOMPARE(run(u"status"_s, server).code, 0);
    QCOMPARE(run(u"validate"_s, server).code, 0);
    QCOMPARE(run(u"up"_s, server).code, 0); // nothing to do
    QVERIFY(m_server.query(u"DELETE FROM "_s + m_name + u".schema_history WHERE version = 2"_s));
    const MigrateProgram refused = run(u"up"_s, server);
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains(u"CREATE command denied"_s), qPrintable(refused.err));
}

QTEST_GUILESS_MAIN(SqlmigrateDeploymentTest)
#include "tst_sqlmigrate_deployment.moc"
