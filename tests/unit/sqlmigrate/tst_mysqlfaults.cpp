// SPDX-License-Identifier: MIT
#include "sqlmigrate/connection.h"
#include "tests/support/mariadbserver.h"

#include <QElapsedTimer>
#include <QTest>

using namespace nextchat;
using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nextchat::test::MariaDbServer;

// What a connection says when its server dies, hangs, is full, refuses or offers no encryption. Each test has
// a server of its own.
class MySqlFaultsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aKilledServerIsUnavailableUntilItIsBack();
    void aHangingServerIsGivenUp();
    void aKilledConnectionIsNotReplacedInSilence();
    void tooManyConnections();
    void aReadOnlyServer();
    void aFullTable();
    void aUnixSocket();
    void encryptionIsUsedWhereItIsOffered();
    void aServerWithoutEncryptionIsRefusedWhereItIsRequired();

private:
    void start(const QStringList &options = {});
    [[nodiscard]] DatabaseUrl url() const { return DatabaseUrl::parse(m_server->url(m_name)).value(); }
    // Of a user with no more rights than a program needs.
    [[nodiscard]] DatabaseUrl userUrl(const QString &requirement = {});
    [[nodiscard]] std::unique_ptr<Connection> open(const DatabaseUrl &url);

    std::unique_ptr<MariaDbServer> m_server;
    QString m_name; // of its database
};

