// SPDX-License-Identifier: MIT
// More connections than there may be.
#include "tests/support/rawclient.h"
#include "tests/unit/net/httpserver.h"

#include <QLoggingCategory>
#include <QTest>

using namespace nextchat::net;
using namespace nextchat::test;
using namespace std::chrono_literals;

class TestHttpCrowd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void endsThoseUsedLeastRecentlyWhenThereAreTooMany();
    void usesWhatOthersLeave();
    void endsConnectionsByTheirAnswersWhenFewAreLeft();
    void sparesARequestThatHasJustCome();
    void endsWhatIsIdleInGoodOrder();
    void refusesWhatIsAmidstARequest();
    void doesNotCountPollsThatWait();
    void doesNotCountSomePollsThatWereAnswered();
    void keepsFewThatDoNotEnd();
};

void TestHttpCrowd::initTestCase()
{
    QLoggingCategory::setFilterRules(QStringLiteral("nextchat.net.warning=false")); // expected, and fatal
}

void TestHttpCrowd::endsThoseUsedLeastRecentlyWhenThereAreTooMany()
{
    HttpServer server({}, {.connections = 8});
    RawClient silent(server.port);
    QTRY_COMPARE(server.connections(), std::size_t(1));
    RawClient busy(server.port);
    QTRY_COMPARE(server.connections(), std::size_t(2));
    RawClient inRequest(server.port);
    QVERIFY(inRequest.send("GET /"));
    QTRY_COMPARE(server.connections(), std::size_t(3));
    QCOMPARE(busy.request(get("/")).status, 200);

    std::vector<std::unique_ptr<RawClient>> later;
    while (later.size() < 6)
        later.push_back(std::make_unique<RawClient>(server.port));
    QVERIFY(silent.waitForEnd());
    silent.finishSending();
    later.push_back(std::make_unique<RawClient>(server.port));
    QVERIFY(inRequest.waitForEnd());
    inRequest.finishSending();
    QTRY_COMPARE(server.connections(), std::size_t(8));
    QCOMPARE(server.metrics.connections.value(), 8.0);
    QCOMPARE(server.metrics.dropped.value(), quint64(2));
    QCOMPARE(busy.request(get("/")).status, 200);
    for (const auto &client : later)
        QCOMPARE(client->request(get("/")).status, 200);
}

// More than its share, as long as all together are fewer than all may be.
void TestHttpCrowd::usesWhatOthersLeave()
{
    HttpServer server({}, {.connections = 1, .allConnections = 3});
    RawClient first(server.port);
    QTRY_COMPARE(server.connections(), std::size_t(1));
    RawClient second(server.port);
    RawClient third(server.port);
    QTRY_COMPARE(server.connections(), std::size_t(3));
    QCOMPARE(server.metrics.dropped.value(), quint64(0));
    RawClient fourth(server.port);
    QVERIFY(first.waitForEnd());
    for (RawClient *left : {&second, &third, &fourth})
        QCOMPARE(left->request(get("/")).status, 200);
    QCOMPARE(server.metrics.dropped.value(), quint64(1));
}

void TestHttpCrowd::endsConnectionsByTheirAnswersWhenFewAreLeft()
{
    HttpServer server({}, {.connections = 16});
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 13; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port));
        QVERIFY(!clients.back()->request(get("/")).closes());
    }
    RawClient fourteenth(server.port);
    QTRY_COMPARE(server.connections(), std::size_t(14));
    const HttpAnswer answer = clients.front()->request(post("/a", "b"));
    QCOMPARE(answer.body, QByteArray("POST /a b"));
    QVERIFY(answer.closes());
    QVERIFY(clients.front()->waitForEnd());
    QVERIFY(!fourteenth.request(get("/")).closes());
    QCOMPARE(server.metrics.dropped.value(), quint64(0));
}

