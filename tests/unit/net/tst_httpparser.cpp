// SPDX-License-Identifier: MIT
#include "server/net/httpparser.h"

#include <QTest>

using namespace nextchat::net;

namespace {

constexpr HttpLimits limits{.headBytes = 2048, .bodyBytes = 100};

// The outcome of each request in `bytes`, which come in two pieces: `METHOD PATH?QUERY [BODY];` or the status
// of the refusal;
// `...` when more is awaited.
QByteArray parsed(const QByteArray &bytes, qsizetype split)
{
    HttpParser parser(limits);
    QByteArray outcome;
    QByteArray input;
    for (const QByteArray &piece : {bytes.left(split), bytes.mid(split)}) {
        input += piece;
        while (!input.isEmpty()) {
            const qsizetype used = parser.feed(input);
            input.remove(0, used);
            if (parser.state() == HttpParser::State::Failed)
                return outcome + QByteArray::number(parser.errorStatus());
            if (parser.state() == HttpParser::State::Complete) {
                const HttpRequest request = parser.take();
                outcome +=
                    request.method + ' ' + request.path + '?' + request.query + " [" + request.body + "];";
            } else if (used == 0) {
                break;
            }
        }
    }
    return input.isEmpty() && parser.state() == HttpParser::State::Head ? outcome : outcome + "...";
}

HttpRequest requestOf(const QByteArray &bytes)
{
    HttpParser parser(limits);
    qsizetype used = 0;
    while (parser.state() != HttpParser::State::Complete && used < bytes.size()) {
        const qsizetype more = parser.feed(QByteArrayView(bytes).sliced(used));
        if (more == 0)
            return {};
        used += more;
    }
    return parser.take();
}

const QByteArray host = "Host: h\r\n";

} // namespace

class TestHttpParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parses_data();
    void parses();
    void refusesWhatNeverEnds_data();
    void refusesWhatNeverEnds();
    void takesHeadersInOrder();
    void takesTheHostFromAnAbsoluteTarget();
    void upgradesFromHttp11Only();
    void keepsTrailersOutOfTheHeaders();
    void knowsWhetherTheConnectionGoesOn_data();
    void knowsWhetherTheConnectionGoesOn();
    void keepsNothingOfADroppedBody_data();
    void keepsNothingOfADroppedBody();
    void saysOnceThatTheClientWaits_data();
    void saysOnceThatTheClientWaits();
};

