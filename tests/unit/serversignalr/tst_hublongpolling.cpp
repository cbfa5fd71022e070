// SPDX-License-Identifier: MIT
#include "server/net/postedrecords.h"
#include "tests/support/httphub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

using namespace nextchat::test;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

// The numbers are those of the conformance checks in docs/protocol.md.
class TestHubLongPolling : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFirstPollIsAnsweredAtOnce37();
    void pollsCarryWhatIsThere38();
    void anIdlePollEndsWithNothing39();
    void aNewerPollTakesTheOldersPlace40();
    void aPollBehindAnOlderOneIsTheNewest40();
    void nothingIsLostWithAPollThatBroke41();
    void theEndComesAfterTheLastWords42();
    void aClientEndsItsConnection43();
    void withoutPollsTheConnectionEnds44();
    void noPings45();
    void postsAreTakenInPieces34();
    void aPostWaitsForTheHub34();
    void noMorePostsWaitThanMay34();
    void requestsOfOthersAreRefused();
    void anIdOpensOneConnection();
    void originsAndCaches15and46();
};

void TestHubLongPolling::theFirstPollIsAnsweredAtOnce37()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    const HttpAnswer first = hub.poll();
    QCOMPARE(first.status, 200);
    QCOMPARE(first.header("content-type"), QByteArray("application/octet-stream"));
    QCOMPARE(first.header("content-length"), QByteArray("0"));
}

void TestHubLongPolling::pollsCarryWhatIsThere38()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    QCOMPARE(hub.post(R"({"type":1,"target":"Note","arguments":["a"]})"
                      "\x1e"
                      R"({"type":1,"invocationId":"1","target":"Add","arguments":[2,3]})"
                      "\x1e")
                 .status,
             200);
    const HttpAnswer answer = hub.poll();
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("content-type"), QByteArray("application/octet-stream"));
    QCOMPARE(answer.body,
             QByteArray(R"({"type":1,"target":"OnNote","arguments":["a"]})"
                        "\x1e"
                        R"({"type":3,"invocationId":"1","result":5})"
                        "\x1e"));
}

void TestHubLongPolling::anIdlePollEndsWithNothing39()
{
    HubOptions options;
    options.pollTimeout = 100ms;
    HubServer server(options);
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    const HttpAnswer answer = hub.poll();
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, QByteArray());
    QCOMPARE(answer.header("content-type"), QByteArray("text/plain"));
}

void TestHubLongPolling::aNewerPollTakesTheOldersPlace40()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    RawClient older(server.port);
    older.send(hub.pollRequest());
    server.settle(); // it waits there before the other comes
    RawClient newer(server.port);
    newer.send(hub.pollRequest());
    QCOMPARE(older.readAnswer().status, 204);
    QCOMPARE(hub.invoke("Note", R"(["x"])").status, 200);
    QVERIFY(newer.readAnswer().body.contains("OnNote"));
}

// It is read when the older one is answered, which is while the newer one is being taken.
void TestHubLongPolling::aPollBehindAnOlderOneIsTheNewest40()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    RawClient older(server.port);
    older.send(hub.pollRequest() + hub.pollRequest());
    server.settle();
    RawClient newer(server.port);
    newer.send(hub.pollRequest());
    QCOMPARE(older.readAnswer().status, 204);
    QCOMPARE(newer.readAnswer().status, 204);
    QCOMPARE(hub.invoke("Note", R"(["x"])").status, 200);
    QVERIFY(older.readAnswer().body.contains("OnNote"));
}

void TestHubLongPolling::nothingIsLostWithAPollThatBroke41()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    RawClient poller(server.port);
    poller.send(hub.pollRequest());
    server.settle();
    poller.finishSending();
    QVERIFY(poller.waitForEnd()); // the server has seen that the poll is gone
    QCOMPARE(hub.invoke("Note", R"(["kept"])").status, 200);
    QVERIFY(hub.poll().body.contains("kept"));
}

void TestHubLongPolling::theEndComesAfterTheLastWords42()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    QCOMPARE(hub.invoke("CloseWith", R"(["enough",false])").status, 200);
    const HttpAnswer last = hub.poll();
    QCOMPARE(last.status, 200);
    QVERIFY(last.body.contains(R"({"type":7,"error":"enough"})"));
    QCOMPARE(hub.poll().status, 204);
    QTRY_COMPARE(server.connections(), std::size_t(0));
    QCOMPARE(hub.poll().status, 404);
    QCOMPARE(server.journal.disconnected(), 1);
}

void TestHubLongPolling::aClientEndsItsConnection43()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    RawClient poller(server.port);
    poller.send(hub.pollRequest());
    server.settle();
    QCOMPARE(hub.remove().status, 202);
    QCOMPARE(poller.readAnswer().status, 204);
    QTRY_COMPARE(server.journal.endedInOrder, 1);
    QCOMPARE(hub.poll().status, 404);
    QCOMPARE(hub.remove().status, 404);
    QCOMPARE(hub.post("x").status, 404);
}

void TestHubLongPolling::withoutPollsTheConnectionEnds44()
{
    HubOptions options;
    options.disconnectTimeout = 100ms;
    HubServer server(options);
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    QTRY_COMPARE(server.journal.lost, 1);
    QCOMPARE(hub.poll().status, 404);
}

void TestHubLongPolling::noPings45()
{
    HubOptions options;
    options.keepAliveInterval = 50ms;
    options.pollTimeout = 2500ms;
    HubServer server(options);
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    QCOMPARE(hub.poll().body, QByteArray());
}

