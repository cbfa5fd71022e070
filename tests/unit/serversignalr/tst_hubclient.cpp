// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnection.h"
#include "tests/support/cuttingproxy.h"
#include "tests/support/waitfor.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::signalr;
using nextchat::test::HubServer;

namespace {

template <typename T> Expected<T> got(QCoro::Task<Expected<T>> task)
{
    std::optional<Expected<T>> result = nextchat::test::waitFor(std::move(task));
    return result ? std::move(*result) : failure(Error::Code::TimedOut, QStringLiteral("not in time"));
}

} // namespace

// The client of this project against the server of this project, over all transports and both encodings.
class TestHubClient : public QObject
{
    Q_OBJECT

private:
    static HubConnectionOptions optionsFor(const HubServer &server)
    {
        QFETCH_GLOBAL(QByteArray, protocol);
        QFETCH_GLOBAL(bool, negotiate);
        QFETCH_GLOBAL(HubTransport, transport);
        HubConnectionOptions options;
        options.url = QUrl(u"http://127.0.0.1:%1/next-chat"_qs.arg(server.port));
        options.headers = {{"Authorization", "alice"}};
        options.protocol = protocol;
        options.negotiate = negotiate;
        options.transports = {transport};
        return options;
    }

private Q_SLOTS:
    void initTestCase_data()
    {
        QTest::addColumn<QByteArray>("protocol");
        QTest::addColumn<bool>("negotiate");
        QTest::addColumn<HubTransport>("transport");
        QTest::newRow("JSON") << QByteArray("json") << true << HubTransport::WebSockets;
        QTest::newRow("MessagePack") << QByteArray("messagepack") << true << HubTransport::WebSockets;
        QTest::newRow("MessagePack without negotiate")
            << QByteArray("messagepack") << false << HubTransport::WebSockets;
        QTest::newRow("JSON, events") << QByteArray("json") << true << HubTransport::ServerSentEvents;
        QTest::newRow("JSON, polls") << QByteArray("json") << true << HubTransport::LongPolling;
        QTest::newRow("MessagePack, polls") << QByteArray("messagepack") << true << HubTransport::LongPolling;
    }

    void callsAndStreams()
    {
        HubServer server;
        HubConnection connection(optionsFor(server));
        QVERIFY(got(connection.start()));
        const Value text(u"é \U0001F600"_qs);
        QVERIFY(*got(connection.invoke(u"Echo"_qs, {text})) == text);
        QVERIFY(*got(connection.invoke(u"Add"_qs, {2, 3})) == Value(5));
        QVERIFY(got(connection.invoke(u"Null"_qs, {}))->isNull());
        const auto refused = got(connection.invoke(u"Refuse"_qs, {Value(u"No."_qs)}));
        QVERIFY(!refused && refused.error().message.endsWith(u"No."));
        auto stream = connection.stream(u"Counter"_qs, {3, 0});
        QVERIFY(stream);
        for (int i = 0; i < 3; ++i)
            QVERIFY(**got(stream->next()) == Value(i));
        QVERIFY(!*got(stream->next()));
        QVERIFY(nextchat::test::waitFor(connection.stop()));
        QTRY_COMPARE(server.journal.endedInOrder, 1);
    }

