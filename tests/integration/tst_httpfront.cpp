// SPDX-License-Identifier: MIT
#include "tests/support/rawclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace nextchat::test;

// The HTTP front on the wire: signalr-notes.md 1.2, contract.md 2 and 3, and what malformed requests get.
class HttpFrontTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();

    void answers_data();
    void answers();
    void refusesMalformedRequests_data();
    void refusesMalformedRequests();
    void refusesToBeSmuggledTo_data();
    void refusesToBeSmuggledTo();
    void refusesGarbage_data();
    void refusesGarbage();
    void acceptsAHeadUpToItsLimit();
    void keepsTheConnectionAlive();
    void endsTheConnectionWhenAskedTo_data();
    void endsTheConnectionWhenAskedTo();
    void answersPipelinedRequestsInOrder();
    void takesRequestsByteByByte();
    void takesChunkedBodies();
    void answersExpectContinue();
    void answersHeadWithoutABody();
    void refusesOtherOrigins();
    void check15_preflight();
    void healthNeedsNoUser();
    void metricsArePrometheusText();

private:
    ServerProcess m_server{{QStringLiteral("--set"), QStringLiteral("limits.connectionsPerUser=0")}};
};

void HttpFrontTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

// Whatever a test sent: the server is there for the next one.
void HttpFrontTest::cleanup()
{
    QVERIFY(m_server.isRunning());
    RawClient client(m_server.port());
    QCOMPARE(client.request(httpRequest("GET", "/healthz", {})).status, 200);
}

void HttpFrontTest::answers_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char *name, const QByteArray &request, int status,
                        const QByteArray &body = {}) { QTest::newRow(name) << request << status << body; };
    const QByteArray hub = "/next-chat";
    row("401 negotiate", httpRequest("POST", hub + "/negotiate?negotiateVersion=1", {}), 401);
    row("401 GET", httpRequest("GET", hub, {}), 401);
    row("401 upgrade", upgradeRequest(hub, {}), 401);
    row("401 before 404", httpRequest("GET", hub + "?id=x", {}), 401);
    row("401 for any method", httpRequest("PUT", hub, {}), 401);
    row("401 below the path", httpRequest("GET", hub + "/elsewhere", {}), 401);
    row("401 empty user", httpRequest("GET", hub, {}, "Authorization: \r\n"), 401);
    row("401 user with a control character", httpRequest("GET", hub, "a\tb"), 401);
    row("401 user too long", httpRequest("GET", hub, QByteArray(65, 'u')), 401);
    row("401 user not UTF-8", httpRequest("GET", hub, "\xff\xfe"), 401);
    row("16 GET without id", httpRequest("GET", hub, "ann"), 400, "Connection ID required");
    row("16 POST without id", httpRequest("POST", hub, "ann"), 400, "Connection ID required");
    row("16 DELETE without id", httpRequest("DELETE", hub, "ann"), 400, "Connection ID required");
    row("16 empty id", httpRequest("GET", hub + "?id=", "ann"), 400, "Connection ID required");
    for (const QByteArray &method : {QByteArray("GET"), QByteArray("POST"), QByteArray("DELETE")}) {
        row(QByteArray("16 unknown id " + method).constData(),
            httpRequest(method, hub + "?id=unknown", "ann"), 404, "No Connection with that ID");
    }
    row("16 unknown id, upgrade", upgradeRequest(hub + "?id=unknown", "ann"), 404,
        "No Connection with that ID");
    row("16 very long id", httpRequest("GET", hub + "?id=" + QByteArray(2000, 'A'), "ann"), 404,
        "No Connection with that ID");
    row("16 id of NULs", httpRequest("GET", hub + "?id=%00%00", "ann"), 404, "No Connection with that ID");
    row("18 PUT", httpRequest("PUT", hub, "ann"), 405);
    row("18 PATCH", httpRequest("PATCH", hub + "?id=x", "ann"), 405);
    row("06 PUT negotiate", httpRequest("PUT", hub + "/negotiate", "ann"), 405);
    row("06 GET negotiate", httpRequest("GET", hub + "/negotiate", "ann"), 405);
    row("404 below the path", httpRequest("GET", hub + "/elsewhere", "ann"), 404);
    row("404 elsewhere", httpRequest("GET", "/elsewhere", "ann"), 404);
    row("404 case of the path", httpRequest("GET", "/Next-Chat", "ann"), 404);
    row("404 a longer name", httpRequest("GET", hub + "x", "ann"), 404);
    row("404 dots", httpRequest("GET", hub + "/../../etc/passwd", "ann"), 404);
    row("a plain page", httpRequest("GET", "/", {}), 200);
    row("ready", httpRequest("GET", "/readyz", {}), 200);
}

