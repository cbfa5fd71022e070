// SPDX-License-Identifier: MIT
#include "sqlmigrate/migration.h"

#include <QTemporaryDir>
#include <QTest>

using namespace nextchat;
using namespace nextchat::sqlmigrate;

class MigrationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFileStatesItsVersionNameAndCompatibility();
    void badFilesAreRefused_data();
    void badFilesAreRefused();
    void checksumsIgnoreLineEnds();
    void foldersAreMerged();
    void twoFilesCanNotClaimOneVersion();
    void theBuiltInOnesAreDenseAndCompatibleWithThisProgram_data();
    void theBuiltInOnesAreDenseAndCompatibleWithThisProgram();
};

namespace {

const SqliteDialect sqlite;

void write(const QString &path, const QByteArray &content)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

} // namespace

void MigrationTest::aFileStatesItsVersionNameAndCompatibility()
{
    const auto migration = parseMigration(QStringLiteral("0012_more_rooms.sql"),
                                          "-- Compatible with: 1.2.3\nSELECT 1; SELECT 2;", sqlite);
    QVERIFY(migration);
    QCOMPARE(migration->version, 12);
    QCOMPARE(migration->name, QStringLiteral("more_rooms"));
    QCOMPARE(migration->compatibleWith, QVersionNumber(1, 2, 3));
    QCOMPARE(migration->statements.size(), std::size_t(2));
}

void MigrationTest::badFilesAreRefused_data()
{
    QTest::addColumn<QString>("fileName");
    QTest::addColumn<QByteArray>("content");
    const QByteArray good = "-- Compatible with: 1.0\nSELECT 1;";
    QTest::newRow("no number") << "messages.sql" << good;
    QTest::newRow("version zero") << "0000_messages.sql" << good;
    QTest::newRow("short number") << "1_messages.sql" << good;
    QTest::newRow("capitals") << "0001_Messages.sql" << good;
    QTest::newRow("no compatibility") << "0001_messages.sql" << QByteArray("SELECT 1;");
    QTest::newRow("compatibility not a version")
        << "0001_messages.sql" << QByteArray("-- Compatible with: x\nSELECT 1;");
    QTest::newRow("no statement") << "0001_messages.sql" << QByteArray("-- Compatible with: 1.0\n;");
}

void MigrationTest::badFilesAreRefused()
{
    QFETCH(const QString, fileName);
    QFETCH(const QByteArray, content);
    const auto migration = parseMigration(fileName, content, sqlite);
    QVERIFY(!migration);
    QCOMPARE(migration.error().code, Error::Code::InvalidArgument);
    QVERIFY(migration.error().message.contains(fileName));
}

void MigrationTest::checksumsIgnoreLineEnds()
{
    const QString name = QStringLiteral("0001_a.sql");
    const auto unixEnds = parseMigration(name, "-- Compatible with: 1.0\nSELECT 1;\n", sqlite);
    const auto windowsEnds = parseMigration(name, "-- Compatible with: 1.0\r\nSELECT 1;\r\n", sqlite);
    const auto edited = parseMigration(name, "-- Compatible with: 1.0\nSELECT 2;\n", sqlite);
    QVERIFY(unixEnds && windowsEnds && edited);
    QCOMPARE(windowsEnds->checksum, unixEnds->checksum);
    QVERIFY(edited->checksum != unixEnds->checksum);
}

void MigrationTest::foldersAreMerged()
{
    const QTemporaryDir dir;
    write(dir.filePath(QStringLiteral("sqlite/0001_a.sql")), "-- Compatible with: 1.0\nSELECT 1;");
    write(dir.filePath(QStringLiteral("common/0002_b.sql")), "-- Compatible with: 1.0\nSELECT 1;");
    write(dir.filePath(QStringLiteral("mysql/0003_c.sql")), "-- Compatible with: 1.0\nSELECT 1;");
    const auto migrations = loadMigrations(dir.path(), sqlite);
    QVERIFY(migrations);
    QCOMPARE(migrations->size(), std::size_t(2));
    QCOMPARE(migrations->at(0).version, 1);
    QCOMPARE(migrations->at(1).version, 2);
}

void MigrationTest::twoFilesCanNotClaimOneVersion()
{
    const QTemporaryDir dir;
    write(dir.filePath(QStringLiteral("sqlite/0001_a.sql")), "-- Compatible with: 1.0\nSELECT 1;");
    write(dir.filePath(QStringLiteral("common/0001_b.sql")), "-- Compatible with: 1.0\nSELECT 1;");
    QVERIFY(!loadMigrations(dir.path(), sqlite));
}

void MigrationTest::theBuiltInOnesAreDenseAndCompatibleWithThisProgram_data()
{
    QTest::addColumn<DatabaseUrl::System>("system");
    QTest::newRow("SQLite") << DatabaseUrl::System::Sqlite;
    QTest::newRow("MySQL") << DatabaseUrl::System::MySql;
}

void MigrationTest::theBuiltInOnesAreDenseAndCompatibleWithThisProgram()
{
    QFETCH(const DatabaseUrl::System, system);
    const auto migrations = builtInMigrations(*makeDialect(system));
    QVERIFY2(migrations, migrations ? "" : qPrintable(migrations.error().message));
    int expected = 0;
    for (const Migration &migration : *migrations) {
        QCOMPARE(migration.version, ++expected);
        QVERIFY(migration.compatibleWith <= programVersion());
    }
}

QTEST_GUILESS_MAIN(MigrationTest)
#include "tst_migration.moc"
