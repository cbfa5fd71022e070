// SPDX-License-Identifier: MIT
#include "emptydatabase.h"

#include <QTest>

#include <thread>

using namespace nextchat;
using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// What statements over a Connection can rely on, and what its errors mean.
class SqlConnectionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aFileThatIsNoDatabaseIsAnError();
    void theSessionIsAsStatementsExpectIt();
    void aReadingConnectionChangesNothing();
    void bytesAndNumbersRoundTrip();
    void errorsAreTold_data();
    void errorsAreTold();
    void aLockHeldTooLongIsATimeout();
    void aDeadlockMayBeTriedAgain();
    void aWrongPasswordIsNotRepeated();
    void anUnknownDatabaseIsNamed();
    void nobodyListeningIsUnavailable();
    void strangeNamesAndPasswordsWork_data();
    void strangeNamesAndPasswordsWork();
    void thePasswordMayChangeInItsFile();
    void localhostIsReachedByItsPort();
    void manyThreadsOpenConnectionsAtOnce();

private:
    [[nodiscard]] QVariant valueOf(const QString &sql);

    std::unique_ptr<EmptyDatabase> m_database;
    std::unique_ptr<Connection> m_connection;
};

void SqlConnectionTest::init()
{
    m_database = std::make_unique<EmptyDatabase>(EmptyDatabase::System::MySql);
    m_connection = m_database->open();
}

void SqlConnectionTest::cleanup()
{
    m_connection.reset();
    m_database.reset();
}

QVariant SqlConnectionTest::valueOf(const QString &sql)
{
    const auto rows = m_connection->select(sql);
    if (!rows || rows->empty()) {
        qWarning("%s", rows ? "no row" : qPrintable(rows.error().message));
        return {};
    }
    return rows->front()[0];
}

void SqlConnectionTest::aFileThatIsNoDatabaseIsAnError()
{
    const QTemporaryDir folder;
    const DatabaseUrl url{DatabaseUrl::System::Sqlite, folder.filePath(u"text"_s)};
    QFile file(url.path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(4096, 'x'));
    file.close();
    const auto connection = Connection::open(url, {});
    QVERIFY(!connection);
    QCOMPARE(connection.error().code, Error::Code::Unavailable);
    QVERIFY2(connection.error().message.contains(url.path), qPrintable(connection.error().message));
}

void SqlConnectionTest::theSessionIsAsStatementsExpectIt()
{
    const auto connection = m_database->open(1500ms);
    const auto rows = connection->select(
        u"SELECT @@time_zone, @@character_set_client, @@character_set_results, @@autocommit, "
        "@@innodb_lock_wait_timeout, @@lock_wait_timeout, 'a' || \"x\", @@sql_mode FROM (SELECT 'b' AS x) t"_s);
    QVERIFY2(rows, rows ? "" : qPrintable(rows.error().message));
    QStringList values;
    for (const QVariant &value : rows->front())
        values.append(value.toString());
    QVERIFY2(values.takeLast().contains(u"STRICT_ALL_TABLES"_s), "sql_mode");
    QCOMPARE(values, (QStringList{u"+00:00"_s, u"utf8mb4"_s, u"utf8mb4"_s, u"1"_s, u"2"_s, u"2"_s, u"ab"_s}));

    // READ COMMITTED: a transaction sees what others commit meanwhile.
    QVERIFY(m_connection->execute(u"CREATE TABLE t (x INT) ENGINE = InnoDB"_s));
    QVERIFY(connection->execute(u"START TRANSACTION"_s));
    QVERIFY(connection->select(u"SELECT * FROM t"_s)->empty());
    QVERIFY(m_connection->execute(u"INSERT INTO t VALUES (1)"_s));
    QCOMPARE(connection->select(u"SELECT * FROM t"_s)->size(), std::size_t(1));
}

void SqlConnectionTest::aReadingConnectionChangesNothing()
{
    QVERIFY(m_connection->execute(u"CREATE TABLE t (x INT) ENGINE = InnoDB"_s));
    const auto reading = m_database->open(1s, Connection::Mode::Read);
    QVERIFY(reading->select(u"SELECT * FROM t"_s));
    QVERIFY(!reading->execute(u"INSERT INTO t VALUES (1)"_s));
    QVERIFY(!reading->execute(u"CREATE TABLE u (x INT)"_s));
    QVERIFY(!reading->execute(u"DROP TABLE t"_s));
    QCOMPARE(EmptyDatabase::tables(*m_connection), QStringList{u"t"_s});
}

