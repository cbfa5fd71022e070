// SPDX-License-Identifier: MIT
#include "tests/unit/signalr/hubconnectionfixture.h"

#include <QJsonArray>
#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::signalr;
using namespace std::chrono_literals;
using State = HubConnection::State;

// A connection may be destroyed at any time.
class HubConnectionLifetimeTest : public HubConnectionFixture
{
    Q_OBJECT

private Q_SLOTS:
    void mayBeDestroyedWhileItStarts_data()
    {
        QTest::addColumn<int>("where");
        QTest::newRow("negotiating") << 0;
        QTest::newRow("handshaking") << 1;
        QTest::newRow("state changed to connecting") << 2;
        QTest::newRow("state changed to connected") << 3;
    }

    void mayBeDestroyedWhileItStarts()
    {
        QFETCH(int, where);
        makeReconnecting();
        const QPointer<HubConnection> alive(m_connection.get());
        if (where == 0)
            m_hub->onNegotiate = [this](const QByteArray &) {
                drop();
                return FakeHub::accepted();
            };
        if (where == 1)
            m_hub->onHandshake = [this](QWebSocket *) { drop(); };
        if (where == 2)
            dropIn(State::Connecting);
        if (where == 3)
            dropIn(State::Connected);
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(!alive);
        QTRY_VERIFY(started->has_value());
        QCOMPARE((*started)->error().code, Error::Code::Cancelled);
    }

    void mayBeDestroyedWhenConnected_data()
    {
        QTest::addColumn<int>("where");
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

    void mayBeDestroyedWhenConnected()
    {
        QFETCH(int, where);
        makeReconnecting();
        const QPointer<HubConnection> alive(m_connection.get());
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(started->has_value());
        m_connection->on(u"Go"_qs, [this](const Value::Array &) { drop(); });
        const auto echo = where != 9 && where != 7;
        m_hub->onMessage = [echo](QWebSocket *client, const QJsonObject &message) {
            if (echo)
                FakeHub::echo(client, message);
        };
        const auto call = [this, where]() -> QCoro::Task<> {
            (void)co_await m_connection->invoke(u"X"_qs, arguments(1));
            if (where == 6 || where == 9)
                drop();
        };
        std::optional<HubStream> stream;
        const auto read = [this, &stream]() -> QCoro::Task<> {
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
            connect(m_connection.get(), &HubConnection::reconnecting, this, &HubConnectionLifetimeTest::drop);
        if (where == 13)
            connect(m_connection.get(), &HubConnection::reconnected, this, &HubConnectionLifetimeTest::drop);
        if (where == 8 || where == 9 || where == 10 || where == 13)
            m_hub->client()->abort();
        if (where == 12)
            connect(m_connection.get(), &HubConnection::closed, this, &HubConnectionLifetimeTest::drop);
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

private:
    void makeReconnecting()
    {
        auto o = options();
        o.reconnect = atOnce();
        make(o);
    }

    void drop() { m_connection.reset(); }

    void dropIn(State wanted)
    {
        connect(m_connection.get(), &HubConnection::stateChanged, this, [this, wanted](State state) {
            if (state == wanted)
                drop();
        });
    }
};

QTEST_GUILESS_MAIN(HubConnectionLifetimeTest)

#include "tst_hubconnectionlifetime.moc"
