// SPDX-License-Identifier: MIT
#include "tests/unit/signalr/hubconnectionfixture.h"

#include <QJsonArray>
#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::signalr;
using namespace std::chrono_literals;
using State = HubConnection::State;

// How a connection begins, or does not.
class HubConnectingTest : public HubConnectionFixture
{
    Q_OBJECT

private Q_SLOTS:
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
        row("no transport", FakeHub::response(R"({"connectionId":"1","availableTransports":[]})"),
            Error::Code::Protocol, u"any of the available transports. It offers none."_qs);
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
};

QTEST_GUILESS_MAIN(HubConnectingTest)

#include "tst_hubconnecting.moc"
