// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnection.h"
#include "tests/support/freeport.h"
#include "tests/support/rawclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/testauthority.h"
#include "tests/support/waitfor.h"

#include <QFile>
#include <QSslSocket>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;
using nextchat::signalr::HubConnection;
using nextchat::signalr::HubConnectionOptions;
using nextchat::signalr::HubTransport;

// A server with server.tls.*, from outside; tests/interop has the stock client over it.
class TlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_first = m_authority.issue({"DNS:localhost"});
        use(m_first);
        m_opsPort = freePort();
        m_server = std::make_unique<ServerProcess>(
            QStringList{u"--set"_s, u"server.tls.certificate="_s % file(u"crt"_s), u"--set"_s,
                        u"server.tls.key="_s % file(u"key"_s), u"--set"_s,
                        u"server.opsListen=*:"_s % QString::number(m_opsPort)});
        QVERIFY2(m_server->start(), m_server->standardError().constData());
    }
    void cleanup()
    {
        if (m_server)
            QCOMPARE(m_server->terminate(), 0);
    }

    void itSaysSoAndAnswers()
    {
        QVERIFY(m_server->standardOutput().contains("Listening on https://127.0.0.1:"));
        for (int i = 0; i < 3; ++i)
            QVERIFY(get("/").startsWith("HTTP/1.1 200 "));
        QVERIFY(get("/next-chat").startsWith("HTTP/1.1 401 "));
    }

    // It binds whatever address it is given, also where auth.mode is not.
    void thePortForOperationsStaysPlain()
    {
        for (const char *path : {"/healthz", "/readyz", "/metrics"}) {
            RawClient probe(m_opsPort);
            QCOMPARE(probe.request(httpRequest("GET", path, {})).status, 200);
            QVERIFY(get(path).startsWith("HTTP/1.1 404 "));
        }
    }

    void plainRequestsGetNothing()
    {
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, m_server->port());
        QVERIFY(socket.waitForConnected());
        socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        QVERIFY(socket.waitForDisconnected() || socket.state() == QAbstractSocket::UnconnectedState);
        QVERIFY(!socket.readAll().contains("HTTP"));
        QVERIFY(get("/").startsWith("HTTP/1.1 200 "));
    }

    void theVersionBeforeTheLastWillDo()
    {
        QSslSocket socket;
        prepare(socket);
        QSslConfiguration configuration = socket.sslConfiguration();
        configuration.setProtocol(QSsl::TlsV1_2);
        socket.setSslConfiguration(configuration);
        socket.connectToHostEncrypted(u"127.0.0.1"_s, m_server->port(), u"localhost"_s);
        QVERIFY2(socket.waitForEncrypted(), qPrintable(socket.errorString()));
        QCOMPARE(socket.sessionProtocol(), QSsl::TlsV1_2);
    }

    void theClientTrustsWhomItsProcessTrusts_data()
    {
        QTest::addColumn<HubTransport>("transport");
        for (const HubTransport transport : nextchat::signalr::allTransports())
            QTest::addRow("%s", qPrintable(nextchat::signalr::transportName(transport))) << transport;
    }

    void theClientTrustsWhomItsProcessTrusts()
    {
        QFETCH(HubTransport, transport);
        HubConnectionOptions options;
        options.url = QUrl(u"https://localhost:%1/next-chat"_s.arg(m_server->port()));
        options.accessToken = [] { return u"ann"_s; };
        options.transports = {transport};
        HubConnection connection(options);
        const auto refused = nextchat::test::waitFor(connection.start());
        QVERIFY(refused && !*refused);
        QVERIFY2(refused->error().message.startsWith(u"No secure connection to localhost: "),
                 qPrintable(refused->error().message));

        const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
        QSslConfiguration trusting = before;
        trusting.setCaCertificates(QSslCertificate::fromPath(m_authority.file()));
        QSslConfiguration::setDefaultConfiguration(trusting);
        const auto started = nextchat::test::waitFor(connection.start());
        QSslConfiguration::setDefaultConfiguration(before);
        QVERIFY(started);
        QVERIFY2(*started, *started ? "" : qPrintable(started->error().message));
        QVERIFY(connection.transport() == transport);
        const auto groups = nextchat::test::waitFor(connection.invoke(u"ListGroups"_s, {}));
        QVERIFY(groups && *groups);
        QVERIFY(nextchat::test::waitFor(connection.stop()));
    }

    void aNewCertificateIsTakenWithoutARestart()
    {
        const QByteArray before = serial();
        const TestCertificate next = m_authority.issue({"DNS:localhost"});
        use(next);
        QVERIFY(QTest::qWaitFor([&] { return serial() != before; }, 20'000));
        QFile broken(file(u"crt"_s));
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("nothing") > 0);
        broken.close();
        QVERIFY(
            QTest::qWaitFor([&] { return m_server->standardError().contains("stay as they are"); }, 20'000));
        QVERIFY(get("/").startsWith("HTTP/1.1 200 "));
    }

private:
    [[nodiscard]] QString file(const QString &name) const { return m_folder->filePath(name); }
    void use(const TestCertificate &certificate)
    {
        for (const auto &[from, to] : {std::pair(certificate.key, file(u"key"_s)),
                                       std::pair(certificate.certificate, file(u"crt"_s))}) {
            QFile source(from);
            QFile target(to);
            QVERIFY(source.open(QIODevice::ReadOnly) && target.open(QIODevice::WriteOnly));
            target.write(source.readAll());
        }
    }
    void prepare(QSslSocket &socket) const
    {
        QSslConfiguration configuration = socket.sslConfiguration();
        configuration.setCaCertificates(QSslCertificate::fromPath(m_authority.file()));
        socket.setSslConfiguration(configuration);
    }
    [[nodiscard]] bool connectTo(QSslSocket &socket) const
    {
        prepare(socket);
        socket.connectToHostEncrypted(u"127.0.0.1"_s, m_server->port(), u"localhost"_s);
        return socket.waitForEncrypted();
    }
    [[nodiscard]] QByteArray get(const QByteArray &path) const
    {
        QSslSocket socket;
        if (!connectTo(socket))
            return socket.errorString().toUtf8();
        socket.write("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
        QByteArray answer;
        while (socket.waitForReadyRead(10'000))
            answer += socket.readAll();
        return answer + socket.readAll();
    }
    [[nodiscard]] QByteArray serial() const
    {
        QSslSocket socket;
        return connectTo(socket) ? socket.peerCertificate().serialNumber() : QByteArray();
    }

    TestAuthority m_authority;
    TestCertificate m_first;
    quint16 m_opsPort = 0;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ServerProcess> m_server;
};

QTEST_GUILESS_MAIN(TlsTest)
#include "tst_tls.moc"
