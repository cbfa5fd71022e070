// SPDX-License-Identifier: MIT
#include "server/net/wakeup.h"

#include <QTest>

#include <sys/eventfd.h>
#include <thread>

namespace nextchat::net {

class TestWakeUp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesOnceForManyCallsToASleeper();
    void writesNothingToOneThatIsAwake();
    void forbidsTheWaitAfterACall();
    void losesNoCall();

private:
    static eventfd_t writesTo(const WakeUp &wakeUp)
    {
        eventfd_t writes = 0;
        return eventfd_read(wakeUp.descriptor(), &writes) == 0 ? writes : 0;
    }
};

void TestWakeUp::writesOnceForManyCallsToASleeper()
{
    WakeUp wakeUp;
    QVERIFY(wakeUp.fallAsleep());
    for (int i = 0; i < 5; ++i)
        wakeUp.wake();
    QCOMPARE(writesTo(wakeUp), eventfd_t(1));
    QVERIFY(wakeUp.woken());
    QVERIFY(!wakeUp.woken());
}

void TestWakeUp::writesNothingToOneThatIsAwake()
{
    WakeUp wakeUp;
    wakeUp.wake();
    wakeUp.wake();
    QCOMPARE(writesTo(wakeUp), eventfd_t(0));
}

void TestWakeUp::forbidsTheWaitAfterACall()
{
    WakeUp wakeUp;
    wakeUp.wake();
    QVERIFY(!wakeUp.fallAsleep());
    QVERIFY(wakeUp.woken());
    QVERIFY(wakeUp.fallAsleep());
    QVERIFY(!wakeUp.woken());
}

// Two threads play ping-pong; a lost call would leave both asleep for ever.
void TestWakeUp::losesNoCall()
{
    constexpr int rounds = 20'000;
    WakeUp ping;
    WakeUp pong;
    const auto sleepUntilCalled = [](WakeUp &wakeUp) {
        while (true) {
            if (wakeUp.fallAsleep()) {
                while (eventfd_t(0) == writesTo(wakeUp))
                    std::this_thread::yield();
            }
            if (wakeUp.woken())
                return;
        }
    };
    std::thread other([&] {
        for (int i = 0; i < rounds; ++i) {
            sleepUntilCalled(ping);
            pong.wake();
        }
    });
    for (int i = 0; i < rounds; ++i) {
        ping.wake();
        sleepUntilCalled(pong);
    }
    other.join();
}

} // namespace nextchat::net

QTEST_GUILESS_MAIN(nextchat::net::TestWakeUp)
#include "tst_wakeup.moc"
