// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/hubserver.h"
#include "tests/unit/serversignalr/matrix.h"

#include <QLoggingCategory>

using namespace nextchat::test;
using namespace nextchat::test::matrix;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

// Groups, pings and the end of connections by raw bytes, over every transport and encoding. The numbers are
// those of the conformance checks in docs/protocol.md.
class TestHubMatrixEnds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addKinds(); }
    void initTestCase()
    {
        QLoggingCategory::setFilterRules(u"nextchat.signalr.*=false"_s); // what is wrong is logged
    }
    void membersOfEveryKindGetTheSame74to77();
    void groups75();
    void pings45and92();
    void aLongCallEndsNobody67();
    void aSilentClient93();
    void theServerCloses94_data();
    void theServerCloses94();
    void allAreAskedToReconnect94();
    void connectedRefuses94();
    void theClientCloses95();
    void theClientIsGone35and44and96();
    void aReaderThatStops97();
};

void TestHubMatrixEnds::membersOfEveryKindGetTheSame74to77()
{
    HubServer server;
    HubLink sender(server.port, "alice", currentKind());
    std::vector<std::unique_ptr<HubLink>> members;
    for (const auto &[name, kind] : kinds()) {
        members.push_back(std::make_unique<HubLink>(server.port, "bob", kind));
        QVERIFY2(members.back()->isOpen(), name);
        QCOMPARE(members.back()->invoke(u"Join"_s, {u"g"_s}), completion(u"i1"_s));
    }
    const QJsonArray values{u"\U0001F600\r\nand\nlines"_s, 5, QJsonValue(), QJsonArray{u""_s}};
    for (const auto &value : values)
        QVERIFY(!sender.invoke(u"ToGroup"_s, {u"g"_s, value}).contains(u"error"));
    for (const auto &member : members) {
        for (const auto &value : values)
            QCOMPARE(member->next(), call({}, u"OnGroup"_s, {u"g"_s, value}));
        QCOMPARE(member->invoke(u"Nothing"_s), completion(u"i2"_s)); // and that was all
    }
}

void TestHubMatrixEnds::groups75()
{
    HubServer server(HubOptions{.disconnectTimeout = 3s});
    HubLink link(server.port, "alice", currentKind());
    const auto sent = [&link](const QString &group) {
        return link.send(call({}, u"ToGroup"_s, {group, group}));
    };
    for (const char *method : {"Leave", "Join", "Join"})
        QVERIFY(!link.invoke(QString::fromLatin1(method), {u"g"_s}).contains(u"error"));
    QVERIFY(sent(u"G"_s)); // another one, without members
    QVERIFY(sent(u"g"_s));
    QCOMPARE(link.next(), call({}, u"OnGroup"_s, {u"g"_s, u"g"_s}));
    QVERIFY(link.send(call(u"1"_s, u"Leave"_s, {u"g"_s})));
    QCOMPARE(link.next(), completion(u"1"_s)); // joined twice, it came once
    QVERIFY(sent(u"g"_s));
    QVERIFY(link.send(call(u"2"_s, u"Nothing"_s)));
    QCOMPARE(link.next(), completion(u"2"_s));
    QVERIFY(!link.invoke(u"Join"_s, {u"g"_s}).contains(u"error"));
    link.drop();
    const bool isEmpty = QTest::qWaitFor(
        [&server] {
            std::size_t members = 1;
            server.inThread([&] { members = server.journal.groups[u"g"_s].size(); });
            return members == 0;
        },
        60'000);
    QVERIFY(isEmpty);
}

void TestHubMatrixEnds::pings45and92()
{
    HubServer server(HubOptions{.keepAliveInterval = 1s});
    HubLink link(server.port, "alice", currentKind());
    if (link.kind().transport == LinkTransport::LongPolling) { // its polls are signs of life enough
        QCOMPARE(link.nextBody(4s), QByteArray());
        QCOMPARE(link.pings(), 0);
    } else {
        for (int turn = 0; turn < 120 && link.pings() < 2; ++turn)
            QCOMPARE(link.nextBody(500ms), QByteArray());
        QVERIFY(link.pings() >= 2);
    }
    QCOMPARE(link.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

void TestHubMatrixEnds::aLongCallEndsNobody67()
{
    HubServer server(HubOptions{.clientTimeoutInterval = 1s});
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.sendBytes(encoded(link.kind().encoding, {{u"type"_s, 6}}) // from now on it may be too silent
                           + encoded(link.kind().encoding, call(u"1"_s, u"Slow"_s, {2500, 1}))));
    QCOMPARE(link.next(), result(u"1"_s, 1));
}

void TestHubMatrixEnds::aSilentClient93()
{
    HubServer server(HubOptions{.clientTimeoutInterval = 1s});
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send({{u"type"_s, 6}})); // from now on it may be too silent
    QCOMPARE(link.next(),
             (QJsonObject{{u"type"_s, 7},
                          {u"error"_s, u"Connection closed with an error."_s},
                          {u"allowReconnect"_s, true}}));
    QVERIFY(link.waitForEnd());
    QTRY_COMPARE(server.journal.lost, 1);
}

void TestHubMatrixEnds::theServerCloses94_data()
{
    QTest::addColumn<QJsonObject>("request");
    QTest::addColumn<QJsonObject>("closing");
    QTest::newRow("abort") << call(u"1"_s, u"Abort"_s) << QJsonObject{{u"type"_s, 7}};
    QTest::newRow("with a text") << call(u"1"_s, u"CloseWith"_s, {u"Bye."_s, false})
                                 << QJsonObject{{u"type"_s, 7}, {u"error"_s, u"Bye."_s}};
    QTest::newRow("to reconnect") << call(u"1"_s, u"CloseWith"_s, {QJsonValue(), true})
                                  << QJsonObject{{u"type"_s, 7}, {u"allowReconnect"_s, true}};
}

void TestHubMatrixEnds::theServerCloses94()
{
    QFETCH(QJsonObject, request);
    QFETCH(QJsonObject, closing);
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    link.send(request);
    QCOMPARE(link.next(), closing); // the call's own completion does not follow it
    QVERIFY(link.waitForEnd());
    if (link.kind().transport == LinkTransport::WebSockets)
        QCOMPARE(link.closeCode(), 1000); // check 27
    QTRY_COMPARE(server.journal.disconnected(), 1);
}

void TestHubMatrixEnds::allAreAskedToReconnect94()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.isOpen());
    server.closeAll();
    QCOMPARE(link.next(), (QJsonObject{{u"type"_s, 7}, {u"allowReconnect"_s, true}}));
    QVERIFY(link.waitForEnd());
}

