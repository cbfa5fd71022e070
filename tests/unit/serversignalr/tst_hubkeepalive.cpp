// SPDX-License-Identifier: MIT
#include "tests/support/hublink.h"
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QTest>

#include <thread>

using namespace nextchat::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using nextchat::signalr::HubOptions;

namespace {

const QByteArray ping = R"({"type":6})";

} // namespace

// The numbers are those of the conformance checks in docs/protocol.md.
class TestHubKeepAlive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pingsInSilence92();
    void pingsNotWhileTrafficFlows92();
    void endsAClientThatFellSilent93();
    void keepsAClientThatNeverPings93();
    void keepsAClientThatPings93();
    void tellsTheHubOnce96_data();
    void tellsTheHubOnce96();
    void endsWhoseNetworkIsGone96();
};

void TestHubKeepAlive::pingsInSilence92()
{
    HubServer server(HubOptions{.keepAliveInterval = 2s});
    RawHub hub(server.port, "alice");
    auto last = Clock::now();
    for (int i = 0; i < 3; ++i) {
        const auto frame = hub.wire().readFrame();
        QVERIFY(frame);
        QCOMPARE(frame->payload, QByteArray(ping + recordSeparator));
        const auto silence = Clock::now() - last;
        last = Clock::now();
        QVERIFY(silence > 900ms);
        QVERIFY(silence < 3500ms); // the interval, a tick, and half a second for a busy machine
    }
}

void TestHubKeepAlive::pingsNotWhileTrafficFlows92()
{
    HubServer server(HubOptions{.keepAliveInterval = 2s});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(
        QByteArray(R"({"type":4,"invocationId":"s","target":"Counter","arguments":[40,100]})")));
    for (int i = 0; i < 41; ++i) {
        const auto frame = hub.wire().readFrame();
        QVERIFY(frame && !frame->payload.contains(ping));
    }
}

void TestHubKeepAlive::endsAClientThatFellSilent93()
{
    HubServer server(HubOptions{.clientTimeoutInterval = 1s, .detailedErrors = true});
    RawHub hub(server.port, "alice");
    const auto start = Clock::now();
    QVERIFY(hub.sendRecord(ping));
    QVERIFY(hub.waitForClose());
    QVERIFY(Clock::now() - start > 900ms);
    QVERIFY(Clock::now() - start < 5s);
    QVERIFY(hub.closeRecord().value(u"allowReconnect").toBool());
    QCOMPARE(
        hub.closeRecord().value(u"error").toString(),
        QStringLiteral(
            "Connection closed with an error. OperationCanceledException: Client hasn't sent a message/ping "
            "within the configured ClientTimeoutInterval."));
    QCOMPARE(hub.closeCode(), 1000);
    QCOMPARE(server.journal.lost.load(), 1);
}

void TestHubKeepAlive::keepsAClientThatNeverPings93()
{
    HubServer server(HubOptions{.clientTimeoutInterval = 1s});
    RawHub hub(server.port, "alice");
    QVERIFY(!hub.waitForClose(3500ms));
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubKeepAlive::keepsAClientThatPings93()
{
    HubServer server(HubOptions{.clientTimeoutInterval = 2s});
    RawHub hub(server.port, "alice");
    for (int i = 0; i < 10; ++i) {
        QVERIFY(hub.sendRecord(ping));
        std::this_thread::sleep_for(500ms);
    }
    QCOMPARE(hub.invoke(QStringLiteral("Add"), {2, 3}).value(u"result").toInt(), 5);
}

void TestHubKeepAlive::tellsTheHubOnce96_data()
{
    QTest::addColumn<int>("end");
    QTest::newRow("TCP connection closed, as a killed client's") << 0;
    QTest::newRow("TCP connection reset") << 1;
    QTest::newRow("WebSocket closed") << 2;
    QTest::newRow("Close message (95)") << 3;
    QTest::newRow("half-open: it neither sends nor reads") << 4;
    QTest::newRow("server stops") << 5;
}

void TestHubKeepAlive::tellsTheHubOnce96()
{
    QFETCH(int, end);
    HubServer server(HubOptions{.clientTimeoutInterval = 1s, .closeTimeout = 1s});
    auto hub = std::make_unique<RawHub>(server.port, "alice");
    QVERIFY(hub->isOpen());
    QCOMPARE(server.journal.connected.load(), 1);
    if (end == 0)
        hub.reset();
    else if (end == 1)
        hub->wire().reset();
    else if (end == 2)
        hub->wire().send(closeFrame(1001));
    else if (end == 3)
        hub->sendRecord(QByteArray(R"({"type":7})"));
    else if (end == 4)
        hub->sendRecord(ping);
    else
        server.closeAll();
    QTRY_COMPARE(server.journal.disconnected(), 1);
    QCOMPARE(server.journal.endedInOrder.load(), end == 2 || end == 3 ? 1 : 0);
    if (end == 3) {
        QVERIFY(hub->waitForClose());
        QCOMPARE(hub->closeRecord(), (QJsonObject{{QStringLiteral("type"), 7}}));
        QCOMPARE(hub->closeCode(), 1000);
    }
    QTRY_COMPARE(server.connections(), std::size_t(0)); // whatever the client does
    QCOMPARE(server.journal.disconnected(), 1);
}

// Half-open, and never timed out by the hub, since they never pinged: the kernel finds that the server's own
// pings get nowhere, in half a minute; an idle poll is answered, and then there is no other.
void TestHubKeepAlive::endsWhoseNetworkIsGone96()
{
    HubServer server(
        HubOptions{.keepAliveInterval = 1s, .pollTimeout = 1s, .disconnectTimeout = 1s, .outboundTime = 0ms});
    using enum LinkTransport;
    std::vector<std::unique_ptr<HubLink>> links;
    for (const LinkTransport transport : {WebSockets, ServerSentEvents, LongPolling}) {
        links.push_back(
            std::make_unique<HubLink>(server.port, "alice", LinkKind{transport, WireEncoding::Json}));
        QVERIFY(links.back()->isOpen());
        if (transport == LongPolling)
            QCOMPARE(links.back()->next(10ms), QJsonObject()); // begins a poll
        if (!links.back()->vanish())
            QSKIP("no socket filters here");
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.journal.disconnected(), 3, 90'000);
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

QTEST_GUILESS_MAIN(TestHubKeepAlive)
#include "tst_hubkeepalive.moc"