    void answersTheServer() // checks 90 and 91, from the other side
    {
        HubServer server;
        HubConnection connection(optionsFor(server));
        connection.answer(u"question"_qs, [](Value::Array arguments) -> QCoro::Task<Expected<Value>> {
            if (arguments.at(0).isNull())
                co_return failure(Error::Code::InvalidArgument, u"That is no question."_qs);
            co_return Value(Value::Array{arguments.at(0), Value(u"!"_qs)});
        });
        QVERIFY(got(connection.start()));
        const auto answered = got(connection.invoke(u"Ask"_qs, {Value(u"Question"_qs), 7, 10'000}));
        QVERIFY(answered && *answered == Value(Value::Array{7, Value(u"!"_qs)}));
        const auto refused = got(connection.invoke(u"Ask"_qs, {Value(u"Question"_qs), Value(), 10'000}));
        QVERIFY(!refused && refused.error().message.endsWith(u"That is no question."));
        const auto unanswered = got(connection.invoke(u"Ask"_qs, {Value(u"Other"_qs), 7, 10'000}));
        QVERIFY(!unanswered && unanswered.error().message.endsWith(u"Client didn't provide a result."));
        QVERIFY(nextchat::test::waitFor(connection.stop()));
    }

    void sendsStreams() // checks 87 and 89, from the other side
    {
        HubServer server;
        HubConnection connection(optionsFor(server));
        QVERIFY(got(connection.start()));
        HubUpload first;
        HubUpload second;
        QVERIFY(!first.write(Value(1))); // nobody wants it yet
        auto merged = connection.invoke(u"Merge"_qs, {2}, {&first, &second});
        QVERIFY(second.write(Value(u"B"_qs)));
        QVERIFY(first.write(Value(u"A"_qs)));
        QVERIFY(second.complete());
        QVERIFY(first.complete());
        QVERIFY(!first.complete());
        const auto all = got(std::move(merged));
        QVERIFY(all
                && *all
                    == Value(Value::Array{Value(u"A"_qs), Value(u"A"_qs), Value(u"B"_qs), Value(u"B"_qs)}));
        HubUpload items;
        auto echo = connection.stream(u"StreamEcho"_qs, {}, {&items});
        QVERIFY(echo);
        for (int i = 0; i < 1000; ++i)
            QVERIFY(items.write(Value(i)));
        for (int i = 0; i < 1000; ++i)
            QVERIFY(**got(echo->next()) == Value(i));
        QVERIFY(items.complete(u"That was all."_qs));
        const auto end = got(echo->next());
        QVERIFY(!end && end.error().message.endsWith(u"That was all."));
        QCoro::Task<Expected<Value>> sum = [&connection] {
            HubUpload forgotten;
            return connection.invoke(u"Sum"_qs, {}, {&forgotten});
        }();
        const auto given = got(std::move(sum));
        QVERIFY(!given && given.error().message.endsWith(u"The client gave the stream up."));
        QVERIFY(nextchat::test::waitFor(connection.stop()));
    }

    void survivesCuts() // check 99, from the other side
    {
        HubServer server;
        nextchat::test::CuttingProxy proxy(server.port);
        HubConnectionOptions options = optionsFor(server);
        if (!options.negotiate || options.transports != QList{HubTransport::WebSockets})
            QSKIP("Only a WebSocket that was negotiated can be resumed.");
        options.statefulReconnect = true;
        options.url.setPort(proxy.port());
        HubConnection connection(options);
        int changes = 0;
        connect(&connection, &HubConnection::stateChanged, this, [&changes] { ++changes; });
        QVERIFY(got(connection.start()));
        const QString id = connection.connectionId();
        auto stream = connection.stream(u"Counter"_qs, {3000, 0});
        QVERIFY(stream);
        constexpr int rounds = 30;
        for (int round = 0; round < rounds; ++round) {
            auto call = connection.invoke(u"Add"_qs, {round, 1});
            if (round % 3 == 1)
                proxy.cut();
            for (int i = 0; i < 100; ++i) {
                const auto item = got(stream->next());
                QVERIFY2(item, qPrintable(item ? QString() : item.error().message));
                QVERIFY(*item && **item == Value(100 * round + i));
            }
            const auto sum = got(std::move(call));
            QVERIFY2(sum, qPrintable(sum ? QString() : sum.error().message));
            QVERIFY(*sum == Value(round + 1));
        }
        QVERIFY(!*got(stream->next()));
        QCOMPARE(connection.connectionId(), id);
        QCOMPARE(changes, 2); // Connecting and Connected
        QVERIFY2(proxy.connections() > rounds / 3, qPrintable(QString::number(proxy.connections())));
        QCOMPARE(server.journal.connected, 1);
        QVERIFY(nextchat::test::waitFor(connection.stop()));
        QTRY_COMPARE(server.journal.endedInOrder, 1);
    }
};

QTEST_GUILESS_MAIN(TestHubClient)
#include "tst_hubclient.moc"
