// SPDX-License-Identifier: MIT
#include "sqlmigrate/databaseurl.h"
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
    void theBuiltInOnesAreDenseAndCompatibleWithThisProgram();
    void urlsAreRead_data();
    void urlsAreRead();
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

void MigrationTest::theBuiltInOnesAreDenseAndCompatibleWithThisProgram()
{
    const auto migrations = builtInMigrations(sqlite);
    QVERIFY2(migrations, migrations ? "" : qPrintable(migrations.error().message));
    int expected = 0;
    for (const Migration &migration : *migrations) {
        QCOMPARE(migration.version, ++expected);
        QVERIFY(migration.compatibleWith <= programVersion());
    }
}

void MigrationTest::urlsAreRead_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("path"); // null: refused
    QTest::newRow("absolute") << "sqlite:///var/lib/chat.sqlite"
                              << "/var/lib/chat.sqlite";
    QTest::newRow("relative") << "sqlite://chat.sqlite"
                              << "chat.sqlite";
    QTest::newRow("percent") << "sqlite:///a%25b%20c"
                             << "/a%b c";
    QTest::newRow("memory") << "sqlite://:memory:"
                            << ":memory:";
    QTest::newRow("no file") << "sqlite://" << QString();
    QTest::newRow("nul") << "sqlite:///a%00b" << QString();
    QTest::newRow("mysql") << "mysql://user:secret@host/name" << QString();
    QTest::newRow("path alone") << "/var/lib/chat.sqlite" << QString();
    QTest::newRow("empty") << "" << QString();
}

void MigrationTest::urlsAreRead()
{
    QFETCH(const QString, url);
    QFETCH(const QString, path);
    const auto parsed = DatabaseUrl::parse(url);
    QCOMPARE(parsed.has_value(), !path.isNull());
    if (!parsed) {
        QVERIFY(!parsed.error().message.contains(QLatin1String("secret")));
        return;
    }
    QCOMPARE(parsed->path, path);
    QCOMPARE(*DatabaseUrl::parse(parsed->text()), *parsed);
}

QTEST_GUILESS_MAIN(MigrationTest)
#include "tst_migration.moc"
