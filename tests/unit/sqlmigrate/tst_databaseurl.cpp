// SPDX-License-Identifier: MIT
#include "sqlmigrate/databaseurl.h"

#include <QTemporaryDir>
#include <QTest>

using namespace nextchat;
using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;

class DatabaseUrlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup();

    void sqliteUrlsAreRead_data();
    void sqliteUrlsAreRead();
    void mysqlUrlsAreRead_data();
    void mysqlUrlsAreRead();
    void mysqlOptionsAreRead();
    void badMysqlUrlsAreRefused_data();
    void badMysqlUrlsAreRefused();
    void thePasswordIsFound();
    void aPasswordFileHoldsOneLine_data();
    void aPasswordFileHoldsOneLine();
};

void DatabaseUrlTest::cleanup()
{
    qunsetenv("MYSQL_PWD");
}

void DatabaseUrlTest::sqliteUrlsAreRead_data()
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
    QTest::newRow("path alone") << "/var/lib/chat.sqlite" << QString();
    QTest::newRow("another system") << "postgres://user:secret@host/name" << QString();
    QTest::newRow("empty") << "" << QString();
}

void DatabaseUrlTest::sqliteUrlsAreRead()
{
    QFETCH(const QString, url);
    QFETCH(const QString, path);
    const auto parsed = DatabaseUrl::parse(url);
    QCOMPARE(parsed.has_value(), !path.isNull());
    if (!parsed) {
        QVERIFY(!parsed.error().message.contains(u"secret"_s));
        return;
    }
    QCOMPARE(parsed->system, DatabaseUrl::System::Sqlite);
    QCOMPARE(parsed->path, path);
    QCOMPARE(*DatabaseUrl::parse(parsed->text()), *parsed);
}

void DatabaseUrlTest::mysqlUrlsAreRead_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password"); // null: none given
    QTest::addColumn<QString>("database");
    const auto row = [](const char *name, const QString &url, const QString &host, int port,
                        const QString &user, const QString &password, const QString &database) {
        QTest::newRow(name) << url << host << port << user << password << database;
    };
    row("short", u"mysql://ann@db/chat"_s, u"db"_s, 3306, u"ann"_s, {}, u"chat"_s);
    row("long", u"MySQL://ann:secret@db.example.org:4000/chat"_s, u"db.example.org"_s, 4000, u"ann"_s,
        u"secret"_s, u"chat"_s);
    row("empty password", u"mysql://ann:@db/chat"_s, u"db"_s, 3306, u"ann"_s, u""_s, u"chat"_s);
    row("IPv6", u"mysql://ann@[::1]:4000/chat"_s, u"::1"_s, 4000, u"ann"_s, {}, u"chat"_s);
    row("encoded", u"mysql://a%40b%3Ac:p%40%3A%2F%3F%23%25'%22%5C%60;@db/%2F%60%27%25%3F%23"_s, u"db"_s, 3306,
        u"a@b:c"_s, u"p@:/?#%'\"\\`;"_s, u"/`'%?#"_s);
    row("blanks and plus", u"mysql://a+b:%20p+q%20@db/c%20d"_s, u"db"_s, 3306, u"a+b"_s, u" p+q "_s,
        u"c d"_s);
    row("Unicode", u"mysql://bj\u00f6rn:\U0001f511@db/\u8b70"_s, u"db"_s, 3306, u"bj\u00f6rn"_s,
        u"\U0001f511"_s, u"\u8b70"_s);
    row("Unicode encoded", u"mysql://bj%C3%B6rn:%F0%9F%94%91@db/%E8%AD%B0"_s, u"db"_s, 3306, u"bj\u00f6rn"_s,
        u"\U0001f511"_s, u"\u8b70"_s);
}

void DatabaseUrlTest::mysqlUrlsAreRead()
{
    QFETCH(const QString, url);
    const auto parsed = DatabaseUrl::parse(url);
    QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().message));
    QCOMPARE(parsed->system, DatabaseUrl::System::MySql);
    QTEST(parsed->server.host, "host");
    QTEST(static_cast<int>(parsed->server.port), "port");
    QTEST(parsed->server.user, "user");
    QTEST(parsed->server.password, "password");
    QFETCH(const QString, password);
    QCOMPARE(parsed->server.password.isNull(), password.isNull());
    QTEST(parsed->server.database, "database");
    QCOMPARE(parsed->server.tls, MySqlAddress::Tls::Preferred);

    // The text is the same URL but for the password, and can stand between quotes in a shell.
    DatabaseUrl without = *parsed;
    without.server.password = QString();
    QCOMPARE(DatabaseUrl::parse(parsed->text()).value(), without);
    QVERIFY(!parsed->text().contains(u'\''));
}

void DatabaseUrlTest::mysqlOptionsAreRead()
{
    const auto parsed = DatabaseUrl::parse(
        u"mysql://ann@db/chat?ssl-mode=required&ssl-cert=/a%20b.pem&ssl-key=/k.pem&socket=/run/%26.sock&"
        u"password-file=/run/secret"_s);
    QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().message));
    QCOMPARE(parsed->server.tls, MySqlAddress::Tls::Required);
    QCOMPARE(parsed->server.certificate, u"/a b.pem"_s);
    QCOMPARE(parsed->server.key, u"/k.pem"_s);
    QCOMPARE(parsed->server.socket, u"/run/&.sock"_s);
    QCOMPARE(parsed->server.passwordFile, u"/run/secret"_s);
    QCOMPARE(DatabaseUrl::parse(parsed->text()).value(), *parsed);
    QCOMPARE(DatabaseUrl::parse(u"mysql://ann@db/chat?ssl-mode=DISABLED"_s)->server.tls,
             MySqlAddress::Tls::Disabled);
}

