// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QElapsedTimer>
#include <QTest>

#include <csignal>

using namespace nextchat::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// Named by the checks of signalr-notes.md 2. The intervals are short ones: 2 s and 5 s for 15 s and 30 s.
class KeepAliveTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check92_pingsWhenSilent();
    void check92_noPingWhileTrafficFlows();
    void check93_silentClientIsClosed();
    void check93_clientThatNeverPingsStays();
    void check93_pingingClientStays();
    void check94_shutdownSaysReconnect();
    void check95_clientCloseIsAnswered();
    void check96_aLostClientFreesItsPlace();
    void check97_aReaderThatStopsIsDropped();

private:
    // Whether a connection can be opened within 5 s; it ends at once. (QTRY_VERIFY would open more than one.)
    static bool opens(const ServerProcess &server, const QByteArray &user)
    {
        return QTest::qWaitFor([&] { return RawHub(server.port(), user).isOpen(); });
    }

    // The type of the next record, Pings included; 0 when none came.
    static int nextType(RawHub &hub, std::chrono::milliseconds patience)
    {
        const auto frame = hub.wire().readFrame(patience);
        if (!frame || frame->opcode != WebSocketFrame::Text)
            return 0;
        return frame->payload.contains("\"type\":6") ? 6 : 1;
    }

    ServerProcess m_server{{u"--set"_s, u"signalr.keepAliveInterval=2s"_s, u"--set"_s,
                            u"signalr.clientTimeoutInterval=5s"_s, u"--set"_s,
                            u"limits.connectionsPerUser=0"_s, u"--set"_s, u"limits.callsPerSecond=0"_s,
                            u"--set"_s, u"limits.outboundTime=2s"_s, u"--set"_s,
                            u"limits.outboundBytes=256KiB"_s, u"--set"_s, u"groups.leaseDuration=3s"_s}};
};

void KeepAliveTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void KeepAliveTest::check92_pingsWhenSilent()
{
    RawHub hub(m_server.port(), "ann");
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 3; ++i)
        QCOMPARE(nextType(hub, 5s), 6);
    // The server looks once a second, and rather pings early.
    QVERIFY2(timer.elapsed() >= 3000 && timer.elapsed() < 10000,
             qPrintable(QString::number(timer.elapsed())));
}

void KeepAliveTest::check92_noPingWhileTrafficFlows()
{
    RawHub hub(m_server.port(), "ann");
    QElapsedTimer timer;
    timer.start();
    int pings = 0;
    while (timer.elapsed() < 5000) {
        hub.sendRecord(QByteArray(R"({"type":1,"invocationId":"x","target":"ListGroups","arguments":[]})"));
        const int type = nextType(hub, 5s);
        QVERIFY(type != 0);
        pings += type == 6 ? 1 : 0;
        QTest::qSleep(50);
    }
    QCOMPARE(pings, 0);
}

