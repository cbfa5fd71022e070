// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

using namespace nextchat::test;

namespace {

QByteArray ask(const QByteArray &id, int patience = 10'000)
{
    return R"({"type":1,"invocationId":")" + id + R"(","target":"Ask","arguments":["Question",7,)"
        + QByteArray::number(patience) + "]}";
}

QByteArray question(int number)
{
    return R"({"type":1,"invocationId":"s)" + QByteArray::number(number)
        + R"(","target":"Question","arguments":[7]})";
}

QByteArray refused(const QByteArray &text)
{
    return R"({"type":3,"invocationId":"1","error":"An unexpected error occurred invoking 'Ask' on the server. )"
           R"(HubException: )"
        + text + "\"}";
}

} // namespace

// Results of the client (checks 90 and 91 in docs/protocol.md).
class TestHubClientResults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers90_data();
    void answers90();
    void otherAnswersAreIgnored90();
    void noAnswerInTime90();
    void theConnectionsEndEndsTheCall90();
    void othersTakeThePlaceOfACallThatAsks91();
};

void TestHubClientResults::answers90_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArray>("completion");
    const auto result = [](const QByteArray &value) -> QByteArray {
        return R"({"type":3,"invocationId":"1","result":)" + value + '}';
    };
    QTest::newRow("result") << QByteArray(R"({"type":3,"invocationId":"s1","result":{"a":[1]}})")
                            << result(R"({"a":[1]})");
    QTest::newRow("null") << QByteArray(R"({"type":3,"invocationId":"s1","result":null})") << result("null");
    QTest::newRow("none") << QByteArray(R"({"type":3,"invocationId":"s1"})") << result("null");
    QTest::newRow("error") << QByteArray(R"({"type":3,"invocationId":"s1","error":"Client didn't know."})")
                           << refused("Client didn't know.");
}

void TestHubClientResults::answers90()
{
    QFETCH(QByteArray, answer);
    QFETCH(QByteArray, completion);
    HubServer server;
    RawHub hub(server.port, "alice");
    hub.sendRecord(ask("1"));
    QCOMPARE(hub.nextRecord(), question(1));
    hub.sendRecord(answer);
    QCOMPARE(hub.nextRecord(), completion);
}

void TestHubClientResults::otherAnswersAreIgnored90()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    RawHub other(server.port, "bob");
    hub.sendRecord(ask("1"));
    QCOMPARE(hub.nextRecord(), question(1));
    other.sendRecord(R"({"type":3,"invocationId":"s1","result":13})");
    QCOMPARE(other.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
    hub.sendRecord(R"({"type":3,"invocationId":"s2","result":14})");
    hub.sendRecord(R"({"type":3,"invocationId":"s1","result":15})");
    hub.sendRecord(R"({"type":3,"invocationId":"s1","result":16})");
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":3,"invocationId":"1","result":15})"));
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubClientResults::noAnswerInTime90()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    hub.sendRecord(ask("1", 50));
    QCOMPARE(hub.nextRecord(), question(1));
    QCOMPARE(hub.nextRecord(), refused("The client did not answer in time."));
}

void TestHubClientResults::theConnectionsEndEndsTheCall90()
{
    HubServer server;
    {
        RawHub hub(server.port, "alice");
        hub.sendRecord(ask("1"));
        QCOMPARE(hub.nextRecord(), question(1));
    }
    QTRY_COMPARE(server.connections(), std::size_t(0)); // those whose calls still run count
}

void TestHubClientResults::othersTakeThePlaceOfACallThatAsks91()
{
    HubServer server;
    RawHub hub(server.port, "alice");
    hub.sendRecord(ask("1"));
    QCOMPARE(hub.nextRecord(), question(1));
    // More than may wait: the answer is behind them.
    for (int i = 0; i < 100; ++i)
        QVERIFY(hub.sendRecord(R"({"type":1,"target":"Nothing","arguments":[]})"));
    hub.sendRecord(R"({"type":3,"invocationId":"s1","result":15})");
    QCOMPARE(hub.nextRecord(), QByteArray(R"({"type":3,"invocationId":"1","result":15})"));
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

QTEST_GUILESS_MAIN(TestHubClientResults)
#include "tst_hubclientresults.moc"
