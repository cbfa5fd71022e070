// SPDX-License-Identifier: MIT
#include "tests/unit/signalr/hubconnectionfixture.h"

#include <QJsonArray>
#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::signalr;
using namespace std::chrono_literals;
using State = HubConnection::State;

namespace {

const QByteArray serverBusy = R"({"type":7,"error":"Busy","allowReconnect":true})";

} // namespace

// How a connection ends, and comes back.
class HubReconnectTest : public HubConnectionFixture
{
    Q_OBJECT

private Q_SLOTS:
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
        o.accessToken = [&count] { return QString(u"t" % QString::number(++count)); };
        connectToHub(o);
        m_hub->client()->abort();
        QTRY_VERIFY(m_hub->lastWebSocketHead.contains("Bearer t2"));
    }

    void doesNotWaitWhenItIsTold()
    {
        auto o = options();
        o.reconnect = {.delays = {1h}, .forever = true};
        connectToHub(o);
        m_connection->retryNow(); // nothing to wait for
        QCOMPARE(m_connection->state(), State::Connected);
        m_hub->client()->abort();
        QTRY_COMPARE(m_connection->state(), State::Reconnecting);
        m_connection->retryNow();
        QTRY_COMPARE(m_connection->state(), State::Connected);
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
};

QTEST_GUILESS_MAIN(HubReconnectTest)

#include "tst_hubreconnect.moc"
