// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnection.h"
#include "common/signalr/huberror.h"
#include "fakehub.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::signalr;
using namespace std::chrono_literals;
using State = HubConnection::State;

namespace {

// Keeps what a task gives, and when.
template <typename T> std::shared_ptr<std::optional<T>> outcomeOf(QCoro::Task<T> task)
{
    auto outcome = std::make_shared<std::optional<T>>();
    [](QCoro::Task<T> waited, std::shared_ptr<std::optional<T>> into) -> QCoro::Task<> {
        *into = co_await std::move(waited);
    }(std::move(task), outcome);
    return outcome;
}

std::shared_ptr<std::optional<bool>> endOf(QCoro::Task<> task)
{
    auto outcome = std::make_shared<std::optional<bool>>();
    [](QCoro::Task<> waited, std::shared_ptr<std::optional<bool>> into) -> QCoro::Task<> {
        co_await std::move(waited);
        *into = true;
    }(std::move(task), outcome);
    return outcome;
}

Value::Array arguments(Value value)
{
    Value::Array array;
    array.push_back(std::move(value));
    return array;
}

const QByteArray serverBusy = R"({"type":7,"error":"Busy","allowReconnect":true})";

} // namespace

class HubConnectionTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<FakeHub> m_hub;
    std::unique_ptr<HubConnection> m_connection;

    HubConnectionOptions options() const
    {
        HubConnectionOptions options;
        options.url = m_hub->url();
        return options;
    }

    void make(HubConnectionOptions options)
    {
        m_connection = std::make_unique<HubConnection>(std::move(options));
    }

    static ReconnectPolicy atOnce() { return {.delays = {0ms}, .forever = true}; }

    void connectToHub(HubConnectionOptions options)
    {
        make(std::move(options));
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(started->has_value());
        QVERIFY2(**started, **started ? "" : qPrintable((*started)->error().message));
        QCOMPARE(m_connection->state(), State::Connected);
    }