void SqlConnectionTest::bytesAndNumbersRoundTrip()
{
    QVERIFY(m_connection->execute(u"CREATE TABLE t (n BIGINT, b LONGBLOB, v VARBINARY(256))"_s));
    QByteArray bytes;
    for (int i = 0; i < 256; ++i)
        bytes += static_cast<char>(i);
    const QByteArray large = bytes.repeated(4096);
    const qint64 number = std::numeric_limits<qint64>::min();
    QVERIFY(m_connection->execute(u"INSERT INTO t VALUES (?, ?, ?)"_s, {number, large, bytes}));
    QVERIFY(m_connection->execute(u"INSERT INTO t VALUES (?, ?, ?)"_s,
                                  {QVariant(), QVariant(), QVariant(QMetaType(QMetaType::QByteArray))}));
    const auto rows = m_connection->select(u"SELECT n, b, v FROM t ORDER BY n IS NULL"_s).value();
    QCOMPARE(rows[0], (QVariantList{number, large, bytes}));
    for (const QVariant &value : rows[1])
        QVERIFY(value.isNull());
}

void SqlConnectionTest::errorsAreTold_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<int>("number");
    using Code = Error::Code;
    QTest::newRow("syntax") << "SELEC 1" << Code::InvalidArgument << 1064;
    QTest::newRow("no table") << "SELECT * FROM nothing" << Code::NotFound << 1146;
    QTest::newRow("no database") << "SELECT * FROM nowhere.nothing" << Code::NotFound << 1146;
    QTest::newRow("no column") << "SELECT y FROM t" << Code::InvalidArgument << 1054;
    QTest::newRow("duplicate key") << "INSERT INTO t VALUES (1, 'b')" << Code::Conflict << 1062;
    QTest::newRow("too long") << "INSERT INTO t VALUES (2, 'abcde')" << Code::InvalidArgument << 1406;
    QTest::newRow("no text") << "INSERT INTO t VALUES (2, x'f09f98')" << Code::InvalidArgument << 1366;
    QTest::newRow("null") << "INSERT INTO t VALUES (2, NULL)" << Code::InvalidArgument << 1048;
    QTest::newRow("out of range") << "INSERT INTO t VALUES (99999999999, 'a')" << Code::InvalidArgument
                                  << 1264;
    QTest::newRow("no number") << "INSERT INTO t VALUES ('x', 'a')" << Code::InvalidArgument << 1366;
}

void SqlConnectionTest::errorsAreTold()
{
    QFETCH(const QString, sql);
    QVERIFY(
        m_connection->execute(u"CREATE TABLE t (x INT PRIMARY KEY, s VARCHAR(4) CHARACTER SET utf8mb4 NOT "
                              "NULL) ENGINE = InnoDB"_s));
    QVERIFY(m_connection->execute(u"INSERT INTO t VALUES (1, 'a')"_s));
    const auto executed = m_connection->execute(sql);
    QVERIFY(!executed);
    QTEST(executed.error().code, "code");
    QTEST(m_connection->errorNumber(), "number");
    QVERIFY2(
        executed.error().message.endsWith(u"(error "_s + QString::number(m_connection->errorNumber()) + u')'),
        qPrintable(executed.error().message));
    QVERIFY(m_connection->execute(u"DO 1"_s));
    QCOMPARE(m_connection->errorNumber(), 0);
}

void SqlConnectionTest::aLockHeldTooLongIsATimeout()
{
    QVERIFY(m_connection->execute(u"CREATE TABLE t (x INT PRIMARY KEY) ENGINE = InnoDB"_s));
    QVERIFY(m_connection->execute(u"START TRANSACTION"_s));
    QVERIFY(m_connection->execute(u"INSERT INTO t VALUES (1)"_s));
    const auto other = m_database->open(1s);
    const auto late = other->execute(u"INSERT INTO t VALUES (1)"_s);
    QCOMPARE(late.error().code, Error::Code::TimedOut);
    QVERIFY(m_connection->execute(u"ROLLBACK"_s));
    QVERIFY(other->execute(u"INSERT INTO t VALUES (1)"_s));
}

