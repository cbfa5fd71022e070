// SPDX-License-Identifier: MIT
#include "tests/support/rawclient.h"
#include "tests/support/serverprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <memory>
#include <vector>

using namespace nextchat::test;

namespace {

constexpr int crowd = 200; // connections, of which one alone would not be seen
// A connection may hold 32 KiB before it has proven who it is. As much again for what malloc keeps of what
// was freed meanwhile, which is resident, too.
constexpr qint64 mostBytes = 2 * 32 * 1024;

// Nobody's: without `Authorization`.
QByteArray negotiate(const QByteArray &headers)
{
    return "POST /next-chat/negotiate HTTP/1.1\r\nHost: h\r\n" + headers;
}

} // namespace

// What a peer that has not proven who it is can make the server hold.
class MemoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void holdsLittleForStrangers_data();
    void holdsLittleForStrangers();
    void slowsStrangersDown112();

private:
    // Bytes in memory; -1 when that cannot be told.
    [[nodiscard]] qint64 resident() const
    {
        QFile status(u"/proc/%1/status"_qs.arg(m_server->processId()));
        if (!status.open(QIODevice::ReadOnly))
            return -1;
        for (const QByteArray &line : status.readAll().split('\n')) {
            if (line.startsWith("VmRSS:"))
                return line.sliced(6).trimmed().chopped(3).toLongLong() * 1024;
        }
        return -1;
    }

    using Clients = std::vector<std::unique_ptr<RawClient>>;
    // That many clients have sent `bytes`, and wait.
    [[nodiscard]] Clients sent(int count, const QByteArray &bytes) const
    {
        Clients clients;
        for (int i = 0; i < count; ++i) {
            clients.push_back(std::make_unique<RawClient>(m_server->port()));
            clients.back()->send(bytes);
        }
        return clients;
    }

    std::unique_ptr<ServerProcess> m_server;
};

void MemoryTest::init()
{
    m_server = std::make_unique<ServerProcess>(
        QStringList{QStringLiteral("--set"), QStringLiteral("server.bodyTimeout=10m")});
    QVERIFY2(m_server->start(), m_server->standardError().constData());
}

void MemoryTest::holdsLittleForStrangers_data()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("a sanitizer keeps what was freed");
#endif
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("half a head") << negotiate("X: " + QByteArray(15'000, 'x'));
    QTest::newRow("a large head, half a body") << negotiate(
        QByteArray("X: " + QByteArray(120, 'x') + "\r\n").repeated(80) + "Content-Length: 60000\r\n\r\nhalf");
    QTest::newRow("most of a body") << negotiate("Content-Length: 60000\r\n\r\n" + QByteArray(59'999, 'x'));
    QTest::newRow("most of a body in chunks")
        << negotiate("Transfer-Encoding: chunked\r\n\r\nea60\r\n" + QByteArray(59'999, 'x'));
    QTest::newRow("thousands of headers, half a body")
        << negotiate("Content-Length: 60000\r\n" + QByteArray("a:\r\n").repeated(4000) + "\r\nhalf");
    QTest::newRow("requests behind one that is answered late") << negotiate("\r\n").repeated(2000);
}

void MemoryTest::holdsLittleForStrangers()
{
    QFETCH(QByteArray, bytes);
    const Clients before = sent(20, bytes); // what is made once
    const qint64 without = resident();
    QVERIFY(without > 0);
    const Clients clients = sent(crowd, bytes);
    QCOMPARE(RawClient(m_server->port()).request(httpRequest("GET", "/healthz", {})).status, 200);
    qint64 most = 0;
    for (int i = 0; i < 10; ++i) {
        QTest::qWait(50);
        most = std::max(most, resident() - without);
    }
    QVERIFY2(most / crowd < mostBytes, QByteArray::number(most / crowd).constData());
}

// Whoever tries many tokens waits for each answer.
void MemoryTest::slowsStrangersDown112()
{
    RawClient stranger(m_server->port());
    for (int i = 0; i < 10; ++i) // these are at once
        QCOMPARE(stranger.request(negotiate("\r\n")).status, 401);
    QElapsedTimer elapsed;
    elapsed.start();
    QVERIFY(stranger.send(negotiate("\r\n").repeated(2)));
    QCOMPARE(stranger.readAnswer().status, 401);
    QVERIFY(elapsed.elapsed() >= 1000);
    QCOMPARE(stranger.readAnswer().status, 401);
    QVERIFY(elapsed.elapsed() >= 2000); // those behind it wait longer
    QCOMPARE(RawClient(m_server->port()).request(httpRequest("POST", "/next-chat/negotiate", "ann")).status,
             200); // whom it does not concern
}

QTEST_GUILESS_MAIN(MemoryTest)
#include "tst_memory.moc"
