// SPDX-License-Identifier: MIT
#include "common/signalr/huberror.h"
#include "tests/unit/signalr/hubconnectionfixture.h"

#include <QJsonArray>
#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::signalr;
using namespace std::chrono_literals;
using State = HubConnection::State;

// Calls, streams and calls from the server over a connection.
class HubCallsTest : public HubConnectionFixture
{
    Q_OBJECT

private Q_SLOTS:
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

QTEST_GUILESS_MAIN(HubCallsTest)

#include "tst_hubcalls.moc"