void SqlConnectionTest::aDeadlockMayBeTriedAgain()
{
    QVERIFY(m_connection->execute(u"CREATE TABLE t (x INT PRIMARY KEY, y INT) ENGINE = InnoDB"_s));
    QVERIFY(m_connection->execute(u"INSERT INTO t VALUES (1, 0), (2, 0)"_s));
    const auto other = m_database->open();
    for (Connection *one : {m_connection.get(), other.get()})
        QVERIFY(one->execute(u"START TRANSACTION"_s));
    QVERIFY(m_connection->execute(u"UPDATE t SET y = 1 WHERE x = 1"_s));
    QVERIFY(other->execute(u"UPDATE t SET y = 2 WHERE x = 2"_s));
    Expected<void> mine;
    std::thread waiting([&] { mine = m_connection->execute(u"UPDATE t SET y = 1 WHERE x = 2"_s); });
    const Expected<void> theirs = other->execute(u"UPDATE t SET y = 2 WHERE x = 1"_s);
    if (theirs)
        QVERIFY(other->execute(u"COMMIT"_s));
    waiting.join();
    QVERIFY(mine.has_value() != theirs.has_value()); // one of them is the victim
    const Error victim = mine ? theirs.error() : mine.error();
    QCOMPARE(victim.code, Error::Code::Unavailable);
    QVERIFY(victim.retryable());
    QCOMPARE((mine ? *other : *m_connection).errorNumber(), 1213);
}

void SqlConnectionTest::aWrongPasswordIsNotRepeated()
{
    DatabaseUrl url = m_database->url();
    url.server.password = u"Wrong&secret"_s;
    const auto refused = Connection::open(url, {});
    QCOMPARE(refused.error().code, Error::Code::Unauthorized);
    const QString message = refused.error().message;
    QVERIFY2(message.contains(u"Access denied for user"_s) && message.contains(url.text()),
             qPrintable(message));
    QVERIFY2(!message.contains(u"secret"_s) && !message.contains(u'\n'), qPrintable(message));
}

void SqlConnectionTest::anUnknownDatabaseIsNamed()
{
    DatabaseUrl url = m_database->url();
    url.server.database = u"no such `database'"_s;
    const auto refused = Connection::open(url, {});
    QCOMPARE(refused.error().code, Error::Code::NotFound);
    QVERIFY2(refused.error().message.contains(url.server.database), qPrintable(refused.error().message));
}

void SqlConnectionTest::nobodyListeningIsUnavailable()
{
    DatabaseUrl url = m_database->url();
    url.server.host = u"127.0.0.1"_s;
    url.server.port = 1;
    const auto refused = Connection::open(url, {});
    QCOMPARE(refused.error().code, Error::Code::Unavailable);
    url.server.host = u"no-such-host.invalid"_s;
    QCOMPARE(Connection::open(url, {}).error().code, Error::Code::Unavailable);
    url.server.socket = u"/nowhere/socket"_s;
    QCOMPARE(Connection::open(url, {}).error().code, Error::Code::Unavailable);
}

void SqlConnectionTest::strangeNamesAndPasswordsWork_data()
{
    QTest::addColumn<QString>("text"); // of up to 20 characters
    QTest::newRow("quotes") << u"a'b\"c`d\\e"_s;
    QTest::newRow("URL") << u"p@s:s/w?o#r%d%41"_s;
    QTest::newRow("options") << u";UNIX_SOCKET=/x&y=z"_s;
    QTest::newRow("Unicode") << u"bj\u00f6rn \u8b70\u4e8b"_s;
}