void TestHubLongPolling::postsAreTakenInPieces34()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    const QByteArray call = R"({"type":1,"invocationId":"1","target":"Add","arguments":[2,3]})";
    QCOMPARE(hub.post(call.first(20)).status, 200);
    QCOMPARE(hub.post(call.sliced(20) + '\x1e').status, 200);
    QVERIFY(hub.poll().body.contains(R"("result":5)"));
    // More than a request with a whole body may have, and chunks (70).
    QByteArray many;
    while (many.size() < 1024 * 1024)
        many += R"({"type":1,"target":"Add","arguments":[2,3]})"
                "\x1e";
    QCOMPARE(hub.post(many + call + '\x1e').status, 200);
    QVERIFY(hub.poll().body.contains(R"("result":5)"));
    RawClient client(server.port);
    QCOMPARE(client
                 .request(hub.requestHead("POST") + "Transfer-Encoding: chunked\r\n\r\n" + "14\r\n"
                          + call.first(20) + "\r\n" + QByteArray::number(call.size() - 19, 16) + "\r\n"
                          + call.sliced(20) + "\x1e\r\n0\r\n\r\n")
                 .status,
             200);
    QVERIFY(hub.poll().body.contains(R"("result":5)"));
}

void TestHubLongPolling::aPostWaitsForTheHub34()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    QByteArray calls;
    for (int i = 0; i < 200; ++i)
        calls += R"({"type":1,"invocationId":"i","target":"Slow","arguments":[5,1],"more":")"
            + QByteArray(4000, 'x') + "\"}\x1e";
    QCOMPARE(hub.post(calls).status, 200);
    // Most of them have been served by then: no more than two reads and a queue's worth was left.
    qsizetype completions = hub.poll().body.count('\x1e');
    QVERIFY2(completions > 100, qPrintable(QString::number(completions)));
    while (completions < 200) {
        const HttpAnswer answer = hub.poll();
        QCOMPARE(answer.status, 200);
        completions += answer.body.count('\x1e');
    }
    QCOMPARE(completions, 200);
    QCOMPARE(hub.invoke("Add", "[2,3]").status, 200); // on the same socket
}

// Each could hold what it sent for as long as the one before it does not end.
void TestHubLongPolling::noMorePostsWaitThanMay34()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    std::vector<std::unique_ptr<RawClient>> posts;
    for (std::size_t i = 0; i < nextchat::net::PostedRecords::most; ++i) {
        posts.push_back(std::make_unique<RawClient>(server.port));
        posts.back()->send(hub.requestHead("POST") + "Content-Length: 2\r\n\r\n ");
    }
    server.settle();
    QCOMPARE(hub.post(QByteArray(20'000, 'x')).status, 409);
    for (const auto &post : posts) {
        post->send(" ");
        QCOMPARE(post->readAnswer().status, 200);
    }
    QCOMPARE(hub.invoke("Add", "[2,3]").status, 200);
    QVERIFY(hub.poll().body.contains(R"("result":5)"));
}

void TestHubLongPolling::requestsOfOthersAreRefused()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    RawClient client(server.port);
    const QByteArray target = "/next-chat?id=" + hub.token();
    QCOMPARE(client.request(httpRequest("GET", target, "mallory")).status, 404);
    QCOMPARE(client.request(httpRequest("POST", target, "mallory", {}, "x")).status, 404);
    QCOMPARE(client.request(httpRequest("DELETE", target, "mallory")).status, 404);
    QCOMPARE(client.request(upgradeRequest(target, "alice")).status, 400); // 21
    QCOMPARE(client.request(httpRequest("GET", target, "alice", "Accept: text/event-stream\r\n")).status,
             400);
    QVERIFY(hub.invoke("Add", "[2,3]").status == 200);
    QVERIFY(hub.poll().body.contains(R"("result":5)"));
}

void TestHubLongPolling::anIdOpensOneConnection()
{
    HubServer server;
    HttpHub hub(server.port, "alice");
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    QCOMPARE(hub.remove().status, 202);
    QTRY_COMPARE(server.connections(), std::size_t(0));
    RawClient client(server.port);
    QCOMPARE(client.request(upgradeRequest("/next-chat?id=" + hub.token(), "alice")).status, 404);
}

void TestHubLongPolling::originsAndCaches15and46()
{
    HubServer server;
    HttpHub hub(server.port, "alice", "Origin: http://127.0.0.1\r\n");
    const HttpAnswer first = hub.poll();
    QCOMPARE(first.header("access-control-allow-origin"), QByteArray("http://127.0.0.1"));
    const HttpAnswer posted = hub.post("{\"protocol\":\"json\",\"version\":1}\x1e");
    QCOMPARE(posted.status, 200);
    QCOMPARE(posted.header("access-control-allow-origin"), QByteArray("http://127.0.0.1"));
    const HttpAnswer later = hub.poll();
    QCOMPARE(later.header("access-control-allow-origin"), QByteArray("http://127.0.0.1"));
    QCOMPARE(later.header("access-control-allow-credentials"), QByteArray("true"));
    QCOMPARE(later.header("cache-control"), QByteArray("no-cache,no-store"));
    QCOMPARE(later.header("pragma"), QByteArray("no-cache"));
}

QTEST_GUILESS_MAIN(TestHubLongPolling)
#include "tst_hublongpolling.moc"
