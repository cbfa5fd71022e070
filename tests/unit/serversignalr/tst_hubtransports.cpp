// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnection.h"
#include "tests/support/waitfor.h"
#include "tests/unit/serversignalr/hubproxy.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QNetworkProxy>
#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::signalr;
using namespace std::chrono_literals;
using nextchat::test::HubProxy;
using nextchat::test::HubServer;
using Request = HubProxy::Request;
using State = HubConnection::State;

namespace {

constexpr auto patience = 30s;

template <typename T> Expected<T> got(QCoro::Task<Expected<T>> task)
{
    std::optional<Expected<T>> result = nextchat::test::waitFor(std::move(task), patience);
    return result ? std::move(*result) : failure(Error::Code::TimedOut, QStringLiteral("not in time"));
}

template <typename Condition> bool comes(Condition condition)
{
    return QTest::qWaitFor(condition, static_cast<int>(std::chrono::milliseconds(patience).count()));
}

const QByteArray forbidden = HubProxy::response("403 Forbidden");

} // namespace

// The client's three transports against the server of this project, through a proxy that tells what was
// asked.
class TestHubTransports : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<HubServer> m_server;
    std::unique_ptr<HubProxy> m_proxy;
    std::unique_ptr<HubConnection> m_connection;

    [[nodiscard]] HubConnectionOptions options() const
    {
        HubConnectionOptions options;
        options.url = QUrl(u"http://127.0.0.1:%1/next-chat"_qs.arg(m_proxy->port()));
        options.accessToken = [] { return u"alice"_qs; };
        options.handshakeTimeout = patience;
        return options;
    }

    // Of the test's row.
    [[nodiscard]] HubConnectionOptions optionsOfRow() const
    {
        QFETCH(HubTransport, transport);
        QFETCH(QByteArray, protocol);
        HubConnectionOptions o = options();
        o.transports = {transport};
        o.protocol = protocol;
        return o;
    }

    void make(const HubConnectionOptions &o) { m_connection = std::make_unique<HubConnection>(o); }

    [[nodiscard]] QString connectError()
    {
        const auto started = got(m_connection->start());
        return started ? QString() : started.error().message;
    }

    [[nodiscard]] bool answers() { return got(m_connection->invoke(u"Add"_qs, {2, 3})) == Value(5); }

    static void addTransports()
    {
        QTest::addColumn<HubTransport>("transport");
        QTest::addColumn<QByteArray>("protocol");
        QTest::newRow("WebSockets") << HubTransport::WebSockets << QByteArray("json");
        QTest::newRow("events") << HubTransport::ServerSentEvents << QByteArray("json");
        QTest::newRow("polls") << HubTransport::LongPolling << QByteArray("json");
        QTest::newRow("polls, MessagePack") << HubTransport::LongPolling << QByteArray("messagepack");
    }

    // Those that send by POST.
    static void addHttpTransports()
    {
        QTest::addColumn<HubTransport>("transport");
        QTest::addColumn<QByteArray>("protocol");
        QTest::newRow("events") << HubTransport::ServerSentEvents << QByteArray("json");
        QTest::newRow("polls") << HubTransport::LongPolling << QByteArray("messagepack");
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<HubServer>();
        m_proxy = std::make_unique<HubProxy>(m_server->port);
    }

    void cleanup()
    {
        m_connection.reset();
        QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy);
        m_proxy.reset();
        m_server.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }

    void eachRequestSaysWhoItIs_data() { addTransports(); }

    void eachRequestSaysWhoItIs()
    {
        QFETCH(HubTransport, transport);
        m_proxy->negotiateHeader = "Set-Cookie: affinity=node-7; Path=/";
        HubConnectionOptions o = optionsOfRow();
        o.headers = {{"X-More", "1"}};
        make(o);
        QVERIFY(!m_connection->transport());
        QCOMPARE(connectError(), QString());
        QCOMPARE(m_connection->transport(), transport);
        QVERIFY(answers());
        QVERIFY(nextchat::test::waitFor(m_connection->stop(), patience));
        QVERIFY(comes([this] { return m_server->journal.endedInOrder == 1; }));
        QVERIFY(m_proxy->requests.size() >= 2);
        for (const Request &request : std::as_const(m_proxy->requests)) {
            QVERIFY(request.head.contains("\r\nAuthorization: Bearer alice\r\n"));
            QVERIFY(request.head.contains("\r\nX-More: 1\r\n"));
            QCOMPARE(request.head.contains("\r\nCookie: affinity=node-7\r\n"), !request.isNegotiate());
            QVERIFY(!request.target.contains("access_token"));
        }
        QCOMPARE(m_proxy->count(&Request::isUpgrade), transport == HubTransport::WebSockets ? 1 : 0);
        QCOMPARE(m_proxy->count(&Request::isEventStream),
                 transport == HubTransport::ServerSentEvents ? 1 : 0);
        if (transport == HubTransport::LongPolling) // check 43, from the other side
            QVERIFY(comes([this] { return m_proxy->requests.last().method == "DELETE"; }));
    }

    void sendsInOrderOneRequestAtATime_data() { addHttpTransports(); }

    void sendsInOrderOneRequestAtATime()
    {
        make(optionsOfRow());
        QStringList notes;
        m_connection->on(u"OnNote"_qs, [&notes](const Value::Array &arguments) {
            notes.append(arguments.at(0).get<QString>() ? *arguments.at(0).get<QString>() : QString());
        });
        QCOMPARE(connectError(), QString());
        QStringList expected;
        for (int i = 0; i < 400; ++i) {
            expected.append(QString::number(i) + QString(i % 7 == 0 ? 5000 : 5, u'n'));
            QVERIFY(m_connection->send(u"Note"_qs, {Value(expected.last())}));
            if (i % 50 == 0)
                QVERIFY(answers());
        }
        QVERIFY(comes([&] { return notes.size() >= 400; }));
        QCOMPARE(notes, expected);
        QCOMPARE(m_proxy->mostPosts, 1);
        QVERIFY2(m_proxy->count(&Request::isPost) < 200, "what waits goes together");
        // More than the limit waits for its turn.
        Expected<void> sent;
        for (int i = 0; i < 1000 && sent; ++i)
            sent = m_connection->send(u"Nothing"_qs, {Value(QString(10'000, u'n'))});
        QVERIFY(!sent && sent.error().code == Error::Code::LimitReached);
    }

    void theServerCloses_data() { addTransports(); }

    void theServerCloses()
    {
        HubConnectionOptions o = optionsOfRow();
        o.reconnect = {.delays = {0ms}, .forever = true};
        make(o);
        QSignalSpy reconnected(m_connection.get(), &HubConnection::reconnected);
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        QCOMPARE(connectError(), QString());
        m_server->closeAll(); // and wants all to come again
        QVERIFY(comes([&] { return reconnected.size() == 1; }));
        QVERIFY(answers());
        QVERIFY(m_connection->send(u"Abort"_qs, {}));
        QVERIFY(comes([&] { return closed.size() == 1; }));
        QVERIFY(!closed.at(0).at(0).value<std::optional<Error>>());
        QCOMPARE(m_connection->state(), State::Disconnected);
        QVERIFY(!m_connection->transport());
        QCOMPARE(m_server->journal.connected, 2);
    }

    void reconnects_data() { addTransports(); }

    void reconnects()
    {
        HubConnectionOptions o = optionsOfRow();
        o.reconnect = {.delays = {0ms}, .forever = true};
        make(o);
        QSignalSpy reconnected(m_connection.get(), &HubConnection::reconnected);
        QCOMPARE(connectError(), QString());
        for (int round = 1; round <= 3; ++round) {
            HubUpload endless;
            auto call = m_connection->invoke(u"Sum"_qs, {}, {&endless});
            m_proxy->cut();
            const auto answer = got(std::move(call));
            QVERIFY(!answer && answer.error().code == Error::Code::UnknownOutcome);
            QVERIFY(comes([&] { return reconnected.size() == round; }));
            QVERIFY(answers());
        }
    }

    void noticesASilentServer_data() { addTransports(); }

    void noticesASilentServer()
    {
        HubConnectionOptions o = optionsOfRow();
        o.keepAliveInterval = 50ms;
        o.serverTimeout = 500ms;
        make(o);
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        QCOMPARE(connectError(), QString());
        m_proxy->hold();
        QVERIFY(comes([&] { return closed.size() == 1; }));
        const auto error = closed.at(0).at(0).value<std::optional<Error>>();
        QVERIFY(error && error->message.startsWith(u"Server timeout elapsed"));
    }

    // A long poll has no pings from the server: its answers to ours keep it alive.
    void staysWithASilentHub()
    {
        HubConnectionOptions o = options();
        o.transports = {HubTransport::LongPolling};
        o.keepAliveInterval = 100ms;
        o.serverTimeout = 3000ms;
        make(o);
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        QCOMPARE(connectError(), QString());
        const qsizetype before = m_proxy->count(&Request::isPost);
        QVERIFY(comes([&] { return m_proxy->count(&Request::isPost) >= before + 40 || !closed.isEmpty(); }));
        QVERIFY(closed.isEmpty());
        QVERIFY(answers());
    }

    void goesThroughTheProxyOfTheProcess_data() { addTransports(); }

    void goesThroughTheProxyOfTheProcess()
    {
        HubConnectionOptions o = optionsOfRow();
        o.url.setHost(u"chat.invalid"_qs); // Qt goes to this machine without a proxy
        const QByteArray origin = ' ' + o.url.toString(QUrl::RemovePath).toLatin1();
        m_proxy->rewrite = [origin](QByteArray head) { return head.replace(origin, " "); };
        QNetworkProxy::setApplicationProxy({QNetworkProxy::HttpProxy, u"127.0.0.1"_qs, m_proxy->port()});
        make(o);
        QCOMPARE(connectError(), QString());
        QVERIFY(answers());
        QVERIFY(nextchat::test::waitFor(m_connection->stop(), patience));
        QVERIFY(m_proxy->requests.size() >= 3);
    }

    // The server answers requests whether or not the call has been answered.
    void waitsForASlowCall()
    {
        HubConnectionOptions o = options();
        o.transports = {HubTransport::LongPolling};
        o.keepAliveInterval = 100ms;
        o.serverTimeout = 5000ms;
        make(o);
        QCOMPARE(connectError(), QString());
        QVERIFY(got(m_connection->invoke(u"Slow"_qs, {8000, 1})) == Value(1));
    }

    void fallsBack_data()
    {
        QTest::addColumn<QByteArray>("protocol");
        QTest::addColumn<bool>("refusesEvents");
        QTest::addColumn<HubTransport>("comes");
        QTest::newRow("to events") << QByteArray("json") << false << HubTransport::ServerSentEvents;
        QTest::newRow("to polls") << QByteArray("json") << true << HubTransport::LongPolling;
        QTest::newRow("to polls, MessagePack")
            << QByteArray("messagepack") << false << HubTransport::LongPolling;
    }

    void fallsBack()
    {
        QFETCH(QByteArray, protocol);
        QFETCH(bool, refusesEvents);
        m_proxy->onRequest = [refusesEvents](const Request &request) {
            return request.isUpgrade() || (refusesEvents && request.isEventStream()) ? forbidden
                                                                                     : QByteArray();
        };
        HubConnectionOptions o = options();
        o.protocol = protocol;
        o.statefulReconnect = true; // which the others do not have
        o.reconnect = {.delays = {0ms}, .forever = true};
        make(o);
        QSignalSpy reconnected(m_connection.get(), &HubConnection::reconnected);
        QCOMPARE(connectError(), QString());
        QTEST(*m_connection->transport(), "comes");
        QVERIFY(answers());
        m_proxy->cut();
        QVERIFY(comes([&] { return reconnected.size() == 1; }));
        QTEST(*m_connection->transport(), "comes");
        QVERIFY(answers());
        QCOMPARE(m_server->journal.connected, 2);
    }

    void namesWhatItTried_data()
    {
        QTest::addColumn<QByteArray>("protocol");
        QTest::addColumn<QList<HubTransport>>("transports");
        QTest::addColumn<QStringList>("texts");
        const QList<HubTransport> all = allTransports();
        QTest::newRow("all") << QByteArray("json") << all
                             << QStringList{u"WebSockets failed: Forbidden: "_qs,
                                            u"ServerSentEvents failed: Forbidden: "_qs,
                                            u"LongPolling failed: Forbidden: "_qs};
        QTest::newRow("MessagePack") << QByteArray("messagepack") << all
                                     << QStringList{u"WebSockets failed: "_qs,
                                                    u"ServerSentEvents does not support Binary."_qs,
                                                    u"LongPolling failed: "_qs};
        QTest::newRow("some disabled")
            << QByteArray("json") << QList{HubTransport::ServerSentEvents}
            << QStringList{u"WebSockets is disabled by the client."_qs, u"ServerSentEvents failed: "_qs,
                           u"LongPolling is disabled by the client."_qs};
        QTest::newRow("none left") << QByteArray("messagepack") << QList{HubTransport::ServerSentEvents}
                                   << QStringList{u"ServerSentEvents does not support Binary."_qs};
    }

    void namesWhatItTried()
    {
        QFETCH(QByteArray, protocol);
        QFETCH(QList<HubTransport>, transports);
        QFETCH(QStringList, texts);
        m_proxy->onRequest = [](const Request &request) {
            return request.method == "GET" ? forbidden : QByteArray();
        };
        HubConnectionOptions o = options();
        o.protocol = protocol;
        o.transports = transports;
        make(o);
        const QString error = connectError();
        QVERIFY2(error.startsWith(u"Unable to connect to the server with any of the available transports."),
                 qPrintable(error));
        for (const QString &text : std::as_const(texts))
            QVERIFY2(error.contains(text), qPrintable(error));
        QCOMPARE(m_connection->state(), State::Disconnected);
        // And works the next time.
        m_proxy->onRequest = [](const Request &) { return QByteArray(); };
        QCOMPARE(connectError().isNull(),
                 !texts.contains(u"ServerSentEvents does not support Binary."_qs) || transports.size() > 1);
    }

    void onlyWebSocketsCanSkipNegotiation()
    {
        HubConnectionOptions o = options();
        o.negotiate = false;
        o.transports = {HubTransport::ServerSentEvents, HubTransport::LongPolling};
        make(o);
        const auto started = got(m_connection->start());
        QVERIFY(!started && started.error().code == Error::Code::InvalidArgument);
        QCOMPARE(m_connection->state(), State::Disconnected);
        QVERIFY(m_proxy->requests.isEmpty());
        o.transports.append(HubTransport::WebSockets);
        make(o);
        QCOMPARE(connectError(), QString());
        QCOMPARE(m_connection->transport(), HubTransport::WebSockets);
    }

    void asksForANewToken_data() { addHttpTransports(); }

    // The old one is refused in the middle of a connection, which goes on with the new one.
    void asksForANewToken()
    {
        bool isOver = false;
        QString token = u"old"_qs;
        m_proxy->rewrite = [](QByteArray head) {
            return head.replace("Bearer old\r\n", "Bearer alice\r\n")
                .replace("Bearer new\r\n", "Bearer alice\r\n");
        };
        m_proxy->onRequest = [&isOver](const Request &request) {
            return isOver && request.head.contains("Bearer old\r\n") ? HubProxy::response("401 Unauthorized")
                                                                     : QByteArray();
        };
        HubConnectionOptions o = optionsOfRow();
        o.accessToken = [&token] { return token; };
        make(o);
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        QCOMPARE(connectError(), QString());
        QVERIFY(answers());
        isOver = true;
        token = u"new"_qs;
        for (int i = 0; i < 5; ++i)
            QVERIFY(answers());
        QCOMPARE(m_server->journal.connected, 1);
        QVERIFY(closed.isEmpty());
        // Without a new one it ends.
        m_proxy->onRequest = [](const Request &) { return HubProxy::response("401 Unauthorized"); };
        QVERIFY(!got(m_connection->invoke(u"Add"_qs, {2, 3})));
        QVERIFY(comes([&] { return closed.size() == 1; }));
        const auto error = closed.at(0).at(0).value<std::optional<Error>>();
        QVERIFY(error && error->code == Error::Code::Unauthorized);
    }

    void nothingIsSentTwice_data() { addHttpTransports(); }

    // The server has taken a request, and its answer is lost.
    void nothingIsSentTwice()
    {
        make(optionsOfRow());
        QCOMPARE(connectError(), QString());
        QVERIFY(answers());
        m_proxy->cutsAnswer = [](const Request &request) { return request.isPost(); };
        const auto posts = m_proxy->count(&Request::isPost);
        auto stream = m_connection->stream(u"Counter"_qs, {1, 0});
        QVERIFY(stream);
        while (const auto item = got(stream->next())) {
            if (!*item)
                break;
        }
        QVERIFY(comes([&] { return m_connection->state() == State::Disconnected; }));
        QVERIFY(comes([&] { return m_server->journal.disconnected() == 1; }));
        QCOMPARE(m_server->journal.streamed, 1);
        QCOMPARE(m_proxy->count(&Request::isPost), posts + 1);
    }

    // What was in the answer to a poll may be gone: that is no reason to go on as if nothing had been.
    void aLostAnswerIsNoticed()
    {
        HubConnectionOptions o = options();
        o.transports = {HubTransport::LongPolling};
        make(o);
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        QCOMPARE(connectError(), QString());
        QVERIFY(answers());
        m_proxy->cutsAnswer = [polls = 0](const Request &request) mutable {
            return request.isPoll() && ++polls == 1; // Qt asks again at once, and would be answered
        };
        QVERIFY(comes([&] { // the poll that is under way still is
            (void)m_connection->send(u"Note"_qs, {Value(u"lost"_qs)});
            return closed.size() == 1;
        }));
        const auto error = closed.at(0).at(0).value<std::optional<Error>>();
        QVERIFY(error && error->code == Error::Code::Unavailable);
    }

    void mayDieInItsOwnHandlers_data() { addTransports(); }

    void mayDieInItsOwnHandlers()
    {
        make(optionsOfRow());
        m_connection->on(u"OnNote"_qs, [this](const Value::Array &) { m_connection.reset(); });
        QCOMPARE(connectError(), QString());
        QVERIFY(m_connection->send(u"Note"_qs, {Value(u"x"_qs)}));
        QVERIFY(comes([this] { return !m_connection; }));
        QVERIFY(comes([this] { return m_server->journal.disconnected() == 1; }));
    }
};

QTEST_GUILESS_MAIN(TestHubTransports)
#include "tst_hubtransports.moc"