void SqlConnectionTest::strangeNamesAndPasswordsWork()
{
    QFETCH(const QString, text);
    const auto server = test::TestDatabase::create();
    const test::SqlAccess access = server->access();
    // As the name of a database, of a user, and as a password.
    const QString name = u"nctest-"_s + QString::number(QCoreApplication::applicationPid()) + u' ' + text;
    const QString user = u"u"_s + QString::number(QCoreApplication::applicationPid()) + text;
    const auto quoted = [](QString one, QChar quote) -> QString {
        if (quote == u'\'')
            one.replace(u'\\', u"\\\\"_s);
        return quote + one.replace(quote, QString(2, quote)) + quote;
    };
    const QString account = quoted(user, u'\'') + u"@'%'"_s;
    QString pattern = name; // GRANT takes % and _ for wildcards
    for (const QChar special : {u'\\', u'%', u'_'})
        pattern.replace(special, QString(u'\\') + special);
    const QStringList statements{u"CREATE DATABASE "_s + quoted(name, u'`'),
                                 u"CREATE USER "_s + account + u" IDENTIFIED BY "_s + quoted(text, u'\''),
                                 u"GRANT ALL ON "_s + quoted(pattern, u'`') + u".* TO "_s + account};
    for (const QString &sql : statements) {
        const auto made = access.query(sql);
        QVERIFY2(made, made ? "" : qPrintable(sql + made.error()));
    }
    const test::SqlAccess strange{access.host, access.port, user, text};
    {
        const auto url = DatabaseUrl::parse(strange.url(name));
        QVERIFY2(url, url ? "" : qPrintable(url.error().message));
        const auto connection = Connection::open(*url, {});
        QVERIFY2(connection, connection ? "" : qPrintable(connection.error().message));
        QCOMPARE((*connection)->select(u"SELECT DATABASE()"_s)->front()[0].toString(), name);
        const auto &dialect = (*connection)->dialect();
        QVERIFY(!dialect.hasTable(**connection, text).value());
        QVERIFY(dialect.lock(**connection, 0ms));
        QVERIFY(dialect.isLocked(**connection).value());
        dialect.unlock(**connection);
        QVERIFY(!dialect.isLocked(**connection).value());
    }
    QVERIFY(access.query(u"DROP USER "_s + account));
    QVERIFY(access.query(u"DROP DATABASE "_s + quoted(name, u'`')));
}

void SqlConnectionTest::thePasswordMayChangeInItsFile()
{
    const auto server = test::TestDatabase::create();
    const QString user = u"rotated"_s + QString::number(QCoreApplication::applicationPid());
    QVERIFY(server->access().query(u"CREATE USER "_s + user + u" IDENTIFIED BY 'one'"_s));
    QVERIFY(server->access().query(u"GRANT ALL ON "_s + server->name() + u".* TO "_s + user));
    const QTemporaryDir folder;
    DatabaseUrl url = DatabaseUrl::parse(server->url()).value();
    url.server.user = user;
    url.server.password = QString();
    url.server.passwordFile = folder.filePath(u"secret"_s);
    const auto missing = Connection::open(url, {});
    QCOMPARE(missing.error().code, Error::Code::Unavailable);
    QVERIFY(missing.error().message.contains(url.server.passwordFile));
    const auto write = [&](const char *password) {
        QFile file(url.server.passwordFile);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(password);
    };
    write("one\n");
    QVERIFY(Connection::open(url, {}));
    QVERIFY(server->access().query(u"ALTER USER "_s + user + u" IDENTIFIED BY 'two'"_s));
    QCOMPARE(Connection::open(url, {}).error().code, Error::Code::Unauthorized);
    write("two\n");
    QVERIFY(Connection::open(url, {}));
    QVERIFY(server->access().query(u"DROP USER "_s + user));
}

void SqlConnectionTest::localhostIsReachedByItsPort()
{
    DatabaseUrl url = m_database->url();
    if (url.server.host != u"127.0.0.1")
        QSKIP("The configured server is elsewhere.");
    url.server.host = u"localhost"_s;
    const auto connection = Connection::open(url, {});
    QVERIFY2(connection, connection ? "" : qPrintable(connection.error().message));
    QCOMPARE((*connection)->select(u"SELECT @@port"_s)->front()[0].toInt(),
             static_cast<int>(url.server.port));
}

void SqlConnectionTest::manyThreadsOpenConnectionsAtOnce()
{
    std::atomic<int> opened = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int turn = 0; turn < 5; ++turn) {
                const auto connection = Connection::open(m_database->url(), {});
                if (connection && (*connection)->select(u"SELECT 1"_s))
                    ++opened;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(opened.load(), 40);
    QCOMPARE(valueOf(u"SELECT 1"_s).toInt(), 1);
}

QTEST_GUILESS_MAIN(SqlConnectionTest)
#include "tst_sqlconnection.moc"
