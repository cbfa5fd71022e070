// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnection.h"
#include "tests/integration/usertokens.h"
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"
#include "tests/support/waitfor.h"

#include <QFile>
#include <QTest>

#include <csignal>

using namespace nextchat::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nextchat::signalr::HubConnection;
using nextchat::signalr::HubConnectionOptions;
using nextchat::signalr::HubTransport;

// A server with `auth.mode: jwt` (contract.md 2), from outside.
class JwtTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        writeKey(tokenSecret);
        m_server = std::make_unique<ServerProcess>(QStringList{u"--auth"_s, u"jwt"_s, u"--set"_s,
                                                               QString(u"auth.jwt.keys="_s % keyFile()),
                                                               u"--set"_s, u"auth.jwt.clockSkew=10s"_s});
        QVERIFY2(m_server->start(), m_server->standardError().constData());
    }

    void aTokenOpensTheDoor()
    {
        QCOMPARE(negotiate("Bearer " + tokenOf(u"ann"_s)), 200);
        QCOMPARE(negotiate("bearer " + tokenOf(u"ann"_s)), 200);
        RawHub hub(m_server->port(), "Bearer " + tokenOf(u"ann"_s));
        QVERIFY(hub.isOpen());
        QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"g"_s}), QString());
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"g"_s}), QString());
        QCOMPARE(hub.invoke(u"ListMembers"_s, {u"g"_s}).value(u"result"_s), (QJsonArray{u"ann"_s}));
    }

    // Browsers can't send a header with a WebSocket; any other request must not leave its token in logs of
    // URLs.
    void theQueryServesWebSocketsAndEventsAlone()
    {
        const QByteArray query = "access_token=" + tokenOf(u"ann"_s);
        RawHub hub(m_server->port(), {}, true, '?' + query);
        QVERIFY(hub.isOpen());
        QCOMPARE(negotiate({}, "&" + query), 401);
        RawClient client(m_server->port());
        QCOMPARE(
            client.request(httpRequest("GET", "/next-chat?" + query, {}, "Accept: text/event-stream\r\n"))
                .status,
            400); // known, but there is no such connection
    }

    void withoutAGoodTokenThereIsNothing_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("a name, as if trusted") << QByteArray("ann");
        QTest::newRow("a name as the token") << QByteArray("Bearer ann");
        QTest::newRow("without scheme") << tokenOf(u"ann"_s);
        QTest::newRow("other scheme") << QByteArray("Basic " + tokenOf(u"ann"_s));
        QTest::newRow("empty") << QByteArray("Bearer ");
        QTest::newRow("expired") << QByteArray("Bearer " + tokenOf(u"ann"_s, -61));
        QTest::newRow("other key") << QByteArray("Bearer " + tokenOf(u"ann"_s, 600, QByteArray(32, 'x')));
        QTest::newRow("no user id") << QByteArray("Bearer " + tokenOf(u" ann"_s));
        QTest::newRow("unsigned") << QByteArray(
            "Bearer " + TokenSigner::assembled(R"({"alg":"none"})", R"({"sub":"ann","exp":4102444800})", {}));
        QTest::newRow("algorithm that is not asked for") << QByteArray(
            "Bearer " + TokenSigner::token(tokenSecret, claimsOf(u"ann"_s), {{u"alg"_s, u"HS384"_s}}));
    }
    void withoutAGoodTokenThereIsNothing()
    {
        QFETCH(QByteArray, header);
        QCOMPARE(negotiate(header), 401);
        RawClient client(m_server->port());
        QCOMPARE(client.request(upgradeRequest("/next-chat", header)).status, 401);
        for (const char *open : {"/", "/healthz", "/readyz", "/metrics"})
            QCOMPARE(RawClient(m_server->port()).request(httpRequest("GET", open, {})).status, 200);
    }

    void aConnectionTokenIsForItsUserAlone()
    {
        RawClient client(m_server->port());
        const QByteArray id = client
                                  .request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1",
                                                       "Bearer " + tokenOf(u"ann"_s)))
                                  .json()
                                  .value(u"connectionToken"_s)
                                  .toString()
                                  .toLatin1();
        RawClient other(m_server->port());
        QCOMPARE(other.request(upgradeRequest("/next-chat?id=" + id, "Bearer " + tokenOf(u"bob"_s))).status,
                 404);
        // A fresh token of the same user is as good as the one before.
        RawHub hub(m_server->port(), "Bearer " + tokenOf(u"ann"_s, 300), true, "?id=" + id);
        QVERIFY(hub.isOpen());
    }

    void theConnectionEndsWithItsTokenAndComesBackWithAnother116()
    {
        const QByteArray soonOver = "Bearer " + tokenOf(u"ann"_s, 3);
        RawHub hub(m_server->port(), soonOver);
        RawHub lasting(m_server->port(), "Bearer " + tokenOf(u"ann"_s));
        QVERIFY(hub.isOpen() && lasting.isOpen());
        QVERIFY(hub.waitForClose(60s));
        QCOMPARE(negotiate(soonOver),
                 401); // closed and refused from one moment on, or it would be let in again
        QCOMPARE(hub.closeRecord().value(u"allowReconnect"_s), true);
        QVERIFY(!hub.closeRecord().contains(u"error"_s));
        QVERIFY(metrics().contains("nextchat_signalr_closes_total{reason=\"token_expired\"} 1\n"));
        RawHub again(m_server->port(), "Bearer " + tokenOf(u"ann"_s));
        QVERIFY(again.isOpen());
        QCOMPARE(lasting.errorOf(u"ListGroups"_s), QString());
    }

    // A token that has expired by less than the clocks may differ: what it opens is not closed at once, which
    // would be a circle for clients that come back with it.
    void aLateTokenIsGoodToTheEndOfTheSkew116()
    {
        const QByteArray late = "Bearer " + tokenOf(u"ann"_s, -1);
        RawHub hub(m_server->port(), late);
        QVERIFY(hub.isOpen());
        QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
        QVERIFY(hub.waitForClose(60s));
        QCOMPARE(hub.closeRecord().value(u"allowReconnect"_s), true);
        QCOMPARE(negotiate(late), 401);
    }

    void clientsComeBackWithAnotherToken()
    {
        std::vector<std::unique_ptr<HubConnection>> clients; // one for each transport
        QList<int> tokens(3);
        int reconnects = 0;
        for (const HubTransport transport : nextchat::signalr::allTransports()) {
            HubConnectionOptions options;
            options.url = m_server->url();
            options.transports = {transport};
            options.accessToken = [&given = tokens[qsizetype(clients.size())]] {
                return QString::fromLatin1(tokenOf(u"ann"_s, ++given == 1 ? 10 : 600));
            };
            options.reconnect = {.delays = {std::chrono::milliseconds(0)}, .forever = true};
            clients.push_back(std::make_unique<HubConnection>(options));
            connect(clients.back().get(), &HubConnection::reconnected, this, [&reconnects] { ++reconnects; });
            const auto started = nextchat::test::waitFor(clients.back()->start());
            QVERIFY(started);
            QVERIFY2(*started, *started ? "" : qPrintable(started->error().message));
            QVERIFY(clients.back()->transport() == transport);
        }
        QVERIFY(QTest::qWaitFor([&reconnects] { return reconnects == 3; }, 60'000));
        QCOMPARE(tokens, QList<int>({2, 2, 2}));
        for (const auto &client : clients) {
            const auto groups = nextchat::test::waitFor(client->invoke(u"ListGroups"_s, {}));
            QVERIFY(groups && *groups);
            QVERIFY(nextchat::test::waitFor(client->stop()));
        }
    }

    void keysAreRotatedByTheirFile_data()
    {
        QTest::addColumn<bool>("bySignal");
        QTest::newRow("by itself") << false;
        QTest::newRow("by SIGHUP") << true;
    }
    void keysAreRotatedByTheirFile()
    {
        QFETCH(bool, bySignal);
        RawHub hub(m_server->port(), "Bearer " + tokenOf(u"ann"_s));
        const QByteArray next(40, 'n');
        const QByteArray fresh = "Bearer " + tokenOf(u"ann"_s, 600, next);
        QCOMPARE(negotiate(fresh), 401);
        writeKey(next);
        if (bySignal)
            QCOMPARE(::kill(static_cast<pid_t>(m_server->processId()), SIGHUP), 0);
        QVERIFY(QTest::qWaitFor([&] { return negotiate(fresh) == 200; }, 20000));
        QCOMPARE(negotiate("Bearer " + tokenOf(u"ann"_s)), 401);
        QCOMPARE(hub.errorOf(u"ListGroups"_s), QString()); // whoever is in stays in

        writeKey("too short");
        QVERIFY(
            QTest::qWaitFor([&] { return m_server->standardError().contains("stay as they are"); }, 20000));
        QCOMPARE(negotiate(fresh), 200);
        QVERIFY(!m_server->standardError().contains(next));
        QVERIFY(!m_server->standardError().contains("too short"));
    }

    // P5: whoever has a token does not wait for those who have none.
    void failedAttemptsAreLoggedAndSlowedDown()
    {
        const QByteArray bad = tokenOf(u"ann"_s, 600, QByteArray(32, 'x'));
        for (int i = 0; i < 10; ++i)
            QCOMPARE(negotiate("Bearer " + bad), 401);
        const int logged = static_cast<int>(m_server->standardError().count(" was refused: "));
        QCOMPARE(logged, 10);
        QVERIFY(m_server->standardError().contains("has a token that has no signature by one of the keys"));

        RawClient slow(m_server->port());
        slow.send(httpRequest("POST", "/next-chat/negotiate", "Bearer " + bad));
        slow.send(httpRequest("GET", "/healthz", {})); // pipelined behind it
        QCOMPARE(negotiate("Bearer " + tokenOf(u"ann"_s)), 200);
        QCOMPARE(slow.peekFor(std::chrono::milliseconds(200)), QByteArray());
        QCOMPARE(slow.readAnswer().status, 401);
        QCOMPARE(slow.readAnswer().status, 200);

        RawClient gone(m_server->port());
        gone.send(httpRequest("POST", "/next-chat/negotiate", "Bearer " + bad));
        gone.reset(); // before its answer
        QCOMPARE(m_server->standardError().count(" was refused: "), logged);
        QVERIFY(!m_server->standardError().contains(bad));
        QVERIFY(QTest::qWaitFor(
            [&] { return metrics().contains("nextchat_signalr_unauthorized_total 12\n"); }, 20000));
    }

    void aTokenCanBeIssued()
    {
        QProcess program;
        program.setProcessEnvironment(QProcessEnvironment::systemEnvironment());
        program.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") + u"/nextchat-server"_s,
                      {u"--data-dir"_s, m_folder->path(), u"--set"_s,
                       QString(u"auth.jwt.keys="_s % keyFile()), u"--issue-token"_s, u"ann"_s, u"--ttl"_s,
                       u"10m"_s});
        QVERIFY(program.waitForFinished());
        QCOMPARE(program.exitCode(), 0);
        const QByteArray token = program.readAllStandardOutput();
        QVERIFY(token.endsWith('\n') && token.count('\n') == 1);
        QCOMPARE(negotiate("Bearer " + token.trimmed()), 200);
    }

    void cleanup()
    {
        if (m_server && m_server->isRunning())
            QCOMPARE(m_server->terminate(), 0);
    }

private:
    [[nodiscard]] QString keyFile() const { return m_folder->filePath(u"key"_s); }
    void writeKey(const QByteArray &key) const
    {
        QFile file(keyFile());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(key);
    }
    [[nodiscard]] int negotiate(const QByteArray &header, const QByteArray &query = {}) const
    {
        RawClient client(m_server->port());
        return client.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1" + query, header))
            .status;
    }
    [[nodiscard]] QByteArray metrics() const
    {
        RawClient client(m_server->port());
        return client.request(httpRequest("GET", "/metrics", {})).body;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ServerProcess> m_server;
};

QTEST_GUILESS_MAIN(JwtTest)
#include "tst_jwt.moc"