void TestHttpParser::parses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("outcome");
    const auto row = [](const char *name, const QByteArray &bytes, const QByteArray &outcome) {
        QTest::newRow(name) << bytes << outcome;
    };
    const QByteArray post = "POST /p HTTP/1.1\r\n" + host;
    row("GET", "GET /a/b?c=d HTTP/1.1\r\n" + host + "\r\n", "GET /a/b?c=d [];");
    row("no headers, HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET /? [];");
    row("empty lines before",
        "\r\n\r\nGET /1 HTTP/1.1\r\n" + host + "\r\n\r\nGET /2 HTTP/1.1\r\n" + host + "\r\n",
        "GET /1? [];GET /2? [];");
    row("half an empty line before", "\rGET / HTTP/1.1\r\n" + host + "\r\n", "400");
    row("escaped path", "GET /%41%2e%00?%41 HTTP/1.1\r\n" + host + "\r\n",
        QByteArray("GET /A.\0?%41 [];", 16));
    row("body", post + "Content-Length: 5\r\n\r\nhello", "POST /p? [hello];");
    row("empty body", post + "Content-Length: 0\r\n\r\n", "POST /p? [];");
    row("no body", post + "\r\n", "POST /p? [];");
    row("pipelined",
        "GET /1 HTTP/1.1\r\n" + host + "\r\n" + post + "Content-Length: 2\r\n\r\nab" + "GET /3 HTTP/1.1\r\n"
            + host + "\r\n",
        "GET /1? [];POST /p? [ab];GET /3? [];");
    row("chunked",
        post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\nGET / HTTP/1.1\r\n"
            + host + "\r\n",
        "POST /p? [hello!];GET /? [];");
    row("chunked with trailers", post + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
        "POST /p? [a];");
    row("absolute form", "GET http://h:80/a?b HTTP/1.1\r\n" + host + "\r\n", "GET /a?b [];");
    row("absolute form without a path", "GET http://h HTTP/1.1\r\n" + host + "\r\n", "GET /? [];");
    row("absolute form, query alone", "GET HTTPS://h?a=/b HTTP/1.1\r\n" + host + "\r\n", "GET /?a=/b [];");
    row("absolute form without a host", "GET http:///a HTTP/1.1\r\n" + host + "\r\n", "400");
    row("another scheme", "GET ftp://h/a HTTP/1.1\r\n" + host + "\r\n", "400");
    row("no slash", "GET a?b=http://h/c HTTP/1.1\r\n" + host + "\r\n", "400");
    row("authority form", "CONNECT h:80 HTTP/1.1\r\n" + host + "\r\n", "400");
    row("asterisk with another method", "GET * HTTP/1.1\r\n" + host + "\r\n", "400");
    row("address in a query", "GET /a?b=http://c/d HTTP/1.1\r\n" + host + "\r\n", "GET /a?b=http://c/d [];");
    row("asterisk form", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", "OPTIONS *? [];");
    row("unknown method", "BREW /pot HTTP/1.1\r\n" + host + "\r\n", "BREW /pot? [];");
    row("body not there yet", post + "Content-Length: 5\r\n\r\nhell", "...");
    row("head not there yet", "GET / HTTP/1.1\r\n" + host, "...");

    // Where server and proxy could disagree about a request's end.
    row("both lengths", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400");
    row("both lengths, other order",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "400");
    row("two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "400");
    row("lengths in a list", post + "Content-Length: 5, 6\r\n\r\nhello", "400");
    row("negative length", post + "Content-Length: -1\r\n\r\n", "400");
    row("signed length", post + "Content-Length: +5\r\n\r\nhello", "400");
    row("hexadecimal length", post + "Content-Length: 0x5\r\n\r\nhello", "400");
    row("empty length", post + "Content-Length:\r\n\r\n", "400");
    row("length that overflows", post + "Content-Length: 18446744073709551617\r\n\r\nh", "400");
    row("unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n", "501");
    row("chunked is not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "501");
    row("chunked is not alone", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501");
    row("two codings", post + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "501");
    row("chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400");
    row("coding with a tab", post + "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", "POST /p? [];");
    row("coding with a vertical tab",
        post
            + "Transfer-Encoding: \x0b"
              "chunked\r\n\r\n0\r\n\r\n",
        "400");
    row("blank before the colon", post + "Content-Length : 5\r\n\r\nhello", "400");
    row("chunked in HTTP/1.0", "POST /p HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400");
    row("chunk size not a number", post + "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n", "400");
    row("chunk size that overflows",
        post + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\na\r\n0\r\n\r\n", "400");
    row("chunk longer than its size", post + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "400");
    row("no Host", "GET / HTTP/1.1\r\n\r\n", "400");
    for (const char *name : {"Authorization", "ORIGIN", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
        row(QByteArray("two of " + QByteArray(name)).constData(),
            "GET / HTTP/1.1\r\n" + host + name + ": a\r\n" + name + ": a\r\n\r\n", "400");
    }
    row("two Hosts", "GET / HTTP/1.1\r\n" + host + "Host: i\r\n\r\n", "400");

    row("bare LF in the head", "GET / HTTP/1.1\nHost: h\r\n\r\n", "505"); // of another version, to Beast
    row("bare LF between headers", "GET / HTTP/1.1\r\nA: b\nHost: h\r\n\r\n", "400");
    row("bare CR", "GET / HTTP/1.1\r\nA: b\rHost: h\r\n\r\n", "400");
    row("NUL in the target", QByteArray("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 29), "400");
    row("NUL in a header", QByteArray("GET / HTTP/1.1\r\nHost: \0h\r\n\r\n", 28), "400");
    row("NUL in a name", QByteArray("GET / HTTP/1.1\r\nHo\0st: h\r\n\r\n", 28), "400");
    row("blank in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n", "505");
    row("no version", "GET /\r\n\r\n", "400");
    row("HTTP/2 preface (30)", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505");
    row("TLS", QByteArray::fromHex("16030100a5010000a10303") + QByteArray(40, 'x') + "\r\n\r\n", "400");
    row("header without a name", "GET / HTTP/1.1\r\n" + host + ": x\r\n\r\n", "400");
    row("header without a colon", "GET / HTTP/1.1\r\n" + host + "abc\r\n\r\n", "400");
    row("length above the limit", post + "Content-Length: 101\r\n\r\n", "413");
    row("chunks above the limit",
        post + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + QByteArray(64, 'x') + "\r\n40\r\n"
            + QByteArray(64, 'x') + "\r\n0\r\n\r\n",
        "413");
    row("largest body", post + "Content-Length: 100\r\n\r\n" + QByteArray(100, 'x'),
        "POST /p? [" + QByteArray(100, 'x') + "];");
    row("large head", "GET / HTTP/1.1\r\n" + host + "A: " + QByteArray(2048, 'x') + "\r\n\r\n", "431");
    row("long target", "GET /" + QByteArray(2100, 'x') + " HTTP/1.1\r\n" + host + "\r\n", "431");
    row("long extension of a chunk",
        post + "Transfer-Encoding: chunked\r\n\r\n1;" + QByteArray(2048, 'x') + "\r\na\r\n0\r\n\r\n", "431");
    row("long trailers",
        post + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: " + QByteArray(2048, 'x') + "\r\n\r\n",
        "431");
    const QByteArray most = QByteArray("a:\r\n").repeated(static_cast<qsizetype>(limits.headers) - 1);
    row("as many headers as may be", "GET / HTTP/1.1\r\n" + host + most + "\r\n", "GET /? [];");
    row("one more", "GET / HTTP/1.1\r\n" + host + most + "a:\r\n\r\n", "431");
    row("many headers", "GET / HTTP/1.1\r\n" + host + QByteArray("a: b\r\n").repeated(400) + "\r\n", "431");
}

void TestHttpParser::parses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, outcome);
    for (qsizetype split = 0; split <= bytes.size(); ++split) {
        const QByteArray got = parsed(bytes, split);
        if (got != outcome)
            qInfo("split at %lld", static_cast<long long>(split));
        QCOMPARE(got, outcome);
    }
}

void TestHttpParser::refusesWhatNeverEnds_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("more");
    QTest::newRow("target") << QByteArray("GET /") << QByteArray("x");
    QTest::newRow("one header") << QByteArray("GET / HTTP/1.1\r\nA: ") << QByteArray("x");
    QTest::newRow("headers") << QByteArray("GET / HTTP/1.1\r\n") << QByteArray("a: b\r\n");
    QTest::newRow("method") << QByteArray() << QByteArray("A");
    const QByteArray chunked = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
    QTest::newRow("extension of a chunk") << QByteArray(chunked + "1;") << QByteArray("x");
    QTest::newRow("size of a chunk") << chunked << QByteArray("0");
    QTest::newRow("one trailer") << QByteArray(chunked + "0\r\nA: ") << QByteArray("x");
    QTest::newRow("trailers") << QByteArray(chunked + "0\r\n") << QByteArray("a: b\r\n");
}

void TestHttpParser::refusesWhatNeverEnds()
{
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, more);
    HttpParser parser(limits);
    QByteArray input = start;
    qsizetype total = start.size();
    while (parser.state() != HttpParser::State::Failed && total < 2 * limits.headBytes) {
        input.remove(0, parser.feed(input));
        input += more;
        total += more.size();
    }
    QCOMPARE(parser.state(), HttpParser::State::Failed);
    QCOMPARE(parser.errorStatus(), 431);
}

void TestHttpParser::takesHeadersInOrder()
{
    const HttpRequest request =
        requestOf("GET / HTTP/1.1\r\nHOST: h\r\nB:  2 \r\na: 1\r\nb: 3\r\nEmpty:\r\nFolded: x\r\n y\r\n\r\n");
    const std::vector<std::pair<QByteArray, QByteArray>> expected = {
        {"host", "h"}, {"b", "2"}, {"b", "3"}, {"a", "1"}, {"empty", ""}, {"folded", "x y"}};
    for (const auto &header : expected)
        QVERIFY2(std::find(request.headers.begin(), request.headers.end(), header) != request.headers.end(),
                 header.first.constData());
    QCOMPARE(request.headers.size(), expected.size());
    QCOMPARE(request.header("b"), QByteArray("2"));
}

void TestHttpParser::takesTheHostFromAnAbsoluteTarget()
{
    QCOMPARE(requestOf("GET http://a:80/ HTTP/1.1\r\nHost: b\r\n\r\n").header("host"), QByteArray("a:80"));
    QCOMPARE(requestOf("GET / HTTP/1.1\r\nHost: b\r\n\r\n").header("host"), QByteArray("b"));
}

void TestHttpParser::upgradesFromHttp11Only()
{
    const QByteArray headers = "Host: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    QVERIFY(requestOf("GET / HTTP/1.1\r\n" + headers).isWebSocketUpgrade());
    QVERIFY(!requestOf("GET / HTTP/1.0\r\n" + headers).isWebSocketUpgrade());
}

void TestHttpParser::keepsTrailersOutOfTheHeaders()
{
    const HttpRequest request = requestOf(
        "POST / HTTP/1.1\r\n" + host
        + "Transfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: mallory\r\nConnection: close\r\n\r\n");
    QCOMPARE(request.method, QByteArray("POST"));
    QVERIFY(request.header("authorization").isNull());
    QVERIFY(request.keepAlive);
}

void TestHttpParser::knowsWhetherTheConnectionGoesOn_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("keepAlive");
    QTest::newRow("1.1") << QByteArray("GET / HTTP/1.1\r\nHost: h\r\n\r\n") << true;
    QTest::newRow("1.1 close") << QByteArray("GET / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n\r\n")
                               << false;
    QTest::newRow("1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n") << false;
    QTest::newRow("1.0 keep-alive") << QByteArray("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                                    << false;
}

void TestHttpParser::knowsWhetherTheConnectionGoesOn()
{
    QFETCH(QByteArray, bytes);
    QTEST(requestOf(bytes).keepAlive, "keepAlive");
}

void TestHttpParser::keepsNothingOfADroppedBody_data()
{
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status"); // of the refusal, 0: none
    const QByteArray most = "32\r\n" + QByteArray(50, 'x') + "\r\n32\r\n" + QByteArray(50, 'x') + "\r\n";
    const QByteArray chunked = "Transfer-Encoding: chunked\r\n";
    QTest::newRow("largest") << QByteArray("Content-Length: 100\r\n") << QByteArray(100, 'x') << 0;
    QTest::newRow("larger") << QByteArray("Content-Length: 101\r\n") << QByteArray("x") << 413;
    QTest::newRow("largest in chunks") << chunked << QByteArray(most + "0\r\n\r\n") << 0;
    QTest::newRow("larger in chunks") << chunked << QByteArray(most + "5\r\nxxxxx\r\n") << 413;
}

void TestHttpParser::keepsNothingOfADroppedBody()
{
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    HttpParser parser(limits);
    parser.stopAtHeads();
    const QByteArray head = "POST / HTTP/1.1\r\n" + host + headers + "\r\n";
    QCOMPARE(parser.feed(head), head.size());
    parser.beginBody(HttpParser::Body::Dropped);
    QByteArray input;
    for (const char byte : std::as_const(body)) {
        input += byte;
        input.remove(0, parser.feed(input));
        QCOMPARE(parser.takeBody(), QByteArray());
    }
    QCOMPARE(parser.errorStatus(), status);
    QCOMPARE(parser.state(), status == 0 ? HttpParser::State::Complete : HttpParser::State::Failed);
}

void TestHttpParser::saysOnceThatTheClientWaits_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<bool>("waits");
    QTest::newRow("waits") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n") << true;
    QTest::newRow("other case") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n")
                                << true;
    QTest::newRow("no") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\n") << false;
    QTest::newRow("HTTP/1.0 has no such thing")
        << QByteArray("POST / HTTP/1.0\r\nExpect: 100-continue\r\n") << false;
}

void TestHttpParser::saysOnceThatTheClientWaits()
{
    QFETCH(QByteArray, head);
    HttpParser parser(limits);
    const QByteArray bytes = head + "Content-Length: 1\r\n\r\n";
    QCOMPARE(parser.feed(bytes), bytes.size());
    QCOMPARE(parser.state(), HttpParser::State::Body);
    QTEST(parser.takeExpectsContinue(), "waits");
    QVERIFY(!parser.takeExpectsContinue());
}

QTEST_GUILESS_MAIN(TestHttpParser)
#include "tst_httpparser.moc"
