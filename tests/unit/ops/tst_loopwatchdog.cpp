// SPDX-License-Identifier: MIT
#include "server/net/eventloopthread.h"
#include "server/ops/loopwatchdog.h"

#include <QSemaphore>
#include <QTest>

#include <thread>

using namespace nextchat;
using namespace nextchat::ops;
using namespace std::chrono_literals;

class LoopWatchdogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTurningLoopIsAliveAndMeasured()
    {
        MetricsRegistry metrics;
        net::EventLoopThread thread(QStringLiteral("io0"));
        LoopWatchdog watchdog(metrics, {.interval = 5ms, .limit = 10s});
        watchdog.watch("io0", thread.mailbox());
        Gauge &delay = metrics.gauge("nextchat_event_loop_delay_seconds", QByteArray(), {{"loop", "io0"}});
        QTRY_VERIFY(delay.value() > 0);
        QVERIFY(watchdog.isAlive());
        watchdog.unwatch(thread.mailbox());
    }

    void aStalledLoopIsNamedAndComesBack()
    {
        MetricsRegistry metrics;
        net::EventLoopThread stuck(QStringLiteral("io0"));
        net::EventLoopThread fine(QStringLiteral("io1"));
        LoopWatchdog watchdog(metrics, {.interval = 5ms, .limit = 300ms});
        watchdog.watch("io0", stuck.mailbox());
        watchdog.watch("io1", fine.mailbox());
        QSemaphore release;
        stuck.post([&release] { release.acquire(); });
        QTRY_COMPARE(watchdog.stalled(), QList<QByteArray>{"io0"});
        QVERIFY(!watchdog.isAlive());
        QVERIFY(metrics.gauge("nextchat_event_loop_delay_seconds", QByteArray(), {{"loop", "io0"}}).value()
                > 0.2);
        release.release();
        QTRY_VERIFY(watchdog.isAlive());
    }

    void whatIsNoLongerWatchedStallsNobody()
    {
        MetricsRegistry metrics;
        net::EventLoopThread stuck(QStringLiteral("io0"));
        LoopWatchdog watchdog(metrics, {.interval = 5ms, .limit = 100ms});
        watchdog.watch("io0", stuck.mailbox());
        QSemaphore release;
        stuck.post([&release] { release.acquire(); });
        QTRY_VERIFY(!watchdog.isAlive());
        watchdog.unwatch(stuck.mailbox());
        QVERIFY(watchdog.isAlive());
        release.release();
    }

    // Asked from another thread, as the HTTP front does, while this one does not turn.
    void theMainLoopIsWatchedToo()
    {
        MetricsRegistry metrics;
        LoopWatchdog watchdog(metrics, {.interval = 5ms, .limit = 50ms});
        QList<QByteArray> stalled;
        std::thread asker([&] {
            while (stalled.isEmpty())
                stalled = watchdog.stalled();
        });
        asker.join();
        QCOMPARE(stalled, QList<QByteArray>{"main"});
        QTRY_VERIFY(watchdog.isAlive());
    }
};

QTEST_GUILESS_MAIN(LoopWatchdogTest)

#include "tst_loopwatchdog.moc"
