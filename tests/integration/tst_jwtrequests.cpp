// SPDX-License-Identifier: MIT
#include "tests/integration/usertokens.h"
#include "tests/support/httphub.h"
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray handshake = "{\"protocol\":\"json\",\"version\":1}\x1e";
const QByteArray comeAgain = "{\"type\":7,\"allowReconnect\":true}\x1e";

QByteArray bearer(const QString &user, qint64 secondsLeft = 600)
{
    return "Bearer " + tokenOf(user, secondsLeft);
}

QByteArray badBearer()
{
    return "Bearer " + tokenOf(u"ann"_s, 600, QByteArray(32, 'x'));
}

// A WebSocket that may be resumed under the id of `negotiated`.
std::unique_ptr<RawHub> openResumable(quint16 port, const HttpHub &negotiated, const QByteArray &user)
{
    auto hub = std::make_unique<RawHub>(port, user, false, "?id=" + negotiated.token());
    hub->sendRecord(QByteArray(R"({"protocol":"json","version":2})"));
    return hub->nextRecord() == "{}" ? std::move(hub) : nullptr;
}

// Opens the event stream of `hub` and shakes hands; false when that went wrong.
bool openEvents(RawClient &events, HttpHub &hub)
{
    events.send(hub.requestHead("GET") + "Accept: text/event-stream\r\n\r\n");
    return !events.readUntil("\r\n\r\n:\r\n").isEmpty() && hub.post(handshake).status == 200
        && events.readUntil("\r\n\r\n") == "data: {}\x1e\r\n\r\n";
}

} // namespace

// `auth.mode: jwt` (contract.md 2) where a connection is many requests: Server-Sent Events, long polling, and
// WebSockets that come back.
class JwtRequestsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void eventsEndWithTheirToken();
    void pollingEndsWithItsToken();
    void aPostOutlivesItsToken();
    void whoComesBackStaysAsLongAsTheNewToken();
    void whoIsAwayEndsWithTheToken();
    void requestsAreOfTheConnectionsUser();
    void noRequestGetsInWithoutAToken();
    void refusalsAreSlowedDown_data();
    void refusalsAreSlowedDown();
    void cleanup();

private:
    [[nodiscard]] QByteArray metrics() const;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ServerProcess> m_server;
};

void JwtRequestsTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QFile file(m_folder->filePath(u"key"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(tokenSecret);
    file.close();
    m_server = std::make_unique<ServerProcess>(
        QStringList{u"--auth"_s, u"jwt"_s, u"--set"_s, QString(u"auth.jwt.keys="_s % file.fileName()),
                    u"--set"_s, u"auth.jwt.clockSkew=0s"_s, u"--set"_s, u"server.ioThreads=2"_s});
    QVERIFY2(m_server->start(), m_server->standardError().constData());
}

void JwtRequestsTest::cleanup()
{
    if (m_server && m_server->isRunning())
        QCOMPARE(m_server->terminate(), 0);
}

QByteArray JwtRequestsTest::metrics() const
{
    return RawClient(m_server->port()).request(httpRequest("GET", "/metrics", {})).body;
}

void JwtRequestsTest::eventsEndWithTheirToken()
{
    HttpHub hub(m_server->port(), bearer(u"ann"_s, 5));
    RawClient events(m_server->port());
    QVERIFY(openEvents(events, hub));
    QCOMPARE(events.readUntil("\r\n\r\n"), QByteArray("data: " + comeAgain + "\r\n\r\n"));
    QVERIFY(events.waitForEnd());
    QVERIFY(metrics().contains("nextchat_signalr_closes_total{reason=\"token_expired\"} 1\n"));
}

void JwtRequestsTest::pollingEndsWithItsToken()
{
    HttpHub hub(m_server->port(), bearer(u"ann"_s, 5));
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    QCOMPARE(hub.poll().body, comeAgain); // the poll was on its way while the token expired
    QCOMPARE(hub.poll().status, 401);
    QVERIFY(metrics().contains("nextchat_signalr_closes_total{reason=\"token_expired\"} 1\n"));
    hub.setUser(bearer(u"ann"_s)); // which does not bring it back
    QCOMPARE(hub.poll().status, 204);
    QCOMPARE(hub.poll().status, 404);
}

// The connection goes while a body comes in pieces, then the rest of it comes.
void JwtRequestsTest::aPostOutlivesItsToken()
{
    HttpHub hub(m_server->port(), bearer(u"ann"_s, 5));
    RawClient poster(m_server->port());
    {
        RawClient events(m_server->port());
        QVERIFY(openEvents(events, hub));
        poster.send(hub.requestHead("POST") + "Content-Length: 20\r\n\r\n{\"type\":1,");
        QCOMPARE(events.readUntil("\r\n\r\n"), QByteArray("data: " + comeAgain + "\r\n\r\n"));
        QVERIFY(events.waitForEnd());
    }
    const QByteArray none = "\nnextchat_signalr_connections{transport=\"server_sent_events\"} 0\n";
    QVERIFY(QTest::qWaitFor([&] { return metrics().contains(none); }, 20000));
    poster.send("\"target\":\"");
    QCOMPARE(poster.readAnswer().status, 401);
    QCOMPARE(poster.request(httpRequest("GET", "/healthz", {})).status, 200); // nothing of it is left
}

void JwtRequestsTest::whoComesBackStaysAsLongAsTheNewToken()
{
    const HttpHub negotiated(m_server->port(), bearer(u"ann"_s));
    const auto first = openResumable(m_server->port(), negotiated, bearer(u"ann"_s, 5));
    QVERIFY(first);
    RawHub later(m_server->port(), bearer(u"bob"_s, 8));
    QVERIFY(later.isOpen());
    first->wire().reset();
    QCOMPARE(RawHub(m_server->port(), bearer(u"bob"_s), false, "?id=" + negotiated.token()).isOpen(), false);
    RawHub again(m_server->port(), bearer(u"ann"_s), false, "?id=" + negotiated.token());
    QVERIFY(again.isOpen());
    again.sendRecord(QByteArray(R"({"type":9,"sequenceId":1})"));
    QVERIFY(later.waitForClose()); // so the first token has expired, too
    QCOMPARE(again.errorOf(u"ListGroups"_s), QString());
}

void JwtRequestsTest::whoIsAwayEndsWithTheToken()
{
    const HttpHub negotiated(m_server->port(), bearer(u"ann"_s));
    const auto hub = openResumable(m_server->port(), negotiated, bearer(u"ann"_s, 5));
    QVERIFY(hub);
    hub->wire().reset();
    QVERIFY(QTest::qWaitFor(
        [&] { return metrics().contains("nextchat_signalr_closes_total{reason=\"token_expired\"} 1\n"); },
        12000)); // away for 15 s it would end as lost
    const RawHub again(m_server->port(), bearer(u"ann"_s), false, "?id=" + negotiated.token());
    QVERIFY(!again.isOpen());
}

void JwtRequestsTest::requestsAreOfTheConnectionsUser()
{
    HttpHub hub(m_server->port(), bearer(u"ann"_s));
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    hub.setUser(bearer(u"bob"_s));
    QCOMPARE(hub.poll().status, 404);
    QCOMPARE(hub.invoke("ListGroups", "[]").status, 404);
    QCOMPARE(hub.remove().status, 404);
    hub.setUser(bearer(u"ann"_s, 300)); // another token of the same user
    QCOMPARE(hub.invoke("ListGroups", "[]").status, 200);
    QCOMPARE(hub.poll().body, QByteArray("{\"type\":3,\"invocationId\":\"1\",\"result\":[]}\x1e"));
    QCOMPARE(hub.remove().status, 202);
}

void JwtRequestsTest::noRequestGetsInWithoutAToken()
{
    HttpHub hub(m_server->port(), bearer(u"ann"_s));
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    hub.setUser(badBearer());
    const HttpAnswer poll = hub.poll();
    QCOMPARE(poll.status, 401);
    QCOMPARE(poll.header("www-authenticate"), QByteArray("Bearer"));
    QCOMPARE(hub.invoke("ListGroups", "[]").status, 401);
    QCOMPARE(hub.remove().status, 401);
    hub.setUser({});
    QCOMPARE(hub.poll().status, 401);
    QVERIFY(metrics().contains("nextchat_signalr_unauthorized_total 4\n"));
    hub.setUser(bearer(u"ann"_s));
    QCOMPARE(hub.invoke("ListGroups", "[]").status, 200);
    QVERIFY(hub.poll().body.contains("\"result\":[]"));
    QCOMPARE(hub.remove().status, 202);
}

void JwtRequestsTest::refusalsAreSlowedDown_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("poll") << QByteArray("GET") << QByteArray() << QByteArray();
    QTest::newRow("events") << QByteArray("GET") << QByteArray("Accept: text/event-stream\r\n")
                            << QByteArray();
    QTest::newRow("post") << QByteArray("POST") << QByteArray("Content-Length: 32\r\n") << handshake;
    QTest::newRow("post in chunks") << QByteArray("POST") << QByteArray("Transfer-Encoding: chunked\r\n")
                                    << QByteArray("3\r\nabc\r\n0\r\n\r\n");
    QTest::newRow("delete") << QByteArray("DELETE") << QByteArray() << QByteArray();
}

void JwtRequestsTest::refusalsAreSlowedDown()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, body);
    HttpHub hub(m_server->port(), bearer(u"ann"_s));
    QCOMPARE(hub.open(), QByteArray("{}\x1e"));
    hub.setUser(badBearer());
    for (int i = 0; i < 10; ++i)
        QCOMPARE(hub.poll().status, 401);

    RawClient slow(m_server->port());
    slow.send(hub.requestHead(method) + headers + "\r\n" + body.first(body.size() / 2));
    slow.send(body.sliced(body.size() / 2) + httpRequest("GET", "/healthz", {}));
    hub.setUser(bearer(u"ann"_s));
    QCOMPARE(hub.invoke("ListGroups", "[]").status, 200); // which delays nobody else
    QCOMPARE(slow.peekFor(std::chrono::milliseconds(200)), QByteArray());
    QCOMPARE(slow.readAnswer().status, 401);
    QCOMPARE(slow.readAnswer().status, 200);
    QCOMPARE(hub.remove().status, 202);
}

QTEST_GUILESS_MAIN(JwtRequestsTest)
#include "tst_jwtrequests.moc"