void DatabaseUrlTest::badMysqlUrlsAreRefused_data()
{
    QTest::addColumn<QString>("url");
    QTest::newRow("nothing") << "mysql://";
    QTest::newRow("no host") << "mysql:///chat";
    QTest::newRow("no user") << "mysql://db/chat";
    QTest::newRow("no database") << "mysql://ann:secret@db";
    QTest::newRow("empty database") << "mysql://ann:secret@db/";
    QTest::newRow("path") << "mysql://ann:secret@db/a/b";
    QTest::newRow("long database") << u"mysql://ann:secret@db/"_s + QString(65, u'x');
    QTest::newRow("port") << "mysql://ann:secret@db:99999/chat";
    QTest::newRow("port 0") << "mysql://ann:secret@db:0/chat";
    QTest::newRow("port of words") << "mysql://ann:secret@db:port/chat";
    QTest::newRow("bad percent") << "mysql://ann:%secret@db/chat";
    QTest::newRow("slash in the password") << "mysql://ann:se/secret@db/chat";
    QTest::newRow("hash in the password") << "mysql://ann:se#secret@db/chat";
    QTest::newRow("question mark in the password") << "mysql://ann:se?secret@db/chat";
    QTest::newRow("fragment") << "mysql://ann@db/chat#secret";
    QTest::newRow("nul in the user") << "mysql://a%00b:secret@db/chat";
    QTest::newRow("nul in the password") << "mysql://ann:secret%00@db/chat";
    QTest::newRow("nul in the database") << "mysql://ann:secret@db/a%00";
    QTest::newRow("unknown option") << "mysql://ann@db/chat?secret=1";
    QTest::newRow("unknown mode") << "mysql://ann@db/chat?ssl-mode=secret";
    QTest::newRow("verification") << "mysql://ann:secret@db/chat?ssl-mode=VERIFY_CA";
    QTest::newRow("verification of the name") << "mysql://ann:secret@db/chat?ssl-mode=verify_identity";
    QTest::newRow("authority") << "mysql://ann:secret@db/chat?ssl-ca=/ca.pem";
    QTest::newRow("certificate alone") << "mysql://ann:secret@db/chat?ssl-cert=/c.pem";
    QTest::newRow("option of the driver") << "mysql://ann:secret@db/chat?socket=/s;MYSQL_OPT_RECONNECT=1";
    QTest::newRow("empty path") << "mysql://ann:secret@db/chat?socket=";
    QTest::newRow("two passwords") << "mysql://ann:secret@db/chat?password-file=/f";
}

void DatabaseUrlTest::badMysqlUrlsAreRefused()
{
    QFETCH(const QString, url);
    const auto parsed = DatabaseUrl::parse(url);
    QVERIFY2(!parsed, parsed ? qPrintable(parsed->text()) : "");
    QCOMPARE(parsed.error().code, Error::Code::InvalidArgument);
    QVERIFY2(!parsed.error().message.contains(u"secret"_s), qPrintable(parsed.error().message));
    QVERIFY2(parsed.error().message.startsWith(u"The mysql:// URL "_s), qPrintable(parsed.error().message));
}

void DatabaseUrlTest::thePasswordIsFound()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"secret"_s);
    MySqlAddress address;
    QCOMPARE(address.resolvedPassword().value(), QString());

    qputenv("MYSQL_PWD", "of the environment");
    QCOMPARE(address.resolvedPassword().value(), u"of the environment"_s);

    address.passwordFile = path;
    QCOMPARE(address.resolvedPassword().error().code, Error::Code::Unavailable);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("of the \xc3\xbc file \n");
    file.close();
    QCOMPARE(address.resolvedPassword().value(), u"of the \u00fc file "_s);

    address.password = u""_s; // given, and empty
    QCOMPARE(address.resolvedPassword().value(), QString());
}

void DatabaseUrlTest::aPasswordFileHoldsOneLine_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("password"); // null: refused
    QTest::newRow("plain") << QByteArray("a") << "a";
    QTest::newRow("line end") << QByteArray("a\n") << "a";
    QTest::newRow("Windows line end") << QByteArray("a\r\n") << "a";
    QTest::newRow("empty") << QByteArray() << "";
    QTest::newRow("two lines") << QByteArray("a\nb") << QString();
    QTest::newRow("nul") << QByteArray("a\0b", 3) << QString();
    QTest::newRow("long") << QByteArray(5000, 'a') << QString();
}

void DatabaseUrlTest::aPasswordFileHoldsOneLine()
{
    QFETCH(const QByteArray, content);
    QFETCH(const QString, password);
    const QTemporaryDir folder;
    MySqlAddress address;
    address.passwordFile = folder.filePath(u"secret"_s);
    QFile file(address.passwordFile);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const auto resolved = address.resolvedPassword();
    QCOMPARE(resolved.has_value(), !password.isNull());
    if (resolved)
        QCOMPARE(*resolved, password);
}

QTEST_GUILESS_MAIN(DatabaseUrlTest)
#include "tst_databaseurl.moc"