// The new connection is seen first, and the one idle for the longest has a request in the kernel by then.
void TestHttpCrowd::sparesARequestThatHasJustCome()
{
    HttpServer server({}, {.connections = 2});
    RawClient oldest(server.port);
    QCOMPARE(oldest.request(get("/")).status, 200);
    RawClient second(server.port);
    QTRY_COMPARE(server.connections(), std::size_t(2));
    std::unique_ptr<RawClient> third;
    server.whileHalted([&] {
        third = std::make_unique<RawClient>(server.port);
        QVERIFY(oldest.send(post("/a", "b")));
    });
    QCOMPARE(oldest.readAnswer().body, QByteArray("POST /a b"));
    QVERIFY(second.waitForEnd());
    QCOMPARE(third->request(get("/")).status, 200);
}

// Not by a reset, even for a request that crosses the end.
void TestHttpCrowd::endsWhatIsIdleInGoodOrder()
{
    HttpServer server({}, {.connections = 1});
    RawClient idle(server.port);
    QTRY_COMPARE(server.connections(), std::size_t(1));
    RawClient second(server.port);
    QVERIFY(idle.waitForEnd());
    QVERIFY(idle.send(get("/")));
    server.whileHalted([] {});
    QVERIFY(idle.send(get("/"))); // what a reset would have refused
    QCOMPARE(server.requests.load(), 0);
}

void TestHttpCrowd::refusesWhatIsAmidstARequest()
{
    HttpServer server({}, {.connections = 1});
    RawClient client(server.port);
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nbo"));
    QCOMPARE(client.peekFor(100ms), QByteArray());
    RawClient second(server.port);
    QCOMPARE(client.readAnswer().status, 503);
    QVERIFY(client.waitForEnd());
    QCOMPARE(second.request(get("/")).status, 200);
}

// They are limited by the number of hub connections, and go on when they were answered.
void TestHttpCrowd::doesNotCountPollsThatWait()
{
    HttpServer server({}, {.connections = 2});
    std::vector<std::unique_ptr<RawClient>> polls;
    for (int i = 1; i <= 4; ++i) {
        polls.push_back(std::make_unique<RawClient>(server.port));
        QVERIFY(polls.back()->send(get("/poll")));
        QTRY_COMPARE(server.requests.load(), i);
    }
    QCOMPARE(server.metrics.connections.value(), 0.0);
    RawClient client(server.port);
    QCOMPARE(client.request(get("/notify")).status, 200);
    for (const auto &poll : polls) {
        const HttpAnswer answer = poll->readAnswer();
        QCOMPARE(answer.body, QByteArray("news"));
        QVERIFY(!answer.closes());
    }
    for (const auto &poll : polls)
        QVERIFY(poll->send(get("/poll")));
    QTRY_COMPARE(server.requests.load(), 9);
    server.whileHalted([] {});
    QVERIFY(server.metrics.connections.value() <= 1.0);
    QCOMPARE(server.metrics.dropped.value(), quint64(0));
}

// They will be back; but a peer can't hold many by it.
void TestHttpCrowd::doesNotCountSomePollsThatWereAnswered()
{
    HttpServer server({}, {.connections = 16});
    RawClient client(server.port);
    std::vector<std::unique_ptr<RawClient>> polls;
    int requests = 0;
    for (const int more : {8, 4}) {
        for (int i = 0; i < more; ++i) {
            polls.push_back(std::make_unique<RawClient>(server.port));
            QVERIFY(polls.back()->send(get("/poll")));
        }
        requests += more;
        QTRY_COMPARE(server.requests.load(), requests);
        QCOMPARE(server.metrics.connections.value(), 1.0);
        QVERIFY(!client.request(get("/notify")).closes());
        ++requests;
        for (int i = 0; i < more; ++i)
            QCOMPARE(polls.at(polls.size() - 1 - static_cast<std::size_t>(i))->readAnswer().body,
                     QByteArray("news"));
    }
    QCOMPARE(server.metrics.connections.value(), 5.0);
}

void TestHttpCrowd::keepsFewThatDoNotEnd()
{
    HttpServer server({}, {.connections = 16});
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port));
        QVERIFY(clients.back()->request(get("/close")).closes());
        QVERIFY(clients.back()->waitForEnd());
    }
    QCOMPARE(server.connections(), std::size_t(2));
    QCOMPARE(server.metrics.connections.value(), 0.0);
}

QTEST_GUILESS_MAIN(TestHttpCrowd)
#include "tst_httpcrowd.moc"
