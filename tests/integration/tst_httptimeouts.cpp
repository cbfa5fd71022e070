// SPDX-License-Identifier: MIT
#include "tests/support/httphub.h"
#include "tests/support/serverprocess.h"

#include <QElapsedTimer>
#include <QTest>

using namespace nextchat::test;
using namespace std::chrono_literals;

// Nobody holds a connection by being slow (P5, P6; check 112).
class HttpTimeoutsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void endsWhoSaysNothing();
    void endsHalfAHead();
    void endsATrickledHead112();
    void endsHalfABody();
    void endsATrickledBody112();
    void endsATrickledPost112();
    void othersNoticeNothing112();

private:
    // Sends a byte of `bytes` every 100 ms until the server ends the connection; false when it did not within
    // `patience`.
    static bool trickle(RawClient &client, const QByteArray &bytes, std::chrono::milliseconds patience)
    {
        QElapsedTimer timer;
        timer.start();
        for (qsizetype i = 0; timer.elapsed() < patience.count(); i = (i + 1) % bytes.size()) {
            client.send(bytes.mid(i, 1));
            if (client.waitForEnd(100ms))
                return true;
        }
        return false;
    }

    ServerProcess m_server{{QStringLiteral("--set"), QStringLiteral("server.headTimeout=1s"),
                            QStringLiteral("--set"), QStringLiteral("server.bodyTimeout=1s")}};
};

void HttpTimeoutsTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void HttpTimeoutsTest::endsWhoSaysNothing()
{
    RawClient client(m_server.port());
    QVERIFY(client.waitForEnd(5s));
}

void HttpTimeoutsTest::endsHalfAHead()
{
    RawClient client(m_server.port());
    client.send("GET /healthz HTTP/1.1\r\nHost:");
    QVERIFY(client.waitForEnd(5s));
    QVERIFY(client.unread().isEmpty() || client.unread().startsWith("HTTP/1.1 408 "));
}

void HttpTimeoutsTest::endsATrickledHead112()
{
    RawClient client(m_server.port());
    client.send("GET /healthz HTTP/1.1\r\n");
    QVERIFY(trickle(client, "X: y\r\n", 5s));
}

void HttpTimeoutsTest::endsHalfABody()
{
    RawClient client(m_server.port());
    client.send("POST /next-chat/negotiate HTTP/1.1\r\nHost: h\r\nAuthorization: ann\r\nContent-Length: "
                "1000\r\n\r\nhalf");
    QVERIFY(client.waitForEnd(5s));
    QVERIFY(client.unread().isEmpty() || client.unread().startsWith("HTTP/1.1 408 "));
}

void HttpTimeoutsTest::endsATrickledBody112()
{
    RawClient client(m_server.port());
    client.send("POST /next-chat/negotiate HTTP/1.1\r\nHost: h\r\nAuthorization: ann\r\nContent-Length: "
                "1000\r\n\r\n");
    QVERIFY(trickle(client, "x", 5s));
}

// Its body is taken as it comes.
void HttpTimeoutsTest::endsATrickledPost112()
{
    HttpHub hub(m_server.port(), "ann");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    RawClient client(m_server.port());
    client.send(hub.requestHead("POST") + "Content-Length: 1000\r\n\r\n");
    QVERIFY(trickle(client, " ", 10s));
    QVERIFY(client.unread().isEmpty() || client.unread().startsWith("HTTP/1.1 408 "));
    QCOMPARE(hub.post("{\"type\":6}\x1e").status, 200); // it stood in the way of this one
}

void HttpTimeoutsTest::othersNoticeNothing112()
{
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(std::make_unique<RawClient>(m_server.port()));
        slow.back()->send("GET / HTTP/1.1\r\nX: ");
    }
    RawClient client(m_server.port());
    QCOMPARE(client.request(httpRequest("GET", "/healthz", {})).status, 200);
    for (const auto &one : slow)
        QVERIFY(one->waitForEnd(5s));
}

QTEST_GUILESS_MAIN(HttpTimeoutsTest)
#include "tst_httptimeouts.moc"
