// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnection.h"
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

// The client of this project against the server of this project, over both encodings.
class TestHubClient : public QObject
{
    Q_OBJECT

private:
    static HubConnectionOptions optionsFor(const HubServer &server)
    {
        QFETCH_GLOBAL(QByteArray, protocol);
        QFETCH_GLOBAL(bool, negotiate);
        HubConnectionOptions options;
        options.url = QUrl(u"http://127.0.0.1:%1/next-chat"_qs.arg(server.port));
        options.headers = {{"Authorization", "alice"}};
        options.protocol = protocol;
        options.negotiate = negotiate;
        return options;
    }

private Q_SLOTS:
    void initTestCase_data()
    {
        QTest::addColumn<QByteArray>("protocol");
        QTest::addColumn<bool>("negotiate");
        QTest::newRow("JSON") << QByteArray("json") << true;
        QTest::newRow("MessagePack") << QByteArray("messagepack") << true;
        QTest::newRow("MessagePack without negotiate") << QByteArray("messagepack") << false;
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
};

QTEST_GUILESS_MAIN(TestHubClient)
#include "tst_hubclient.moc"
