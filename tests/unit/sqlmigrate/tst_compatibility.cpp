// SPDX-License-Identifier: MIT
#include "sqlmigrate/compatibility.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;

// The command that a server names when its schema does not fit. That it does not is MigratorTest's.
class CompatibilityTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theCommandCanBePasted_data();
    void theCommandCanBePasted();
    void aNewerSchemaAsksForANewerProgram();
};

void CompatibilityTest::theCommandCanBePasted_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("command");
    QTest::newRow("SQLite") << "sqlite:///var/lib/nextchat/chat.sqlite"
                            << "nextchat-sqlmigrate --database 'sqlite:///var/lib/nextchat/chat.sqlite' up";
    QTest::newRow("quotes and blanks") << "sqlite:///it's here/100%25"
                                       << "nextchat-sqlmigrate --database "
                                          "'sqlite:///it'\\''s here/100%25' up";
    QTest::newRow("MySQL") << "mysql://chat@db/nextchat"
                           << "nextchat-sqlmigrate --database 'mysql://chat@db:3306/nextchat' up";
    QTest::newRow("options")
        << "mysql://chat@db:3307/o'clock?ssl-mode=REQUIRED&password-file=/run/a%20b"
        << "nextchat-sqlmigrate --database "
           "'mysql://chat@db:3307/o%27clock?ssl-mode=REQUIRED&password-file=/run/a%20b' up";
    QTest::newRow("a password") << "mysql://chat:secret@db/nextchat"
                                << "nextchat-sqlmigrate --database 'mysql://chat@db:3306/nextchat' up "
                                   "(with the password in MYSQL_PWD)";
}

void CompatibilityTest::theCommandCanBePasted()
{
    QFETCH(const QString, url);
    QFETCH(const QString, command);
    const auto parsed = DatabaseUrl::parse(url);
    QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().message));
    const auto known = builtInMigrations(*makeDialect(parsed->system)).value();
    const auto fits = checkSchema({}, known, programVersion(), *parsed);
    QCOMPARE(fits.error().code, Error::Code::Conflict);
    QCOMPARE(fits.error().message,
             u"The schema is older than this program needs: migration 1 (messages) is missing. Run: "_s
                 + command);

    std::map<int, MigrationRecord> history{{1, SchemaHistory::beginning(known.front())}};
    const auto unfinished = checkSchema(history, known, programVersion(), *parsed);
    QVERIFY2(unfinished.error().message.contains(u"See: nextchat-sqlmigrate --database '"_s)
                 && unfinished.error().message.contains(u"' status"_s),
             qPrintable(unfinished.error().message));
    QVERIFY(!unfinished.error().message.contains(u"secret"_s));
}

void CompatibilityTest::aNewerSchemaAsksForANewerProgram()
{
    std::map<int, MigrationRecord> history;
    MigrationRecord newer;
    newer.version = 7;
    newer.name = u"rooms"_s;
    newer.compatibleWith = QVersionNumber(2, 1);
    newer.success = true;
    history.insert({7, newer});
    const auto refused = checkSchema(history, {}, QVersionNumber(2, 0, 9), {});
    QCOMPARE(refused.error().message,
             u"The schema has migration 7 (rooms), which needs at least version 2.1 of the program; this is "
             "2.0.9. Run a newer program."_s);
    QVERIFY(checkSchema(history, {}, QVersionNumber(2, 1), {}));
}

QTEST_GUILESS_MAIN(CompatibilityTest)
#include "tst_compatibility.moc"