private Q_SLOTS:
    void init() { m_hub = std::make_unique<FakeHub>(); }

    void cleanup()
    {
        m_connection.reset();
        m_hub.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }

    void connectsAndCalls()
    {
        auto o = options();
        o.accessToken = [] { return u"secret"_qs; };
        o.headers = {{"X-More", "1"}};
        connectToHub(o);
        QCOMPARE(m_connection->connectionId(), u"C1"_qs);
        QVERIFY(m_hub->lastNegotiateHead.startsWith("POST /hub/negotiate?negotiateVersion=1 HTTP/1.1\r\n"));
        QVERIFY(m_hub->lastWebSocketHead.startsWith("GET /hub?id=T1 HTTP/1.1\r\n"));
        for (const QByteArray &head : {m_hub->lastNegotiateHead, m_hub->lastWebSocketHead}) {
            QVERIFY(head.contains("\r\nAuthorization: Bearer secret\r\n"));
            QVERIFY(head.contains("\r\nX-More: 1\r\n"));
        }
        QCOMPARE(m_hub->messages.first(), QJsonObject({{u"protocol"_qs, u"json"_qs}, {u"version"_qs, 1}}));

        const auto answer = outcomeOf(m_connection->invoke(u"Echo"_qs, arguments(u"hé\U0001F600"_qs)));
        QTRY_VERIFY(answer->has_value());
        QVERIFY(**answer == Value(u"hé\U0001F600"_qs));
        QVERIFY(m_connection->send(u"Note"_qs, arguments(5)));
        QTRY_COMPARE(m_hub->messages.size(), 3);
        QVERIFY(!m_hub->messages.last().contains(u"invocationId"));

        const auto stopped = endOf(m_connection->stop());
        QTRY_VERIFY(stopped->has_value());
        QCOMPARE(m_connection->state(), State::Disconnected);
        QTRY_COMPARE(m_hub->messages.last().value(u"type").toInt(), 7);
    }

    void connectsWithoutNegotiation()
    {
        auto o = options();
        o.negotiate = false;
        connectToHub(o);
        QCOMPARE(m_hub->negotiations, 0);
        QVERIFY(m_connection->connectionId().isNull());
        QVERIFY(m_hub->lastWebSocketHead.startsWith("GET /hub HTTP/1.1\r\n"));
    }

    void speaksNegotiateVersion0()
    {
        m_hub->onNegotiate = [](const QByteArray &) {
            return FakeHub::response(R"({"connectionId":"C 0+","availableTransports":)"
                                     R"([{"transport":"WebSockets","transferFormats":["Text"]}]})");
        };
        connectToHub(options());
        QVERIFY(m_hub->lastWebSocketHead.startsWith("GET /hub?id=C%200%2B HTTP/1.1\r\n"));
    }

    void followsRedirects()
    {
        m_hub->onNegotiate = [this](const QByteArray &head) {
            if (head.startsWith("POST /other/"))
                return FakeHub::accepted();
            const QByteArray body =
                "{\"url\":\"" + m_hub->url(u"/other/hub?x=1"_qs).toEncoded() + "\",\"accessToken\":\"new\"}";
            return FakeHub::response(body);
        };
        auto o = options();
        o.accessToken = [] { return u"old"_qs; };
        connectToHub(o);
        QCOMPARE(m_hub->negotiations, 2);
        QVERIFY(m_hub->lastNegotiateHead.startsWith("POST /other/hub/negotiate?x=1&negotiateVersion=1 "));
        QVERIFY(m_hub->lastNegotiateHead.contains("Bearer new"));
        QVERIFY(m_hub->lastWebSocketHead.startsWith("GET /other/hub?x=1&id=T1 "));
        QVERIFY(m_hub->lastWebSocketHead.contains("Bearer new"));
    }

    void failsToStart_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<Error::Code>("code");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const QByteArray &answer, Error::Code code,
                            const QString &text) { QTest::newRow(name) << answer << code << text; };
        row("401", FakeHub::response("", "401 Unauthorized"), Error::Code::Unauthorized, u"status 401"_qs);
        row("403", FakeHub::response("", "403 Forbidden"), Error::Code::Unauthorized, u"status 403"_qs);
        row("404", FakeHub::response("", "404 Not Found"), Error::Code::Protocol,
            u"is not a SignalR endpoint"_qs);
        row("405", FakeHub::response("", "405 Method Not Allowed"), Error::Code::Protocol,
            u"is not a SignalR endpoint"_qs);
        row("503", FakeHub::response("", "503 Service Unavailable"), Error::Code::Unavailable,
            u"status 503"_qs);
        row("429", FakeHub::response("", "429 Too Many Requests"), Error::Code::Unavailable,
            u"too many connections"_qs);
        row("a page", FakeHub::response("<html>hello</html>"), Error::Code::Protocol,
            u"is not a SignalR endpoint"_qs);
        row("too long", FakeHub::response(QByteArray(1'000'000, ' ')), Error::Code::Protocol,
            u"is not a SignalR endpoint"_qs);
        row("not HTTP", "SSH-2.0-OpenSSH\r\n\r\n", Error::Code::Unavailable, u"No connection to"_qs);
        row("error", FakeHub::response(R"({"error":"No way."})"), Error::Code::Protocol, u"No way."_qs);
        row("no WebSockets", FakeHub::response(R"({"connectionId":"1","availableTransports":[]})"),
            Error::Code::Protocol, u"no WebSockets"_qs);
        row("redirect to nowhere", FakeHub::response(R"({"url":"ftp:x"})"), Error::Code::Protocol,
            u"redirected"_qs);
        row("redirect in circles", FakeHub::response(R"({"url":"/hub"})"), Error::Code::Protocol,
            u"redirected too often"_qs);
    }

    void failsToStart()
    {
        QFETCH(QByteArray, answer);
        QFETCH(Error::Code, code);
        QFETCH(QString, text);
        m_hub->onNegotiate = [answer](const QByteArray &) { return answer; };
        make(options());
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(started->has_value());
        QVERIFY(!**started);
        QVERIFY2((*started)->error().message.contains(text), qPrintable((*started)->error().message));
        QCOMPARE((*started)->error().code, code);
        QCOMPARE(m_connection->state(), State::Disconnected);
        QVERIFY(closed.isEmpty());
        // And works the next time.
        m_hub->onNegotiate = [](const QByteArray &) { return FakeHub::accepted(); };
        const auto again = outcomeOf(m_connection->start());
        QTRY_VERIFY(again->has_value());
        QVERIFY(**again);
    }

    void saysThatNobodyListens()
    {
        for (const bool negotiate : {true, false}) {
            auto o = options();
            o.negotiate = negotiate;
            m_hub->stopListening();
            make(o);
            const auto started = outcomeOf(m_connection->start());
            QTRY_VERIFY(started->has_value());
            QCOMPARE((*started)->error().code, Error::Code::Unavailable);
            QVERIFY2((*started)->error().message.contains(u"connection refused"),
                     qPrintable((*started)->error().message));
        }
    }

    void saysThatTlsFails()
    {
        auto o = options();
        o.url.setScheme(u"https"_qs);
        make(o);
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(started->has_value());
        QVERIFY(!**started);
        QCOMPARE((*started)->error().code, Error::Code::Unavailable);
        QVERIFY2((*started)->error().message.startsWith(u"No secure connection to 127.0.0.1: "),
                 qPrintable((*started)->error().message));
    }

    void timesOut_data()
    {
        QTest::addColumn<bool>("negotiates");
        QTest::newRow("negotiate") << false;
        QTest::newRow("handshake") << true;
    }

    void timesOut()
    {
        QFETCH(bool, negotiates);
        if (negotiates)
            m_hub->onHandshake = [](QWebSocket *) {};
        else
            m_hub->onNegotiate = [](const QByteArray &) { return QByteArray(); };
        auto o = options();
        o.handshakeTimeout = 100ms;
        make(o);
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(started->has_value());
        QCOMPARE((*started)->error().code, Error::Code::TimedOut);
    }

    void refusesBadHandshakes_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("text");
        QTest::newRow("refused") << QByteArray("{\"error\":\"Not you.\"}\x1E") << u"Not you."_qs;
        QTest::newRow("a ping") << QByteArray("{\"type\":6}\x1E")
                                << u"Expected a handshake response from the server."_qs;
        QTest::newRow("garbage") << QByteArray("hello\x1E") << u"Error reading JSON."_qs;
        QTest::newRow("endless") << QByteArray(40'000, ' ') << u"too long"_qs;
        QTest::newRow("hangs up") << QByteArray() << u"hung up"_qs;
    }

    void refusesBadHandshakes()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QString, text);
        m_hub->onHandshake = [answer](QWebSocket *client) {
            if (answer.isEmpty())
                client->close();
            else
                client->sendTextMessage(QString::fromUtf8(answer));
        };
        make(options());
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(started->has_value());
        QVERIFY(!**started);
        QVERIFY2((*started)->error().message.contains(text), qPrintable((*started)->error().message));
    }

    void startsOnce()
    {
        make(options());
        const auto first = outcomeOf(m_connection->start());
        const auto second = outcomeOf(m_connection->start());
        QVERIFY(second->has_value());
        QCOMPARE((*second)->error().code, Error::Code::Conflict);
        QTRY_VERIFY(first->has_value());
        QVERIFY(**first);
    }

    void stopsWhileConnecting()
    {
        m_hub->onHandshake = [](QWebSocket *) {};
        make(options());
        const auto started = outcomeOf(m_connection->start());
        QTRY_COMPARE(m_hub->handshakes, 1);
        const auto stopped = endOf(m_connection->stop());
        QVERIFY(stopped->has_value());
        QVERIFY(started->has_value());
        QCOMPARE((*started)->error().code, Error::Code::Cancelled);
        QTRY_VERIFY(!m_hub->client());
    }

    // A WebSocket message is not a record: anything may be split and joined anywhere.
    void reframes()
    {
        m_hub->onHandshake = [](QWebSocket *client) {
            const QString text =
                u"{}\x1E{\"type\":1,\"target\":\"Note\",\"arguments\":[\"é\"]}\x1E"
                u"{\"type\":42}\x1E{\"type\":6}\x1E{\"type\":1,\"target\":\"nOTE\",\"arguments\":[2]}\x1E"_qs;
            for (QChar c : text)
                client->sendTextMessage(c);
            client->sendTextMessage(text.sliced(3) + text.sliced(3));
        };
        make(options());
        QStringList notes;
        m_connection->on(u"note"_qs, [&notes](const Value::Array &arguments) {
            const auto *text = arguments.at(0).get<QString>();
            notes.append(text ? *text : u"2"_qs);
        });
        const auto started = outcomeOf(m_connection->start());
        QTRY_COMPARE(notes.size(), 6);
        QCOMPARE(notes, QStringList({u"é"_qs, u"2"_qs, u"é"_qs, u"2"_qs, u"é"_qs, u"2"_qs}));
        QVERIFY(started->has_value());
    }

    void answersInTheOrderOfTheWire()
    {
        // The item between two completions is handled between the two awaiting coroutines.
        m_hub->onMessage = [](QWebSocket *client, const QJsonObject &message) {
            if (message.value(u"invocationId") == u"2"_qs)
                client->sendTextMessage(u"{\"type\":3,\"invocationId\":\"1\"}\x1E{\"type\":1,\"target\":"
                                        u"\"Note\",\"arguments\":[]}\x1E"
                                        u"{\"type\":3,\"invocationId\":\"2\"}\x1E"_qs);
        };
        connectToHub(options());
        QStringList order;
        m_connection->on(u"Note"_qs, [&order](const Value::Array &) { order.append(u"note"_qs); });
        const auto call = [&order, this](QString name) -> QCoro::Task<> {
            co_await m_connection->invoke(name, {});
            order.append(name);
        };
        call(u"one"_qs);
        call(u"two"_qs);
        QTRY_COMPARE(order, QStringList({u"one"_qs, u"note"_qs, u"two"_qs}));
    }

    void failsCalls()
    {
        m_hub->onMessage = [](QWebSocket *client, const QJsonObject &message) {
            FakeHub::send(client,
                          "{\"type\":3,\"invocationId\":\""
                              + message.value(u"invocationId").toString().toUtf8()
                              + "\",\"error\":\"Something bad\"}");
        };
        connectToHub(options());
        const auto answer = outcomeOf(m_connection->invoke(u"X"_qs, {}));
        QTRY_VERIFY(answer->has_value());
        QCOMPARE((*answer)->error(), (Error{Error::Code::Internal, u"Something bad"_qs}));
        Value deep;
        for (int i = 0; i < 100; ++i)
            deep = Value(arguments(std::move(deep)));
        const auto unsendable = outcomeOf(m_connection->invoke(u"X"_qs, arguments(deep)));
        QVERIFY(unsendable->has_value());
        QCOMPARE((*unsendable)->error().code, Error::Code::InvalidArgument);
    }

    void callsWithoutConnectionFailAtOnce()
    {
        make(options());
        const auto answer = outcomeOf(m_connection->invoke(u"X"_qs, {}));
        QVERIFY(answer->has_value());
        QCOMPARE((*answer)->error().code, Error::Code::Unavailable);
        QCOMPARE(m_connection->send(u"X"_qs, {}).error().code, Error::Code::Unavailable);
        QCOMPARE(m_connection->stream(u"X"_qs, {}).error().code, Error::Code::Unavailable);
    }

    void boundsWhatWaits()
    {
        m_hub->onMessage = [](QWebSocket *, const QJsonObject &) {};
        auto o = options();
        o.maximumCalls = 2;
        o.maximumOutgoing = 100'000;
        connectToHub(o);
        const auto one = outcomeOf(m_connection->invoke(u"X"_qs, {}));
        const auto two = outcomeOf(m_connection->invoke(u"X"_qs, {}));
        const auto three = outcomeOf(m_connection->invoke(u"X"_qs, {}));
        QVERIFY(!one->has_value() && !two->has_value());
        QCOMPARE((*three)->error().code, Error::Code::LimitReached);
        QCOMPARE(m_connection->send(u"X"_qs, arguments(QString(200'000, u'x'))).error().code,
                 Error::Code::LimitReached);
    }

    void callsTimeOut()
    {
        m_hub->onMessage = [](QWebSocket *client, const QJsonObject &message) {
            if (message.value(u"target") == u"Quick"_qs)
                FakeHub::echo(client, message);
        };
        auto o = options();
        o.callTimeout = 100ms;
        connectToHub(o);
        const auto quick = outcomeOf(m_connection->invoke(u"Quick"_qs, arguments(1)));
        const auto slow = outcomeOf(m_connection->invoke(u"Slow"_qs, arguments(1)));
        const auto slower = outcomeOf(m_connection->invoke(u"Slow"_qs, arguments(1)));
        QTRY_VERIFY(slow->has_value() && slower->has_value());
        QCOMPARE((*slow)->error().code, Error::Code::UnknownOutcome);
        QVERIFY(**quick == Value(1));
        QCOMPARE(m_connection->state(), State::Connected);
    }

    void answersCallsOfTheServer()
    {
        connectToHub(options());
        int called = 0;
        m_connection->on(u"Question"_qs, [&called](const Value::Array &) { ++called; });
        FakeHub::send(m_hub->client(),
                      R"({"type":1,"invocationId":"s1","target":"question","arguments":[]})");
        QTRY_COMPARE(m_hub->messages.size(), 2);
        QCOMPARE(called, 1);
        QCOMPARE(m_hub->messages.last(),
                 QJsonObject({{u"type"_qs, 3},
                              {u"invocationId"_qs, u"s1"_qs},
                              {u"error"_qs, u"Client didn't provide a result."_qs}}));
    }

    void streams()
    {
        m_hub->onMessage = [](QWebSocket *client, const QJsonObject &message) {
            QCOMPARE(message.value(u"type").toInt(), 4);
            for (int i = 0; i < 3; ++i)
                FakeHub::send(client,
                              "{\"type\":2,\"invocationId\":\"1\",\"item\":" + QByteArray::number(i) + "}");
            FakeHub::send(client, R"({"type":3,"invocationId":"1"})");
        };
        connectToHub(options());
        QList<qint64> items;
        bool ended = false;
        const auto read = [&](HubStream stream) -> QCoro::Task<> {
            for (;;) {
                const Expected<std::optional<Value>> item = co_await stream.next();
                if (!item || !*item)
                    break;
                items.append(*(*item)->get<qint64>());
            }
            ended = true;
        };
        auto stream = m_connection->stream(u"Count"_qs, {});
        QVERIFY(stream);
        read(std::move(*stream));
        QTRY_VERIFY(ended);
        QCOMPARE(items, QList<qint64>({0, 1, 2}));
        QCOMPARE(m_hub->messages.size(), 2); // no cancellation of what has ended
    }

    void streamsFail()
    {
        m_hub->onMessage = [](QWebSocket *client, const QJsonObject &) {
            FakeHub::send(client, R"({"type":2,"invocationId":"1","item":0})");
            FakeHub::send(client, R"({"type":3,"invocationId":"1","error":"broken"})");
        };
        connectToHub(options());
        auto stream = m_connection->stream(u"Count"_qs, {});
        const auto first = outcomeOf(stream->next());
        QTRY_VERIFY(first->has_value());
        QVERIFY(***first == Value(0));
        const auto second = outcomeOf(stream->next());
        QTRY_VERIFY(second->has_value());
        QCOMPARE((*second)->error().message, u"broken"_qs);
    }

    void streamsAreCancelledWhenDropped()
    {
        m_hub->onMessage = [](QWebSocket *, const QJsonObject &) {};
        connectToHub(options());
        {
            const auto stream = m_connection->stream(u"Count"_qs, {});
            QTRY_COMPARE(m_hub->messages.size(), 2);
        }
        QTRY_COMPARE(m_hub->messages.size(), 3);
        QCOMPARE(m_hub->messages.last(), QJsonObject({{u"type"_qs, 5}, {u"invocationId"_qs, u"1"_qs}}));
        // Late items are ignored.
        FakeHub::send(m_hub->client(), R"({"type":2,"invocationId":"1","item":0})");
        m_hub->onMessage = &FakeHub::echo;
        const auto answer = outcomeOf(m_connection->invoke(u"X"_qs, arguments(1)));
        QTRY_VERIFY(answer->has_value());
    }

    void streamsThatNobodyReadsAreBounded()
    {
        m_hub->onMessage = [](QWebSocket *client, const QJsonObject &message) {
            for (int i = 0; i < 10 && message.value(u"type") == 4; ++i)
                FakeHub::send(client, R"({"type":2,"invocationId":"1","item":0})");
        };
        auto o = options();
        o.maximumStreamItems = 5;
        connectToHub(o);
        auto stream = m_connection->stream(u"Count"_qs, {});
        QTRY_COMPARE(m_hub->messages.size(), 3);
        QCOMPARE(m_hub->messages.last().value(u"type").toInt(), 5);
        for (int i = 0; i < 5; ++i)
            QVERIFY(**outcomeOf(stream->next()));
        QCOMPARE((*outcomeOf(stream->next()))->error().code, Error::Code::LimitReached);
    }

    void reconnects_data()
    {
        QTest::addColumn<int>("how");
        QTest::newRow("cut") << 0;
        QTest::newRow("WebSocket close") << 1;
        QTest::newRow("Close that allows it") << 2;
        QTest::newRow("garbage") << 3;
        QTest::newRow("too much") << 4;
        QTest::newRow("silence") << 5;
    }

    void reconnects()
    {
        QFETCH(int, how);
        m_hub->onMessage = [](QWebSocket *, const QJsonObject &) {};
        auto o = options();
        o.reconnect = atOnce();
        o.maximumMessageSize = 10'000;
        o.serverTimeout = how == 5 ? 200ms : 30'000ms;
        connectToHub(o);
        QList<State> states;
        connect(m_connection.get(), &HubConnection::stateChanged, this,
                [&states](State state) { states.append(state); });
        QSignalSpy reconnecting(m_connection.get(), &HubConnection::reconnecting);
        QSignalSpy reconnected(m_connection.get(), &HubConnection::reconnected);
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        const auto answer = outcomeOf(m_connection->invoke(u"X"_qs, {}));
        auto stream = m_connection->stream(u"X"_qs, {});
        const auto item = outcomeOf(stream->next());
        QTRY_COMPARE(m_hub->messages.size(), 3);
        QWebSocket *client = m_hub->client();
        switch (how) {
        case 0:
            client->abort();
            break;
        case 1:
            client->close(QWebSocketProtocol::CloseCodeGoingAway);
            break;
        case 2:
            FakeHub::send(client, serverBusy);
            break;
        case 3:
            FakeHub::send(client, "{");
            break;
        case 4:
            client->sendTextMessage(QString(9000, u'x'));
            client->sendTextMessage(QString(9000, u'x'));
            break;
        default:
            break;
        }
        QTRY_VERIFY(!reconnected.isEmpty());
        QVERIFY(states.size() >= 2);
        QCOMPARE(states.at(0), State::Reconnecting);
        QCOMPARE(states.at(1), State::Connected);
        QVERIFY(!reconnecting.isEmpty());
        QVERIFY(answer->has_value());
        QCOMPARE((*answer)->error().code, Error::Code::UnknownOutcome);
        QVERIFY(item->has_value());
        QCOMPARE((*item)->error().code, Error::Code::UnknownOutcome);
        QVERIFY(closed.isEmpty());
        if (how == 2)
            QVERIFY(reconnecting.at(0).at(0).value<Error>().message.contains(u"Busy"));
    }

    void staysClosed_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<bool>("policy");
        QTest::addColumn<QString>("text");
        QTest::newRow("Close") << QByteArray(R"({"type":7})") << true << QString();
        QTest::newRow("Close with an error")
            << QByteArray(R"({"type":7,"error":"Out."})") << true << u"Out."_qs;
        QTest::newRow("no policy") << serverBusy << false << u"Busy"_qs;
    }

    void staysClosed()
    {
        QFETCH(QByteArray, message);
        QFETCH(bool, policy);
        QFETCH(QString, text);
        auto o = options();
        o.reconnect = policy ? atOnce() : ReconnectPolicy::never();
        connectToHub(o);
        std::optional<std::optional<Error>> closed;
        connect(m_connection.get(), &HubConnection::closed, this,
                [&closed](const std::optional<Error> &error) { closed = error; });
        FakeHub::send(m_hub->client(), message);
        QTRY_VERIFY(closed);
        QCOMPARE(m_connection->state(), State::Disconnected);
        QCOMPARE(closed->has_value(), !text.isNull());
        if (*closed)
            QVERIFY((*closed)->message.contains(text));
        QCOMPARE(m_hub->negotiations, 1);
    }

    void keepsTryingWithGrowingPauses()
    {
        auto o = options();
        o.reconnect = {.delays = {0ms, 10ms, 20ms}, .forever = true, .jitter = 0};
        connectToHub(o);
        QList<qint64> delays;
        connect(m_connection.get(), &HubConnection::reconnecting, this,
                [&delays](const Error &, std::chrono::milliseconds delay) { delays.append(delay.count()); });
        m_hub->onNegotiate = [](const QByteArray &) {
            return FakeHub::response("", "503 Service Unavailable");
        };
        m_hub->client()->abort();
        QTRY_VERIFY(delays.size() >= 5);
        QCOMPARE(delays.first(5), QList<qint64>({0, 10, 20, 20, 20}));
        m_hub->onNegotiate = [](const QByteArray &) { return FakeHub::accepted(); };
        QTRY_COMPARE(m_connection->state(), State::Connected);
        // A connection that breaks at once does not start again without a pause.
        const auto before = delays.size();
        m_hub->client()->abort();
        QTRY_VERIFY(delays.size() > before);
        QCOMPARE(delays.at(before), 20);
    }

    void givesUp_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<Error::Code>("code");
        QTest::addColumn<bool>("forever");
        QTest::newRow("after the last delay") << QByteArray("503 No") << Error::Code::Unavailable << false;
        QTest::newRow("unauthorized") << QByteArray("401 No") << Error::Code::Unauthorized << true;
    }

    void givesUp()
    {
        QFETCH(QByteArray, status);
        QFETCH(Error::Code, code);
        QFETCH(bool, forever);
        auto o = options();
        o.reconnect = {.delays = {0ms, 1ms}, .forever = forever};
        connectToHub(o);
        std::optional<std::optional<Error>> closed;
        connect(m_connection.get(), &HubConnection::closed, this,
                [&closed](const std::optional<Error> &error) { closed = error; });
        m_hub->onNegotiate = [status](const QByteArray &) { return FakeHub::response("", status); };
        m_hub->client()->abort();
        QTRY_VERIFY(closed);
        QCOMPARE((*closed)->code, code);
        QCOMPARE(m_connection->state(), State::Disconnected);
    }

    void asksForANewTokenEachTime()
    {
        int count = 0;
        auto o = options();
        o.reconnect = atOnce();
        o.accessToken = [&count] { return u"t"_qs + QString::number(++count); };
        connectToHub(o);
        m_hub->client()->abort();
        QTRY_VERIFY(m_hub->lastWebSocketHead.contains("Bearer t2"));
    }

    void stopsReconnecting()
    {
        auto o = options();
        o.reconnect = {.delays = {1h}, .forever = true};
        connectToHub(o);
        m_hub->client()->abort();
        QTRY_COMPARE(m_connection->state(), State::Reconnecting);
        QSignalSpy closed(m_connection.get(), &HubConnection::closed);
        const auto stopped = endOf(m_connection->stop());
        QVERIFY(stopped->has_value());
        QCOMPARE(m_connection->state(), State::Disconnected);
        QCOMPARE(closed.size(), 1);
    }

    void stopsWithoutTheServersConsent()
    {
        m_hub->onMessage = [](QWebSocket *, const QJsonObject &) {};
        m_hub->answersClose = false;
        auto o = options();
        o.closeTimeout = 50ms;
        o.reconnect = atOnce();
        connectToHub(o);
        const auto answer = outcomeOf(m_connection->invoke(u"X"_qs, {}));
        const auto stopped = endOf(m_connection->stop());
        const auto twice = endOf(m_connection->stop());
        QTRY_VERIFY(stopped->has_value() && twice->has_value());
        QVERIFY(answer->has_value() && !**answer);
        QCOMPARE(m_connection->state(), State::Disconnected);
    }

    void pings()
    {
        auto o = options();
        o.keepAliveInterval = 20ms;
        connectToHub(o);
        QTRY_VERIFY(m_hub->pings >= 2);
    }

    void mayBeDestroyedAnywhere_data()
    {
        QTest::addColumn<int>("where");
        QTest::newRow("negotiating") << 0;
        QTest::newRow("handshaking") << 1;
        QTest::newRow("state changed to connecting") << 2;
        QTest::newRow("state changed to connected") << 3;
        QTest::newRow("after start") << 4;
        QTest::newRow("handler") << 5;
        QTest::newRow("completion") << 6;
        QTest::newRow("stream item") << 7;
        QTest::newRow("state changed to reconnecting") << 8;
        QTest::newRow("call failed by the loss") << 9;
        QTest::newRow("reconnecting") << 10;
        QTest::newRow("stopping") << 11;
        QTest::newRow("closed") << 12;
        QTest::newRow("reconnected") << 13;
    }

    void mayBeDestroyedAnywhere()
    {
        QFETCH(int, where);
        auto o = options();
        o.reconnect = atOnce();
        make(o);
        const QPointer<HubConnection> alive(m_connection.get());
        const auto drop = [this] { m_connection.reset(); };
        const auto dropIn = [this, drop](State wanted) {
            connect(m_connection.get(), &HubConnection::stateChanged, this, [drop, wanted](State state) {
                if (state == wanted)
                    drop();
            });
        };
        if (where == 0)
            m_hub->onNegotiate = [drop](const QByteArray &) {
                drop();
                return FakeHub::accepted();
            };
        if (where == 1)
            m_hub->onHandshake = [drop](QWebSocket *) { drop(); };
        if (where == 2)
            dropIn(State::Connecting);
        if (where == 3)
            dropIn(State::Connected);
        const auto started = outcomeOf(m_connection->start());
        if (where <= 3) {
            QTRY_VERIFY(!alive);
            QTRY_VERIFY(started->has_value());
            QCOMPARE((*started)->error().code, Error::Code::Cancelled);
            return;
        }
        QTRY_VERIFY(started->has_value());
        m_connection->on(u"Go"_qs, [drop](const Value::Array &) { drop(); });
        const auto echo = where != 9 && where != 7;
        m_hub->onMessage = [echo](QWebSocket *client, const QJsonObject &message) {
            if (echo)
                FakeHub::echo(client, message);
        };
        const auto call = [this, drop, where]() -> QCoro::Task<> {
            (void)co_await m_connection->invoke(u"X"_qs, arguments(1));
            if (where == 6 || where == 9)
                drop();
        };
        std::optional<HubStream> stream;
        const auto read = [&stream, drop]() -> QCoro::Task<> {
            (void)co_await stream->next();
            drop();
        };
        call();
        if (where == 4)
            drop();
        if (where == 5)
            m_hub->client()->sendTextMessage(
                u"{\"type\":1,\"target\":\"Go\",\"arguments\":[]}\x1E{\"type\":1,\"target\":\"Go\",\"arguments\":[]}\x1E"_qs);
        if (where == 7) {
            stream.emplace(std::move(*m_connection->stream(u"X"_qs, {})));
            read();
            FakeHub::send(m_hub->client(), R"({"type":2,"invocationId":"2","item":0})");
        }
        if (where == 8)
            dropIn(State::Reconnecting);
        if (where == 10)
            connect(m_connection.get(), &HubConnection::reconnecting, this, drop);
        if (where == 13)
            connect(m_connection.get(), &HubConnection::reconnected, this, drop);
        if (where == 8 || where == 9 || where == 10 || where == 13)
            m_hub->client()->abort();
        if (where == 12)
            connect(m_connection.get(), &HubConnection::closed, this, drop);
        std::shared_ptr<std::optional<bool>> stopped;
        if (where == 11 || where == 12)
            stopped = endOf(m_connection->stop());
        if (where == 11)
            drop();
        QTRY_VERIFY(!alive);
        if (stopped)
            QTRY_VERIFY(stopped->has_value());
        QTRY_VERIFY(!m_hub->client()); // and the server sees it go
    }

    void findsHubExceptionTexts_data()
    {
        QTest::addColumn<QString>("error");
        QTest::addColumn<QString>("text");
        QTest::newRow("thrown")
            << u"An unexpected error occurred invoking 'X' on the server. HubException: You: no."_qs
            << u"You: no."_qs;
        QTest::newRow("unknown method")
            << u"Failed to invoke 'X' due to an error on the server. HubException: Method does not exist."_qs
            << u"Method does not exist."_qs;
        QTest::newRow("stream")
            << u"An error occurred on the server while streaming results. HubException: HubException: x"_qs
            << u"HubException: x"_qs;
        QTest::newRow("other") << u"An unexpected error occurred invoking 'X' on the server."_qs << QString();
        QTest::newRow("other type")
            << u"An unexpected error occurred invoking 'X' on the server. Exception: x"_qs << QString();
    }

    void findsHubExceptionTexts()
    {
        QFETCH(QString, error);
        QFETCH(QString, text);
        QCOMPARE(hubExceptionText(error).value_or(QString()), text);
    }
};

QTEST_GUILESS_MAIN(HubConnectionTest)

#include "tst_hubconnection.moc"