void HttpFrontTest::answers()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    RawClient client(m_server.port());
    const HttpAnswer answer = client.request(request);
    QCOMPARE(answer.status, status);
    QVERIFY(answer.headers.contains("content-length"));
    if (!body.isEmpty()) {
        QCOMPARE(answer.body, body);
        QVERIFY(answer.header("content-type").startsWith("text/plain"));
    }
    if (status == 405)
        QVERIFY(!answer.header("allow").isEmpty());
    // A refusal ends nothing: the next request on the same connection is answered.
    if (!answer.closes())
        QCOMPARE(client.request(httpRequest("GET", "/healthz", {})).status, 200);
}

void HttpFrontTest::refusesMalformedRequests_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QList<int>>("statuses");
    const auto row = [](const char *name, const QByteArray &request, const QList<int> &statuses) {
        QTest::newRow(name) << request << statuses;
    };
    const QByteArray host = "Host: h\r\n";
    row("no version", "GET /\r\n\r\n", {400});
    row("HTTP/3.0", "GET / HTTP/3.0\r\n" + host + "\r\n", {400, 505});
    row("HTTP/0.9 in disguise", "GET / HTTP/0.9\r\n" + host + "\r\n", {400, 505});
    row("blank target", "GET  HTTP/1.1\r\n" + host + "\r\n", {400});
    row("control character in the target", "GET /\x01 HTTP/1.1\r\n" + host + "\r\n", {400});
    row("method with a separator", "GE(T / HTTP/1.1\r\n" + host + "\r\n", {400});
    row("blank before the method", " GET / HTTP/1.1\r\n" + host + "\r\n", {400});
    row("blank in a header name", "GET / HTTP/1.1\r\nHo st: h\r\n\r\n", {400});
    row("blank before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", {400});
    row("header without a colon", "GET / HTTP/1.1\r\n" + host + "nonsense\r\n\r\n", {400});
    row("empty header name", "GET / HTTP/1.1\r\n" + host + ": x\r\n\r\n", {400});
    row("NUL in a value", "GET / HTTP/1.1\r\n" + host + "X: a" + QByteArray(1, '\0') + "b\r\n\r\n", {400});
    row("lone CR in a value", "GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n", {400});
    row("one huge header", "GET / HTTP/1.1\r\nX: " + QByteArray(200'000, 'x') + "\r\n\r\n", {431});
    row("many headers", "GET / HTTP/1.1\r\n" + QByteArray("X: y\r\n").repeated(30'000) + "\r\n", {431});
    row("huge target", "GET /" + QByteArray(200'000, 'x') + " HTTP/1.1\r\n\r\n", {414, 431});
    row("negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", {400});
    row("signed length", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\nx", {400});
    row("hexadecimal length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x1\r\n\r\nx", {400});
    row("overflowing length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n",
        {400, 413});
    row("huge length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 9000000000\r\n\r\n", {413});
    row("bad chunk size", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\nzz\r\n",
        {400});
}

void HttpFrontTest::refusesMalformedRequests()
{
    QFETCH(QByteArray, request);
    QFETCH(QList<int>, statuses);
    RawClient client(m_server.port());
    client.send(request);
    const HttpAnswer answer = client.readAnswer();
    QVERIFY2(statuses.contains(answer.status), answer.statusLine.constData());
    QVERIFY(client.waitForEnd());
    QCOMPARE(client.unread(), QByteArray());
}

// What two servers in a row could read differently is refused, and nothing behind it is taken for a request.
void HttpFrontTest::refusesToBeSmuggledTo_data()
{
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("body");
    const QByteArray chunks = "0\r\n\r\n";
    QTest::newRow("length, then chunks")
        << QByteArray("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") << chunks;
    QTest::newRow("chunks, then length")
        << QByteArray("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") << chunks;
    QTest::newRow("two lengths") << QByteArray("Content-Length: 5\r\nContent-Length: 6\r\n") << chunks;
    QTest::newRow("a list of lengths") << QByteArray("Content-Length: 5, 6\r\n") << chunks;
    QTest::newRow("unknown coding") << QByteArray("Transfer-Encoding: xchunked\r\n") << chunks;
    QTest::newRow("chunked is not last") << QByteArray("Transfer-Encoding: chunked, identity\r\n") << chunks;
    QTest::newRow("chunked twice") << QByteArray(
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")
                                   << chunks;
    QTest::newRow("folded header") << QByteArray("X: a\r\n Content-Length: 5\r\nContent-Length: 5\r\n")
                                   << chunks;
}

void HttpFrontTest::refusesToBeSmuggledTo()
{
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, body);
    RawClient client(m_server.port());
    client.send("POST /next-chat/negotiate HTTP/1.1\r\nHost: h\r\nAuthorization: ann\r\n" + headers + "\r\n"
                + body + httpRequest("GET", "/healthz", {}));
    const HttpAnswer answer = client.readAnswer();
    if (QByteArray(QTest::currentDataTag()) == "folded header" && answer.status == 200)
        return; // unfolding it is allowed (RFC 9112 5.2), if nothing else is read from it: one length, one
                // answer
    QVERIFY2(answer.status == 400 || answer.status == 501, answer.statusLine.constData());
    QVERIFY(client.waitForEnd());
    QCOMPARE(client.unread(), QByteArray());
}

void HttpFrontTest::refusesGarbage_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("TLS hello") << QByteArray::fromHex("16030100c8010000c40303") + QByteArray(200, 'x');
    QTest::newRow("zeros") << QByteArray(1000, '\0');
    QTest::newRow("high bytes") << QByteArray(1000, '\xff');
    QTest::newRow("line ends") << QByteArray("\r\n").repeated(200'000);
    QTest::newRow("SSH") << QByteArray("SSH-2.0-x\r\n\r\n");
    QTest::newRow("HTTP/2 preface") << QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    QTest::newRow("a frame without upgrade")
        << textFrame("{\"protocol\":\"json\",\"version\":1}\x1e\r\n\r\n");
}

void HttpFrontTest::refusesGarbage()
{
    QFETCH(QByteArray, bytes);
    RawClient client(m_server.port());
    client.send(bytes);
    client.finishSending();
    QVERIFY(client.waitForEnd());
    const QByteArray said = client.unread();
    QVERIFY2(said.isEmpty() || said.startsWith("HTTP/1.1 4") || said.startsWith("HTTP/1.1 505"),
             said.constData());
}

void HttpFrontTest::acceptsAHeadUpToItsLimit()
{
    RawClient client(m_server.port());
    const QByteArray padding = "X-Padding: " + QByteArray(6000, 'x') + "\r\n";
    QCOMPARE(client.request(httpRequest("GET", "/healthz", {}, padding)).status, 200);
}

void HttpFrontTest::keepsTheConnectionAlive()
{
    RawClient client(m_server.port());
    for (int i = 0; i < 50; ++i)
        QCOMPARE(client.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann")).status,
                 200);
}

void HttpFrontTest::endsTheConnectionWhenAskedTo_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("close") << httpRequest("GET", "/healthz", {}, "Connection: close\r\n");
    QTest::newRow("HTTP/1.0") << QByteArray("GET /healthz HTTP/1.0\r\n\r\n");
}

void HttpFrontTest::endsTheConnectionWhenAskedTo()
{
    QFETCH(QByteArray, request);
    RawClient client(m_server.port());
    QCOMPARE(client.request(request).status, 200);
    QVERIFY(client.waitForEnd());
}

void HttpFrontTest::answersPipelinedRequestsInOrder()
{
    RawClient client(m_server.port());
    const QByteArray three =
        httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann", {}, "ignored")
        + httpRequest("GET", "/next-chat?id=x", "ann") + httpRequest("GET", "/healthz", {});
    client.send(three.repeated(20));
    for (int i = 0; i < 20; ++i) {
        QCOMPARE(client.readAnswer().status, 200);
        QCOMPARE(client.readAnswer().status, 404);
        QCOMPARE(client.readAnswer().status, 200);
    }
}

void HttpFrontTest::takesRequestsByteByByte()
{
    RawClient client(m_server.port());
    const QByteArray request =
        httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann", {}, "body");
    for (const char byte : request)
        client.send(QByteArray(1, byte));
    QCOMPARE(client.readAnswer().status, 200);
}

void HttpFrontTest::takesChunkedBodies()
{
    RawClient client(m_server.port());
    client.send("POST /next-chat/negotiate HTTP/1.1\r\nHost: h\r\nAuthorization: ann\r\nTransfer-Encoding: "
                "chunked\r\n\r\n"
                "3\r\nabc\r\n1;extension=1\r\nd\r\n0\r\nTrailer: x\r\n\r\n"
                + httpRequest("GET", "/healthz", {}));
    QCOMPARE(client.readAnswer().status, 200);
    QCOMPARE(client.readAnswer().status, 200);
}

void HttpFrontTest::answersExpectContinue()
{
    RawClient client(m_server.port());
    client.send("POST /next-chat/negotiate HTTP/1.1\r\nHost: h\r\nAuthorization: ann\r\nContent-Length: 3\r\n"
                "Expect: 100-continue\r\n\r\n");
    QCOMPARE(client.readAnswer().status, 100);
    client.send("abc");
    QCOMPARE(client.readAnswer().status, 200);
}

void HttpFrontTest::answersHeadWithoutABody()
{
    RawClient client(m_server.port());
    client.send(httpRequest("HEAD", "/healthz", {}));
    const HttpAnswer answer = client.readAnswer(usualPatience, true);
    QVERIFY2(answer.status == 200 || answer.status == 405, answer.statusLine.constData());
    QCOMPARE(client.request(httpRequest("GET", "/healthz", {})).status, 200);
}

void HttpFrontTest::refusesOtherOrigins()
{
    RawClient client(m_server.port());
    const QByteArray other = "Origin: http://evil.example\r\n";
    QCOMPARE(client.request(upgradeRequest("/next-chat", "ann", other)).status, 403);
    QCOMPARE(client.request(httpRequest("POST", "/next-chat/negotiate", "ann", other)).status, 403);
    QCOMPARE(client.request(httpRequest("POST", "/next-chat/negotiate", "ann", "Origin: null\r\n")).status,
             403);
    QCOMPARE(
        client.request(httpRequest("POST", "/next-chat/negotiate", "ann", "Origin: http://127.0.0.1\r\n"))
            .status,
        200);
}

void HttpFrontTest::check15_preflight()
{
    ServerProcess server(
        {QStringLiteral("--set"), QStringLiteral("server.allowedOrigins=https://chat.example")});
    QVERIFY(server.start());
    RawClient client(server.port());
    const QByteArray origin = "Origin: https://chat.example\r\n";
    const HttpAnswer answer = client.request(httpRequest(
        "OPTIONS", "/next-chat/negotiate", {},
        origin
            + "Access-Control-Request-Method: POST\r\n"
              "Access-Control-Request-Headers: authorization,x-requested-with,x-signalr-user-agent\r\n"));
    QVERIFY(answer.status == 204 || answer.status == 200);
    QCOMPARE(answer.header("access-control-allow-origin"), QByteArray("https://chat.example"));
    QCOMPARE(answer.header("access-control-allow-credentials"), QByteArray("true"));
    const QByteArray allowed = answer.header("access-control-allow-headers").toLower();
    for (const char *name : {"authorization", "x-requested-with", "x-signalr-user-agent"})
        QVERIFY2(allowed.contains(name), allowed.constData());
    QVERIFY(answer.header("access-control-allow-methods").contains("POST"));
    const HttpAnswer negotiated = client.request(httpRequest("POST", "/next-chat/negotiate", "ann", origin));
    QCOMPARE(negotiated.status, 200);
    QCOMPARE(negotiated.header("access-control-allow-origin"), QByteArray("https://chat.example"));
    const HttpAnswer refused =
        client.request(httpRequest("OPTIONS", "/next-chat", {}, "Origin: https://x.example\r\n"));
    QVERIFY(refused.header("access-control-allow-origin").isEmpty());
    QCOMPARE(client.request(upgradeRequest("/next-chat", "ann", origin)).status, 101);
}

void HttpFrontTest::healthNeedsNoUser()
{
    RawClient client(m_server.port());
    const HttpAnswer ready = client.request(httpRequest("GET", "/readyz", {}));
    QCOMPARE(ready.status, 200);
    QVERIFY(!ready.json().isEmpty());
}

void HttpFrontTest::metricsArePrometheusText()
{
    RawClient client(m_server.port());
    const HttpAnswer answer = client.request(httpRequest("GET", "/metrics", {}));
    QCOMPARE(answer.status, 200);
    QVERIFY(answer.header("content-type").startsWith("text/plain"));
    QVERIFY(answer.body.contains("# HELP nextchat_"));
    QVERIFY(answer.body.contains("# TYPE nextchat_"));
    for (const QByteArray &line : answer.body.split('\n'))
        QVERIFY2(line.isEmpty() || line.startsWith("# ") || line.startsWith("nextchat_"), line.constData());
}

QTEST_GUILESS_MAIN(HttpFrontTest)
#include "tst_httpfront.moc"
