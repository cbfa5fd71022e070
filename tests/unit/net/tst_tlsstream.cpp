// SPDX-License-Identifier: MIT
#include "server/net/loopturn.h"
#include "server/net/stream.h"
#include "server/net/tlscertificates.h"
#include "tests/support/testauthority.h"
#include "tests/unit/net/loopback.h"

#include <QFile>
#include <QRandomGenerator>
#include <QSslSocket>
#include <QTest>

#include <csignal>

using namespace nextchat;
using namespace nextchat::net;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int smallBuffers = 8 * 1024;

class Handler : public StreamHandler
{
public:
    QByteArray arrived;
    int drains = 0;
    int ends = 0;

    void bytesArrived(std::span<char> bytes) override
    {
        arrived.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
    }
    void drained() override { ++drains; }
    void streamEnded() override { ++ends; }
};

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray randomBytes(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    auto random = QRandomGenerator(7);
    for (char &byte : bytes)
        byte = static_cast<char>(random.bounded(256));
    return bytes;
}

} // namespace

// A stream that speaks TLS, with Qt's client at the other end, both in this thread.
class TestTlsStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void bytesGoBothWays();
    void muchGoesThroughSmallBuffers();
    void aReaderThatStopsIsWaitedFor();
    void whatHasBegunIsNotDropped();
    void itClosesInOrder();
    void thePeerCloses();
    void aStrangerEndsIt_data();
    void aStrangerEndsIt();
    void badCertificatesAreRefused();
    void filesChange();

private:
    struct Connection
    {
        Connection(const TlsCertificate &certificate, const QString &authority, int bufferBytes = 0)
            : pair(bufferBytes)
            , stream(pair.ours, turn, std::make_unique<TlsChannel>(certificate, pair.ours))
        {
            pair.ours = -1; // the stream's now
            stream.setHandler(&handler);
            QSslConfiguration configuration = client.sslConfiguration();
            configuration.setCaCertificates(QSslCertificate::fromPath(authority));
            client.setSslConfiguration(configuration);
            client.setPeerVerifyName(u"localhost"_s);
            client.setSocketDescriptor(std::exchange(pair.peer, -1));
            client.startClientEncryption();
        }
        [[nodiscard]] bool shakeHands()
        {
            return QTest::qWaitFor([this] { return client.isEncrypted(); }, 20'000);
        }

        LoopTurn turn;
        Loopback pair;
        Handler handler;
        Stream stream;
        QSslSocket client;
    };

    std::unique_ptr<test::TestAuthority> m_authority;
    test::TestCertificate m_files;
    std::shared_ptr<const TlsCertificate> m_certificate;
};

void TestTlsStream::initTestCase()
{
    std::signal(SIGPIPE, SIG_IGN); // as the server does
    m_authority = std::make_unique<test::TestAuthority>();
    m_files = m_authority->issue({"DNS:localhost"});
    const auto parsed = TlsCertificate::parse(contentOf(m_files.certificate), contentOf(m_files.key));
    QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().message));
    m_certificate = *parsed;
}