namespace {

const Connection::Options hasty{Connection::Mode::Write, 5s, 1s, 1s};

QString cipherOf(Connection &connection)
{
    return connection.select(u"SHOW SESSION STATUS LIKE 'Ssl_cipher'"_s)->front()[1].toString();
}

// A key and a certificate that it signed itself, in PEM files of `folder`.
bool makeCertificate(const QString &folder)
{
    QProcess openssl;
    openssl.setWorkingDirectory(folder);
    openssl.start(u"openssl"_s,
                  {u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s, u"2"_s,
                   u"-subj"_s, u"/CN=test"_s, u"-keyout"_s, u"key.pem"_s, u"-out"_s, u"cert.pem"_s});
    return openssl.waitForFinished(60'000) && openssl.exitCode() == 0;
}

} // namespace

void MySqlFaultsTest::init()
{
    m_server = std::make_unique<MariaDbServer>();
}

void MySqlFaultsTest::cleanup()
{
    m_server.reset();
}

void MySqlFaultsTest::start(const QStringList &options)
{
    m_server->setOptions(options);
    QVERIFY(m_server->start());
    m_name = m_server->createDatabase();
    QVERIFY(!m_name.isEmpty());
}

DatabaseUrl MySqlFaultsTest::userUrl(const QString &requirement)
{
    DatabaseUrl result = url();
    result.server.user = u"chat"_s;
    result.server.password = u"pw"_s;
    m_server->query(u"CREATE USER chat@'127.0.0.1' IDENTIFIED BY 'pw' "_s + requirement);
    m_server->query(u"GRANT ALL ON "_s + m_name + u".* TO chat@'127.0.0.1'"_s);
    return result;
}

std::unique_ptr<Connection> MySqlFaultsTest::open(const DatabaseUrl &url)
{
    auto connection = Connection::open(url, hasty);
    if (connection)
        return std::move(*connection);
    qWarning("%s", qPrintable(connection.error().message));
    return nullptr;
}

void MySqlFaultsTest::aKilledServerIsUnavailableUntilItIsBack()
{
    start();
    const auto connection = open(url());
    QVERIFY(connection->execute(u"CREATE TABLE t (x INT) ENGINE = InnoDB"_s));
    QVERIFY(connection->execute(u"START TRANSACTION"_s));
    QVERIFY(connection->execute(u"INSERT INTO t VALUES (1)"_s));
    m_server->kill();
    const auto lost = connection->execute(u"COMMIT"_s);
    QCOMPARE(lost.error().code, Error::Code::Unavailable);
    QVERIFY(lost.error().retryable());
    QCOMPARE(Connection::open(url(), hasty).error().code, Error::Code::Unavailable);
    QVERIFY(m_server->start());
    QVERIFY(!connection->execute(u"INSERT INTO t VALUES (2)"_s)); // the old one stays lost
    QVERIFY(open(url())->select(u"SELECT * FROM t"_s)->empty());
}

void MySqlFaultsTest::aHangingServerIsGivenUp()
{
    start();
    const auto connection = open(url());
    m_server->pause();
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(connection->execute(u"DO 1"_s).error().code, Error::Code::Unavailable);
    QCOMPARE(Connection::open(url(), hasty).error().code, Error::Code::Unavailable);
    const qint64 waited = timer.elapsed();
    m_server->resume();
    QVERIFY2(waited >= 1000 && waited < 20'000, qPrintable(QString::number(waited)));
    QVERIFY(open(url()));
}

void MySqlFaultsTest::aKilledConnectionIsNotReplacedInSilence()
{
    start();
    const auto connection = open(url());
    QVERIFY(connection->execute(u"CREATE TABLE t (x INT) ENGINE = InnoDB"_s));
    QVERIFY(connection->execute(u"START TRANSACTION"_s));
    QVERIFY(connection->execute(u"INSERT INTO t VALUES (1)"_s));
    const QString id = connection->select(u"SELECT CONNECTION_ID()"_s)->front()[0].toString();
    QVERIFY(m_server->query(u"KILL "_s + id));
    for (int i = 0; i < 3; ++i) {
        const auto refused = connection->execute(u"INSERT INTO t VALUES (2)"_s);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, Error::Code::Unavailable);
    }
    QVERIFY(open(url())->select(u"SELECT * FROM t"_s)->empty());
}

void MySqlFaultsTest::tooManyConnections()
{
    start({u"--max-connections=2"_s, u"--extra-max-connections=1"_s});
    const DatabaseUrl user = userUrl();
    std::vector<std::unique_ptr<Connection>> held;
    Error refused;
    for (int i = 0; i < 20 && refused.message.isEmpty(); ++i) {
        auto connection = Connection::open(user, hasty);
        if (connection)
            held.push_back(std::move(*connection));
        else
            refused = connection.error();
    }
    QCOMPARE(refused.code, Error::Code::Unavailable);
    QVERIFY2(refused.message.contains(u"(error 1040)"_s), qPrintable(refused.message));
    held.clear();
    QTRY_VERIFY(Connection::open(user, hasty));
}

void MySqlFaultsTest::aReadOnlyServer()
{
    start();
    const auto connection = open(userUrl());
    QVERIFY(connection->execute(u"CREATE TABLE t (x INT) ENGINE = InnoDB"_s));
    QVERIFY(m_server->query(u"SET GLOBAL read_only = 1"_s));
    const auto refused = connection->execute(u"INSERT INTO t VALUES (1)"_s);
    QCOMPARE(refused.error().code, Error::Code::Unavailable);
    QCOMPARE(connection->errorNumber(), 1290);
    QVERIFY(connection->select(u"SELECT * FROM t"_s));
    QVERIFY(m_server->query(u"SET GLOBAL read_only = 0"_s));
    QVERIFY(connection->execute(u"INSERT INTO t VALUES (1)"_s));
}

void MySqlFaultsTest::aFullTable()
{
    start({u"--max-heap-table-size=16384"_s});
    const auto connection = open(url());
    QVERIFY(connection->execute(u"CREATE TABLE t (x CHAR(255)) ENGINE = MEMORY"_s));
    Expected<void> inserted;
    for (int i = 0; i < 10'000 && inserted; ++i)
        inserted = connection->execute(u"INSERT INTO t VALUES ('x')"_s);
    QVERIFY(!inserted);
    QCOMPARE(inserted.error().code, Error::Code::Unavailable);
    QCOMPARE(connection->errorNumber(), 1114);
}

void MySqlFaultsTest::aUnixSocket()
{
    start();
    DatabaseUrl over = url();
    over.server.host = u"elsewhere.invalid"_s;
    over.server.socket = m_server->socketPath();
    const auto connection = open(DatabaseUrl::parse(over.text()).value());
    QVERIFY(connection);
    QVERIFY(connection->select(u"SELECT CURRENT_USER()"_s)->front()[0].toString().endsWith(u"@localhost"_s));
}

void MySqlFaultsTest::encryptionIsUsedWhereItIsOffered()
{
    const QTemporaryDir pems;
    QVERIFY(makeCertificate(pems.path()));
    const QString certificate = pems.filePath(u"cert.pem"_s);
    const QString key = pems.filePath(u"key.pem"_s);
    start({u"--ssl-cert="_s + certificate, u"--ssl-key="_s + key, u"--ssl-ca="_s + certificate});
    DatabaseUrl user = userUrl();
    QVERIFY(!cipherOf(*open(user)).isEmpty()); // PREFERRED, the default
    user.server.tls = MySqlAddress::Tls::Required;
    QVERIFY(!cipherOf(*open(user)).isEmpty());
    user.server.tls = MySqlAddress::Tls::Disabled;
    QCOMPARE(cipherOf(*open(user)), QString());

    QVERIFY(m_server->query(u"ALTER USER chat@'127.0.0.1' REQUIRE X509"_s));
    user.server.tls = MySqlAddress::Tls::Required;
    QCOMPARE(Connection::open(user, hasty).error().code, Error::Code::Unauthorized);
    user.server.certificate = certificate;
    user.server.key = key;
    QVERIFY(!cipherOf(*open(user)).isEmpty());
}

void MySqlFaultsTest::aServerWithoutEncryptionIsRefusedWhereItIsRequired()
{
    start();
    DatabaseUrl user = userUrl();
    QCOMPARE(cipherOf(*open(user)), QString());
    user.server.tls = MySqlAddress::Tls::Required;
    const auto refused = Connection::open(user, hasty);
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.contains(u"does not offer TLS"_s), qPrintable(refused.error().message));
}

QTEST_GUILESS_MAIN(MySqlFaultsTest)
#include "tst_mysqlfaults.moc"
