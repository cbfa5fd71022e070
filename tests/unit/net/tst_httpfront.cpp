// SPDX-License-Identifier: MIT
#include "tests/support/rawclient.h"
#include "tests/unit/net/httpserver.h"

#include <QLoggingCategory>
#include <QTest>

#include <thread>

using namespace nextchat::net;
using namespace nextchat::test;
using namespace std::chrono_literals;

namespace {

// The time-outs are looked at once a second.
HttpTimeouts shortTimeouts()
{
    return {.head = 1s, .body = 1s, .idle = 1s, .close = 1s};
}

class Elapsed
{
public:
    [[nodiscard]] bool isBetween(std::chrono::milliseconds least, std::chrono::milliseconds most) const
    {
        const auto elapsed = std::chrono::steady_clock::now() - m_start;
        return elapsed >= least && elapsed <= most;
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace

class TestHttpFront : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void answersOneAfterTheOther();
    void answersPipelinedRequestsInOrder();
    void answersRequestsThatComeByteByByte();
    void answersHeadWithoutABody();
    void ends_data();
    void ends();
    void answersAPeerThatHasFinishedSending();
    void asksForTheBody();
    void saysWhatItRefuses_data();
    void saysWhatItRefuses();
    void saysThatABodyIsTooLargeToAClientThatStillSends();
    void timesOut_data();
    void timesOut();
    void trickledBytesDoNotExtendTheTime_data();
    void trickledBytesDoNotExtendTheTime();
    void endsIdleConnectionsSilently_data();
    void endsIdleConnectionsSilently();
    void keepsConnectionsThatAreInUse();
    void takesNoMoreRequestsThanAnswersAreTaken();
    void endsAClientThatTakesNoAnswers();
    void forgetsConnectionsThatEnd();
};

void TestHttpFront::initTestCase()
{
    QLoggingCategory::setFilterRules(QStringLiteral("nextchat.net.warning=false")); // expected, and fatal
}

void TestHttpFront::answersOneAfterTheOther()
{
    HttpServer server;
    RawClient client(server.port);
    for (int i = 0; i < 10; ++i) {
        const HttpAnswer answer = client.request(post("/a", QByteArray::number(i)));
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.body, QByteArray("POST /a " + QByteArray::number(i)));
        QVERIFY(answer.header("date").endsWith(" GMT"));
        QVERIFY(!answer.closes());
    }
    QCOMPARE(client.request(get("/size/1000000")).body.size(), qsizetype(1'000'000));
    QCOMPARE(server.connections(), std::size_t(1));
}

void TestHttpFront::answersPipelinedRequestsInOrder()
{
    HttpServer server;
    RawClient client(server.port);
    QByteArray requests;
    for (int i = 0; i < 500; ++i)
        requests += i % 2 ? get("/" + QByteArray::number(i)) : post("/" + QByteArray::number(i), "body");
    QVERIFY(client.send(requests));
    for (int i = 0; i < 500; ++i) {
        const QByteArray expected =
            (i % 2 ? "GET /" : "POST /") + QByteArray::number(i) + (i % 2 ? " " : " body");
        QCOMPARE(client.readAnswer().body, expected);
    }
}

void TestHttpFront::answersRequestsThatComeByteByByte()
{
    HttpServer server;
    RawClient client(server.port);
    for (const char byte : QByteArray(post("/a", "b") + get("/c") + post("/d", "")))
        QVERIFY(client.send(QByteArray(1, byte)));
    for (const char *expected : {"POST /a b", "GET /c ", "POST /d "})
        QCOMPARE(client.readAnswer().body, QByteArray(expected));
}

void TestHttpFront::answersHeadWithoutABody()
{
    HttpServer server;
    RawClient client(server.port);
    QVERIFY(client.send(httpRequest("HEAD", "/a", {}) + get("/b")));
    const HttpAnswer head = client.readAnswer(usualPatience, true);
    QCOMPARE(head.header("content-length"), QByteArray("8")); // what GET would have
    QCOMPARE(client.readAnswer().body, QByteArray("GET /b "));
}

void TestHttpFront::ends_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("Connection: close") << get("/", "Connection: close\r\n");
    QTest::newRow("HTTP/1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n");
    QTest::newRow("HTTP/1.0, whatever it asks for")
        << QByteArray("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    QTest::newRow("the server's wish") << get("/close");
}

void TestHttpFront::ends()
{
    QFETCH(QByteArray, request);
    HttpServer server;
    RawClient client(server.port);
    QVERIFY(client.send(request + get("/ignored")));
    const HttpAnswer answer = client.readAnswer();
    QCOMPARE(answer.status, 200);
    QVERIFY(answer.closes());
    QVERIFY(client.waitForEnd());
    QCOMPARE(client.unread(), QByteArray());
    client.finishSending();
    QTRY_COMPARE(server.connections(), std::size_t(0));
    QCOMPARE(server.requests.load(), 1);
}

void TestHttpFront::answersAPeerThatHasFinishedSending()
{
    HttpServer server;
    RawClient client(server.port);
    QVERIFY(client.send(get("/size/20000000", "Connection: close\r\n")));
    client.finishSending();
    std::this_thread::sleep_for(50ms); // its end is seen while most of the answer waits
    QCOMPARE(client.readAnswer().body.size(), qsizetype(20'000'000));
    QVERIFY(client.waitForEnd());
}

void TestHttpFront::asksForTheBody()
{
    HttpServer server;
    RawClient client(server.port);
    QVERIFY(client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"));
    QCOMPARE(client.readUntil("\r\n\r\n"), QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
    QVERIFY(client.send("body"));
    QCOMPARE(client.readAnswer().body, QByteArray("POST /a body"));
    QCOMPARE(
        client.request("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n")
            .status,
        413);
}

void TestHttpFront::saysWhatItRefuses_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::newRow("no HTTP") << QByteArray("Hello\r\n\r\n") << 400;
    QTest::newRow("TLS") << QByteArray::fromHex("16030100a5010000a10303") << 400;
    QTest::newRow("large head") << get("/", "A: " + QByteArray(20'000, 'a') + "\r\n") << 431;
    QTest::newRow("large body") << post("/", QByteArray(65 * 1024, 'b')) << 413;
    QTest::newRow("HTTP/2") << QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") << 505;
    QTest::newRow("coding") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: br\r\n\r\n")
                            << 501;
}

void TestHttpFront::saysWhatItRefuses()
{
    QFETCH(QByteArray, request);
    HttpServer server;
    RawClient client(server.port);
    QVERIFY(client.send(get("/before") + request));
    QCOMPARE(client.readAnswer().status, 200);
    const HttpAnswer answer = client.readAnswer();
    QTEST(answer.status, "status");
    QVERIFY(answer.closes());
    QVERIFY(client.waitForEnd());
    QCOMPARE(client.unread(), QByteArray());
    QCOMPARE(server.requests.load(), 1);
}

void TestHttpFront::saysThatABodyIsTooLargeToAClientThatStillSends()
{
    HttpServer server;
    RawClient client(server.port);
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n"));
    for (int i = 0; i < 50; ++i)
        QVERIFY(client.send(QByteArray(100'000, 'x')));
    QCOMPARE(client.readAnswer().status, 413);
}

void TestHttpFront::timesOut_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("in the first line") << QByteArray("GE");
    QTest::newRow("in the headers") << QByteArray("GET / HTTP/1.1\r\nHost: h\r\n");
    QTest::newRow("before the body") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
    QTest::newRow("in the body") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nbo");
    QTest::newRow("in the second request") << QByteArray(get("/") + "GET");
}

void TestHttpFront::timesOut()
{
    QFETCH(QByteArray, bytes);
    HttpServer server(shortTimeouts());
    RawClient client(server.port);
    const Elapsed elapsed;
    QVERIFY(client.send(bytes));
    if (bytes.contains("GET / HTTP/1.1\r\nHost: 127"))
        QCOMPARE(client.readAnswer().status, 200);
    QCOMPARE(client.readAnswer().status, 408);
    QVERIFY(elapsed.isBetween(900ms, 4s));
    QVERIFY(client.waitForEnd());
}

void TestHttpFront::trickledBytesDoNotExtendTheTime_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("piece");
    QTest::newRow("bytes of the head") << QByteArray("GET /") << QByteArray("a");
    QTest::newRow("empty lines") << QByteArray("\r\n") << QByteArray("\r\n");
    QTest::newRow("whole headers") << QByteArray("GET / HTTP/1.1\r\n") << QByteArray("a: b\r\n");
    QTest::newRow("bytes of the body")
        << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300\r\n\r\n") << QByteArray("b");
    QTest::newRow("chunks") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
                            << QByteArray("1\r\nb\r\n");
}

void TestHttpFront::trickledBytesDoNotExtendTheTime()
{
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, piece);
    HttpServer server(shortTimeouts());
    RawClient client(server.port);
    const Elapsed elapsed;
    QVERIFY(client.send(start));
    while (client.peekFor(100ms).isEmpty() && elapsed.isBetween(0s, 10s))
        QVERIFY(client.send(piece));
    QVERIFY(elapsed.isBetween(900ms, 4s));
    QCOMPARE(client.readAnswer().status, 408);
}

void TestHttpFront::endsIdleConnectionsSilently_data()
{
    QTest::addColumn<bool>("used");
    QTest::newRow("never used") << false;
    QTest::newRow("used once") << true;
}

void TestHttpFront::endsIdleConnectionsSilently()
{
    QFETCH(bool, used);
    HttpServer server(shortTimeouts());
    RawClient client(server.port);
    if (used)
        QCOMPARE(client.request(get("/")).status, 200);
    const Elapsed elapsed;
    QVERIFY(client.waitForEnd());
    QVERIFY(elapsed.isBetween(900ms, 4s));
    QCOMPARE(client.unread(), QByteArray());
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHttpFront::keepsConnectionsThatAreInUse()
{
    HttpTimeouts timeouts = shortTimeouts();
    timeouts.idle = 2s;
    HttpServer server(timeouts);
    RawClient client(server.port);
    for (int i = 0; i < 8; ++i) {
        QCOMPARE(client.request(get("/")).status, 200);
        std::this_thread::sleep_for(500ms);
    }
}

void TestHttpFront::takesNoMoreRequestsThanAnswersAreTaken()
{
    HttpServer server;
    RawClient client(server.port);
    constexpr int count = 300;
    for (int i = 0; i < count; ++i)
        QVERIFY(client.send(get("/size/100000")));
    QTRY_VERIFY(server.requests > 0);
    std::this_thread::sleep_for(300ms);
    QVERIFY2(server.requests < count / 2,
             QByteArray::number(server.requests).constData()); // the kernel's buffers, and some
    for (int i = 0; i < count; ++i)
        QCOMPARE(client.readAnswer().body.size(), qsizetype(100'000));
    QCOMPARE(server.requests.load(), count);
    QCOMPARE(client.request(get("/after")).body, QByteArray("GET /after "));
}

void TestHttpFront::endsAClientThatTakesNoAnswers()
{
    HttpServer server(shortTimeouts());
    RawClient client(server.port);
    QVERIFY(client.send(get("/size/30000000")));
    QTRY_COMPARE(server.requests.load(), 1);
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHttpFront::forgetsConnectionsThatEnd()
{
    HttpServer server;
    {
        RawClient idle(server.port);
        RawClient used(server.port);
        RawClient inRequest(server.port);
        RawClient reset(server.port);
        QCOMPARE(used.request(get("/")).status, 200);
        QVERIFY(inRequest.send("GET /"));
        QTRY_COMPARE(server.connections(), std::size_t(4));
        reset.reset();
    }
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

QTEST_GUILESS_MAIN(TestHttpFront)
#include "tst_httpfront.moc"
