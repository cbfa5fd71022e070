// SPDX-License-Identifier: MIT
#include "server/net/httpmessage.h"

#include <QTest>

using namespace nextchat::net;

class TestHttpMessage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsParameters_data();
    void findsParameters();
    void findsTokensInHeaders();
    void tellsAnAbsentHeaderFromAnEmptyOne();
    void recognisesUpgrades_data();
    void recognisesUpgrades();
    void encodesResponses();
    void writesDates();
};

void TestHttpMessage::findsParameters_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("value"); // null: absent
    QTest::newRow("none") << QByteArray() << QByteArray();
    QTest::newRow("only") << QByteArray("id=7") << QByteArray("7");
    QTest::newRow("other") << QByteArray("idx=7&xid=8") << QByteArray();
    QTest::newRow("among others") << QByteArray("a=1&id=7&b=2") << QByteArray("7");
    QTest::newRow("other case") << QByteArray("ID=7") << QByteArray("7");
    QTest::newRow("first of two") << QByteArray("id=7&id=8") << QByteArray("7");
    QTest::newRow("no value") << QByteArray("id&a=1") << QByteArray("");
    QTest::newRow("empty value") << QByteArray("a=1&id=") << QByteArray("");
    QTest::newRow("escaped") << QByteArray("id=a%20b%26c%3D") << QByteArray("a b&c=");
    QTest::newRow("equals sign in the value") << QByteArray("id=a=b") << QByteArray("a=b");
    QTest::newRow("empty parts") << QByteArray("&&id=7&&") << QByteArray("7");
}

void TestHttpMessage::findsParameters()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, value);
    const HttpRequest request{.query = query};
    const auto found = request.parameter("id");
    QCOMPARE(found.has_value(), !value.isNull());
    QCOMPARE(found.value_or(QByteArray()), value);
}

void TestHttpMessage::findsTokensInHeaders()
{
    const HttpRequest request{
        .headers = {{"accept", "text/html"}, {"accept", "a ,Text/Event-Stream"}, {"x", "b"}}};
    QVERIFY(request.headerHasToken("accept", "text/event-stream"));
    QVERIFY(request.headerHasToken("accept", "a"));
    QVERIFY(!request.headerHasToken("accept", "text"));
    QVERIFY(!request.headerHasToken("accept", "b"));
    QVERIFY(!request.headerHasToken("absent", ""));
}

void TestHttpMessage::tellsAnAbsentHeaderFromAnEmptyOne()
{
    const HttpRequest request{.headers = {{"authorization", ""}, {"a", "1"}, {"a", "2"}}};
    QVERIFY(!request.header("authorization").isNull());
    QVERIFY(request.header("origin").isNull());
    QCOMPARE(request.header("a"), QByteArray("1"));
}

void TestHttpMessage::recognisesUpgrades_data()
{
    QTest::addColumn<QByteArray>("connection");
    QTest::addColumn<QByteArray>("upgrade");
    QTest::addColumn<bool>("upgrades");
    QTest::newRow("usual") << QByteArray("Upgrade") << QByteArray("websocket") << true;
    QTest::newRow("Firefox") << QByteArray("keep-alive, Upgrade") << QByteArray("WebSocket") << true;
    QTest::newRow("HTTP/2") << QByteArray("Upgrade, HTTP2-Settings") << QByteArray("h2c") << false;
    QTest::newRow("proxy took Connection") << QByteArray("close") << QByteArray("websocket") << false;
}

void TestHttpMessage::recognisesUpgrades()
{
    QFETCH(QByteArray, connection);
    QFETCH(QByteArray, upgrade);
    const HttpRequest request{.headers = {{"connection", connection}, {"upgrade", upgrade}}};
    QTEST(request.isWebSocketUpgrade(), "upgrades");
}

void TestHttpMessage::encodesResponses()
{
    HttpResponse response = HttpResponse::text(404, "No");
    response.headers.emplace_back("X-Y", "z");
    QCOMPARE(
        response.encoded(true),
        QByteArray(
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Y: z\r\nContent-Length: 2\r\n\r\nNo"));
    QCOMPARE(
        response.encoded(false, false),
        QByteArray("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Y: z\r\nContent-Length: 2\r\n"
                   "Connection: close\r\n\r\n"));
    QCOMPARE(HttpResponse{.status = 204}.encoded(true), QByteArray("HTTP/1.1 204 No Content\r\n\r\n"));
    QCOMPARE((HttpResponse{.status = 200, .close = true}.encoded(true)),
             QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    QCOMPARE(HttpResponse{.status = 204}.encoded(true, true, "now"),
             QByteArray("HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n"));
}

void TestHttpMessage::writesDates()
{
    using std::chrono::system_clock;
    // The example of RFC 9110 5.6.7.
    QCOMPARE(httpDate(system_clock::time_point(std::chrono::milliseconds(784'111'777'999))),
             QByteArray("Sun, 06 Nov 1994 08:49:37 GMT"));
}

QTEST_GUILESS_MAIN(TestHttpMessage)
#include "tst_httpmessage.moc"
