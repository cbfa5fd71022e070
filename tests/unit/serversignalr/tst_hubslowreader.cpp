// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QFile>
#include <QTest>

#include <thread>

using namespace nextchat::test;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

namespace {

QByteArray call(const QByteArray &id, const QByteArray &target, const QByteArray &arguments)
{
    return R"({"type":1,"invocationId":")" + id + R"(","target":")" + target + R"(","arguments":)" + arguments
        + '}';
}

qint64 residentKilobytes()
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.sliced(6).chopped(3).trimmed().toLongLong();
    }
    return 0;
}

const QJsonObject askedToReconnect{
    {QStringLiteral("type"), 7},
    {QStringLiteral("error"), QStringLiteral("Connection closed with an error.")},
    {QStringLiteral("allowReconnect"), true}};

} // namespace

// Check 97, contract.md 1.4: limits.outboundBytes and limits.outboundTime.
class TestHubSlowReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isClosedAboveItsBytes97();
    void isClosedAfterItsTime97();
    void isCutWhenItNeverReads();
    void mayGetOneAnswerAboveTheLimit();
    void delaysNobody111();
    void costsNoMoreThanItsLimit();
};

void TestHubSlowReader::isClosedAboveItsBytes97()
{
    HubServer server(HubOptions{.outboundBytes = 100'000});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Flood", "[3000,10000]")));
    QTRY_COMPARE(server.journal.lost.load(), 1);
    QVERIFY(hub.waitForClose()); // whole records, then the last word
    QCOMPARE(hub.closeRecord(), askedToReconnect);
    QCOMPARE(hub.closeCode(), 1000);
}

void TestHubSlowReader::isClosedAfterItsTime97()
{
    HubServer server(HubOptions{.outboundBytes = 0, .outboundTime = 1s});
    RawHub hub(server.port, "alice");
    const auto start = std::chrono::steady_clock::now();
    QVERIFY(hub.sendRecord(call("1", "Flood", "[3000,10000]")));
    QTRY_COMPARE(server.journal.lost.load(), 1);
    QVERIFY(std::chrono::steady_clock::now() - start > 900ms);
    QVERIFY(hub.waitForClose());
    QCOMPARE(hub.closeRecord(), askedToReconnect);
}

void TestHubSlowReader::isCutWhenItNeverReads()
{
    HubServer server(HubOptions{.closeTimeout = 1s, .outboundBytes = 100'000});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Flood", "[3000,10000]")));
    QTRY_COMPARE(server.journal.lost.load(), 1);
    QTRY_COMPARE(server.connections(), std::size_t(0));
}

void TestHubSlowReader::mayGetOneAnswerAboveTheLimit()
{
    HubServer server(HubOptions{.outboundBytes = 100'000});
    RawHub hub(server.port, "alice");
    QVERIFY(hub.sendRecord(call("1", "Flood", "[1,20000000]")));
    std::this_thread::sleep_for(100ms);
    RawHub other(server.port, "bob"); // whose messages come behind it
    QVERIFY(!other.invoke(QStringLiteral("ToAll"), {1000}).isEmpty());
    const QByteArray record = hub.nextRecord();
    QVERIFY(record.size() > 20'000'000);
    QVERIFY(!hub.nextWith(QStringLiteral("invocationId"), QStringLiteral("1")).isEmpty());
    QVERIFY(!hub.nextWith(QStringLiteral("target"), QStringLiteral("OnAll")).isEmpty());
    QCOMPARE(server.journal.lost.load(), 0);
}

void TestHubSlowReader::delaysNobody111() // P5
{
    HubServer server(HubOptions{.outboundBytes = 500'000});
    std::vector<std::unique_ptr<RawHub>> slow;
    for (int i = 0; i < 5; ++i) {
        slow.push_back(std::make_unique<RawHub>(server.port, "slow" + QByteArray::number(i)));
    }
    RawHub fast(server.port, "fast");
    RawHub last(server.port, "last");
    constexpr int rounds = 500;
    std::atomic<int> lastGot = 0;
    std::thread lastReader([&] {
        while (lastGot < rounds
               && !last.nextWith(QStringLiteral("target"), QStringLiteral("OnAll")).isEmpty())
            ++lastGot;
    });
    auto longest = 0ns;
    for (int i = 0; i < rounds; ++i) {
        for (int wait = 0; lastGot < i - 20 && wait < 5000; ++wait) // or it would be slow itself
            std::this_thread::sleep_for(1ms);
        const auto start = std::chrono::steady_clock::now();
        QVERIFY(fast.sendRecord(call(QByteArray::number(i), "ToAll", "[60000]")));
        if (i % 2 == 0)
            QCOMPARE(fast.next().value(u"target").toString(), QStringLiteral("OnAll"));
        else
            QVERIFY(!fast.next().isEmpty());
        QVERIFY(!fast.next().isEmpty());
        longest = std::max(longest, std::chrono::steady_clock::now() - start);
    }
    lastReader.join();
    QCOMPARE(lastGot.load(), rounds);
    QTRY_COMPARE(server.journal.lost.load(), 5); // in the midst of the loops over all
    QVERIFY(longest < 1s);
    for (const auto &hub : slow) {
        QVERIFY(hub->waitForClose());
        QCOMPARE(hub->closeRecord(), askedToReconnect);
    }
}

void TestHubSlowReader::costsNoMoreThanItsLimit()
{
    HubServer server(HubOptions{.closeTimeout = 30s, .outboundBytes = 100'000});
    const qint64 before = residentKilobytes();
    std::vector<std::unique_ptr<RawHub>> slow;
    for (int i = 0; i < 20; ++i) {
        slow.push_back(std::make_unique<RawHub>(server.port, "slow" + QByteArray::number(i)));
        QVERIFY(slow.back()->sendRecord(call("1", "Flood", "[3000,10000]"))); // 30 MB each
        QTRY_COMPARE(server.journal.lost.load(), i + 1);
    }
    const qint64 grown = residentKilobytes() - before;
    QVERIFY2(grown < 20'000, QByteArray::number(grown).constData());
}

QTEST_GUILESS_MAIN(TestHubSlowReader)
#include "tst_hubslowreader.moc"