void KeepAliveTest::check93_silentClientIsClosed()
{
    RawHub hub(m_server.port(), "ann");
    hub.sendRecord(QByteArray("{\"type\":6}"));
    QElapsedTimer timer;
    timer.start();
    QVERIFY(hub.waitForClose(15s));
    QVERIFY2(timer.elapsed() >= 4000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(hub.closeRecord().value(u"allowReconnect"), QJsonValue(true));
}

void KeepAliveTest::check93_clientThatNeverPingsStays()
{
    RawHub hub(m_server.port(), "ann");
    QVERIFY(!hub.waitForClose(9s)); // signalr-notes.md 0, trap 10
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void KeepAliveTest::check93_pingingClientStays()
{
    RawHub hub(m_server.port(), "ann");
    for (int i = 0; i < 9; ++i) {
        hub.sendRecord(QByteArray("{\"type\":6}"));
        QVERIFY(!hub.waitForClose(1s));
    }
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void KeepAliveTest::check94_shutdownSaysReconnect()
{
    ServerProcess server({u"--set"_s, u"server.drainTime=1s"_s});
    QVERIFY(server.start());
    RawHub hub(server.port(), "ann");
    QVERIFY(hub.isOpen());
    std::vector<std::unique_ptr<RawHub>> more;
    for (int i = 0; i < 15; ++i)
        more.push_back(std::make_unique<RawHub>(server.port(), "user-" + QByteArray::number(i)));
    ::kill(static_cast<pid_t>(server.processId()), SIGTERM);
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeRecord().value(u"allowReconnect"), QJsonValue(true));
    for (const auto &one : more) {
        QVERIFY(one->waitForClose());
        QCOMPARE(one->closeRecord().value(u"allowReconnect"), QJsonValue(true));
    }
    QCOMPARE(server.waitForExit(), 0);
}

void KeepAliveTest::check95_clientCloseIsAnswered()
{
    for (const QByteArray &record :
         {QByteArray("{\"type\":7}"), QByteArray("{\"type\":7,\"error\":\"mine\"}")}) {
        RawHub hub(m_server.port(), "ann");
        hub.sendRecord(record);
        QVERIFY(hub.waitForClose());
        QCOMPARE(hub.closeRecord().value(u"type"), QJsonValue(7));
        QVERIFY(!hub.closeRecord().contains(u"error"));
        QCOMPARE(hub.closeCode(), 1000);
    }
}

void KeepAliveTest::check96_aLostClientFreesItsPlace()
{
    ServerProcess server({u"--set"_s, u"limits.connectionsPerUser=2"_s});
    QVERIFY(server.start());
    for (int i = 0; i < 10; ++i) {
        RawHub one(server.port(), "ann");
        RawHub two(server.port(), "ann");
        QVERIFY(opens(server, "ben"));
        QVERIFY(one.isOpen() && two.isOpen());
        QVERIFY(!RawHub(server.port(), "ann").isOpen());
        one.wire().reset();
        QVERIFY(opens(server, "ann"));
        two.wire().reset();
        QTRY_COMPARE(
            RawClient(server.port()).request(httpRequest("POST", "/next-chat/negotiate", "ann")).status, 200);
        RawHub three(server.port(), "ann");
        three.wire().send(closeFrame(1000));
        QVERIFY(three.waitForClose());
    }
}

void KeepAliveTest::check97_aReaderThatStopsIsDropped()
{
    RawHub writer(m_server.port(), "writer");
    QCOMPARE(writer.errorOf(u"CreateGroup"_s, {u"slow"_s}), QString());
    QCOMPARE(writer.errorOf(u"JoinGroup"_s, {u"slow"_s}), QString());
    RawHub stopped(m_server.port(), "stopped");
    stopped.wire().setReceiveBuffer(4096);
    QCOMPARE(stopped.errorOf(u"JoinGroup"_s, {u"slow"_s}), QString());
    // More than the kernel's buffers and limits.outboundBytes together.
    const QString text(4096, u'x');
    QElapsedTimer slowest;
    qint64 longest = 0;
    for (int i = 0; i < 3000; ++i) {
        slowest.start();
        QCOMPARE(writer.errorOf(u"SendMessage"_s, {u"slow"_s, text}), QString());
        QVERIFY(!writer.nextWith(u"target"_s, u"OnMessage"_s).isEmpty());
        longest = std::max(longest, slowest.elapsed());
    }
    QVERIFY2(longest < 2000, qPrintable(QString::number(longest)));
    // The server has counted it out. (Its own kernel would hand over what it still holds for minutes, to such
    // a small window.)
    RawClient probe(m_server.port());
    const QByteArray request = httpRequest("GET", "/metrics", {});
    QTRY_VERIFY_WITH_TIMEOUT(probe.request(request).body.contains("closes_total{reason=\"slow\"} 1\n"),
                             20000);
    const QByteArray one = "nextchat_signalr_connections{transport=\"websockets\"} 1\n";
    QTRY_VERIFY_WITH_TIMEOUT(probe.request(request).body.contains(one), 20000);
    QTRY_COMPARE_WITH_TIMEOUT(writer.invoke(u"ListMembers"_s, {u"slow"_s}).value(u"result").toArray(),
                              (QJsonArray{u"writer"_s}), 60000);
}

QTEST_GUILESS_MAIN(KeepAliveTest)
#include "tst_keepalive.moc"