void TestTlsStream::bytesGoBothWays()
{
    Connection connection(*m_certificate, m_authority->file());
    QVERIFY2(connection.shakeHands(), qPrintable(connection.client.errorString()));
    connection.client.write("hello");
    QVERIFY(QTest::qWaitFor([&] { return connection.handler.arrived == "hello"; }, 20'000));
    connection.stream.write("good ");
    connection.stream.write("day");
    QByteArray got;
    QVERIFY(QTest::qWaitFor([&] { return (got += connection.client.readAll()) == "good day"; }, 20'000));
    QCOMPARE(connection.stream.pendingBytes(), 0);
}

void TestTlsStream::muchGoesThroughSmallBuffers()
{
    Connection connection(*m_certificate, m_authority->file(), smallBuffers);
    QVERIFY(connection.shakeHands());
    const QByteArray sent = randomBytes(3'000'000);
    for (qsizetype at = 0, size = 1; at < sent.size(); at += size, size = (size * 7 + 3) % 50'000 + 1)
        connection.stream.write(sent.mid(at, size));
    connection.client.write(sent);
    QByteArray got;
    QVERIFY(QTest::qWaitFor(
        [&] {
            got += connection.client.readAll();
            return got.size() >= sent.size() && connection.handler.arrived.size() >= sent.size();
        },
        60'000));
    QVERIFY(got == sent);
    QVERIFY(connection.handler.arrived == sent);
    QVERIFY(connection.handler.drains > 0);
    QCOMPARE(connection.stream.pendingBytes(), 0);
}

void TestTlsStream::aReaderThatStopsIsWaitedFor()
{
    Connection connection(*m_certificate, m_authority->file(), smallBuffers);
    QVERIFY(connection.shakeHands());
    connection.stream.setReading(false);
    connection.client.write("later");
    connection.client.setReadBufferSize(1); // it stops reading
    connection.stream.write(QByteArray(2'000'000, 'x'));
    QVERIFY(QTest::qWaitFor([&] { return connection.stream.isStuck(Stream::Clock::now(), 100ms); }, 20'000));
    QVERIFY(connection.handler.arrived.isEmpty());
    connection.client.setReadBufferSize(0);
    qsizetype got = 0;
    QVERIFY(
        QTest::qWaitFor([&] { return (got += connection.client.readAll().size()) == 2'000'000; }, 60'000));
    connection.stream.setReading(true);
    QVERIFY(QTest::qWaitFor([&] { return connection.handler.arrived == "later"; }, 20'000));
}

void TestTlsStream::whatHasBegunIsNotDropped()
{
    Connection connection(*m_certificate, m_authority->file(), smallBuffers);
    QVERIFY(connection.shakeHands());
    connection.client.setReadBufferSize(1);
    QByteArray sent;
    for (int i = 0; connection.stream.pendingBytes() < 200'000; ++i) {
        const QByteArray entry = QByteArray::number(i).rightJustified(1000, '.');
        sent += entry;
        connection.stream.write(entry);
        connection.stream.flush();
        QCoreApplication::processEvents();
    }
    connection.stream.dropQueued();
    QVERIFY(connection.stream.pendingBytes() < 20'000);
    connection.stream.write("the last word");
    connection.client.setReadBufferSize(0);
    QByteArray got;
    QVERIFY(QTest::qWaitFor([&] { return (got += connection.client.readAll()).endsWith("the last word"); },
                            20'000));
    got.chop(13);
    QVERIFY(sent.startsWith(got));
    QCOMPARE(got.size() % 1000, 0); // whole entries
    QVERIFY(got.size() < sent.size());
}

void TestTlsStream::itClosesInOrder()
{
    Connection connection(*m_certificate, m_authority->file());
    QVERIFY(connection.shakeHands());
    connection.stream.write(QByteArray(100'000, 'x'));
    connection.stream.closeWhenFlushed();
    QByteArray got;
    QVERIFY(QTest::qWaitFor(
        [&] {
            got += connection.client.readAll();
            return connection.client.state() == QAbstractSocket::UnconnectedState;
        },
        20'000));
    QCOMPARE(got.size(), 100'000);
    QCOMPARE(connection.client.error(), QAbstractSocket::RemoteHostClosedError); // and no broken TLS
    QVERIFY(QTest::qWaitFor([&] { return connection.handler.ends == 1; }, 20'000));
}

void TestTlsStream::thePeerCloses()
{
    Connection connection(*m_certificate, m_authority->file());
    QVERIFY(connection.shakeHands());
    connection.client.write("bye");
    connection.client.disconnectFromHost();
    QVERIFY(QTest::qWaitFor([&] { return connection.handler.ends == 1; }, 20'000));
    QCOMPARE(connection.handler.arrived, "bye");
    QVERIFY(!connection.stream.isOpen());
}

void TestTlsStream::aStrangerEndsIt_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("plain HTTP") << QByteArray("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    QTest::newRow("rubbish") << QByteArray(1000, '\x16');
    QTest::newRow("a hello of 120 KB")
        << QByteArray::fromHex("16030101000101d4c00303") + QByteArray(100, 'r');
    QTest::newRow("silence, then its end") << QByteArray();
}

void TestTlsStream::aStrangerEndsIt()
{
    QFETCH(QByteArray, bytes);
    LoopTurn turn;
    Loopback pair;
    Handler handler;
    const int ours = std::exchange(pair.ours, -1);
    Stream stream(ours, turn, std::make_unique<TlsChannel>(*m_certificate, ours));
    stream.setHandler(&handler);
    if (bytes.isEmpty())
        pair.closePeer();
    else
        QVERIFY(pair.send(bytes));
    QVERIFY(QTest::qWaitFor([&] { return handler.ends == 1; }, 20'000));
    QVERIFY(handler.arrived.isEmpty());
}

void TestTlsStream::badCertificatesAreRefused()
{
    const QByteArray chain = contentOf(m_files.certificate);
    const QByteArray key = contentOf(m_files.key);
    const auto complaint = [](const QByteArray &first, const QByteArray &second) {
        const auto parsed = TlsCertificate::parse(first, second);
        return parsed ? QString() : parsed.error().message;
    };
    QVERIFY(complaint("", key).contains(u"can't be read"_s));
    QVERIFY(complaint(key, key).contains(u"can't be read"_s));
    QVERIFY(complaint(chain, "").contains(u"no key"_s));
    QVERIFY(
        complaint(chain, contentOf(m_authority->issue({"DNS:b"}).key)).contains(u"do not belong together"_s));
    QCOMPARE(complaint(chain, key), QString());
}

void TestTlsStream::filesChange()
{
    QTemporaryDir folder;
    const QString certificate = folder.filePath(u"tls.crt"_s);
    const QString key = folder.filePath(u"tls.key"_s);
    const auto copy = [](const QString &from, const QString &to) {
        QFile target(to);
        return target.open(QIODevice::WriteOnly) && target.write(contentOf(from)) > 0;
    };
    QVERIFY(copy(m_files.certificate, certificate) && copy(m_files.key, key));
    const auto opened = TlsCertificates::open(certificate, key);
    QVERIFY2(opened, opened ? "" : qPrintable(opened.error().message));
    TlsCertificates &certificates = **opened;
    const auto before = certificates.current();
    QCOMPARE(*certificates.refresh(), false);
    const test::TestCertificate next = m_authority->issue({"DNS:localhost"});
    QVERIFY(copy(next.certificate, certificate)); // only one of the two yet
    QVERIFY(!certificates.refresh());
    QVERIFY(certificates.current() == before);
    QVERIFY(copy(next.key, key));
    QCOMPARE(*certificates.refresh(), true);
    QVERIFY(certificates.current() != before);
    QVERIFY(QFile::remove(key));
    QVERIFY(!certificates.refresh());
    QVERIFY(certificates.current() != nullptr);
}

QTEST_GUILESS_MAIN(TestTlsStream)
#include "tst_tlsstream.moc"