void TestHubMatrixEnds::connectedRefuses94()
{
    HubServer server;
    HubLink link(server.port, "unwelcome", currentKind());
    QCOMPARE(link.next(),
             (QJsonObject{{u"type"_s, 7},
                          {u"error"_s, u"Connection closed with an error. HubException: Go away."_s}}));
    QVERIFY(link.waitForEnd());
    QTRY_COMPARE(server.journal.disconnected(), 1);
}

void TestHubMatrixEnds::theClientCloses95()
{
    HubServer server;
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.send({{u"type"_s, 7}}));
    QCOMPARE(link.next(), (QJsonObject{{u"type"_s, 7}}));
    QVERIFY(link.waitForEnd());
    QTRY_COMPARE(server.journal.endedInOrder, 1);
    QCOMPARE(server.journal.lost, 0);
}

void TestHubMatrixEnds::theClientIsGone35and44and96()
{
    HubServer server(HubOptions{.disconnectTimeout = 3s});
    HubLink link(server.port, "alice", currentKind());
    QVERIFY(link.isOpen());
    QVERIFY(link.send(call({}, u"Slow"_s, {200, 1}))); // a call outlives it
    link.drop();
    QTRY_COMPARE_WITH_TIMEOUT(server.journal.disconnected(), 1, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(server.connections(), std::size_t(0), 60'000);
    QCOMPARE(server.journal.disconnected(), 1);
}

void TestHubMatrixEnds::aReaderThatStops97()
{
    HubServer server(HubOptions{.outboundBytes = 100'000});
    HubLink stuck(server.port, "alice", currentKind());
    HubLink other(server.port, "bob", currentKind());
    QVERIFY(stuck.isOpen() && other.isOpen());
    // 20 MB, more than the kernel's buffers take for it: it never gets to the end.
    stuck.send(call({}, u"Flood"_s, {200, 100'000}));
    QTRY_COMPARE_WITH_TIMEOUT(server.journal.lost, 1, 60'000);
    QCOMPARE(other.invoke(u"Add"_s, {2, 3}).value(u"result").toInt(), 5);
}

QTEST_GUILESS_MAIN(TestHubMatrixEnds)
#include "tst_hubmatrixends.moc"
