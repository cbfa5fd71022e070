// SPDX-License-Identifier: MIT
#include "loopfixture.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QTimerEvent>

namespace nextchat::net {

namespace {

// Notes its timer events and does as told in each.
class Listener : public QObject
{
public:
    QList<int> fired;
    std::function<void(int)> onTimer = [](int) {};

    [[nodiscard]] qsizetype timesFired(int id) const { return fired.count(id); }

protected:
    void timerEvent(QTimerEvent *event) override
    {
        fired << event->timerId();
        onTimer(event->timerId());
    }
};

} // namespace

class TestEpollTimers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timersFireInTheOrderOfTheirDeadlines_data() { forBothDispatchers(); }
    void timersFireInTheOrderOfTheirDeadlines();
    void noTimerFiresTooEarly_data();
    void noTimerFiresTooEarly();
    void coarseTimersShareWakeUps();
    void aTimerRepeatsWithoutDrift_data() { forBothDispatchers(); }
    void aTimerRepeatsWithoutDrift();
    void zeroTimersFireOncePerTurn_data() { forBothDispatchers(); }
    void zeroTimersFireOncePerTurn();
    void zeroTimersDoNotStarveSockets_data() { forBothDispatchers(); }
    void zeroTimersDoNotStarveSockets();
    void aTimerMayEndInItsOwnEvent_data() { forBothDispatchers(); }
    void aTimerMayEndInItsOwnEvent();
    void aTimerMayStartAgainInItsOwnEvent_data() { forBothDispatchers(); }
    void aTimerMayStartAgainInItsOwnEvent();
    void aDueTimerThatAnotherStoppedDoesNotFire_data() { forBothDispatchers(); }
    void aDueTimerThatAnotherStoppedDoesNotFire();
    void anObjectMayDieInItsTimerEvent_data() { forBothDispatchers(); }
    void anObjectMayDieInItsTimerEvent();
    void aTimerNeverFiresInsideItsOwnEvent_data() { forBothDispatchers(); }
    void aTimerNeverFiresInsideItsOwnEvent();
    void whatANestedLoopFiredIsNotFiredAgain_data() { forBothDispatchers(); }
    void whatANestedLoopFiredIsNotFiredAgain();
    void timersAreListedAndRemoved_data() { forBothDispatchers(); }
    void timersAreListedAndRemoved();
    void remainingTimeCountsDown_data() { forBothDispatchers(); }
    void remainingTimeCountsDown();
    void timersMoveWithTheirObject_data() { forBothDispatchers(); }
    void timersMoveWithTheirObject();
    void manyTimersAllFire_data() { forBothDispatchers(); }
    void manyTimersAllFire();
    void enormousIntervalsWait();
};

void TestEpollTimers::timersFireInTheOrderOfTheirDeadlines()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        const int third = listener.startTimer(30, Qt::PreciseTimer);
        const int first = listener.startTimer(10, Qt::PreciseTimer);
        const int second = listener.startTimer(20, Qt::PreciseTimer);
        listener.onTimer = [&](int id) { listener.killTimer(id); };
        QThread::msleep(40); // all are due in one turn
        QVERIFY(turnUntil([&] { return listener.fired.size() == 3; }));
        QCOMPARE(listener.fired, QList<int>({first, second, third}));
    });
}

void TestEpollTimers::noTimerFiresTooEarly_data()
{
    QTest::addColumn<int>("interval");
    QTest::addColumn<Qt::TimerType>("type");
    QTest::addColumn<int>("earliest");
    QTest::newRow("precise, 1 ms") << 1 << Qt::PreciseTimer << 1;
    QTest::newRow("precise, 50 ms") << 50 << Qt::PreciseTimer << 50;
    QTest::newRow("coarse, 20 ms") << 20 << Qt::CoarseTimer << 20;
    QTest::newRow("coarse, 100 ms") << 100 << Qt::CoarseTimer << 95;
    QTest::newRow("coarse, 333 ms") << 333 << Qt::CoarseTimer << 316;
    QTest::newRow("very coarse, 1 s") << 1000 << Qt::VeryCoarseTimer << 500;
}

void TestEpollTimers::noTimerFiresTooEarly()
{
    QFETCH(int, interval);
    QFETCH(Qt::TimerType, type);
    QFETCH(int, earliest);
    runInLoop(true, [&] {
        Listener listener;
        QElapsedTimer clock;
        clock.start();
        listener.startTimer(interval, type);
        QVERIFY(turnUntil([&] { return !listener.fired.isEmpty(); }));
        QVERIFY2(clock.elapsed() >= earliest, qPrintable(QString::number(clock.elapsed())));
    });
}

void TestEpollTimers::coarseTimersShareWakeUps()
{
    runInLoop(true, [] {
        // Started a few milliseconds apart, all may fire within 8 ms of each other: two or three turns
        // instead of ten.
        QList<std::shared_ptr<Listener>> listeners;
        for (int i = 0; i < 10; ++i) {
            listeners << std::make_shared<Listener>();
            listeners.back()->startTimer(400 + i, Qt::CoarseTimer);
        }
        int turns = 0;
        const auto all = [&] {
            return std::all_of(listeners.cbegin(), listeners.cend(),
                               [](const auto &l) { return !l->fired.isEmpty(); });
        };
        QVERIFY(turnUntil([&] {
            ++turns;
            return all();
        }));
        QVERIFY2(turns <= 5, qPrintable(QString::number(turns)));
    });
}

void TestEpollTimers::aTimerRepeatsWithoutDrift()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        QElapsedTimer clock;
        clock.start();
        listener.startTimer(5, Qt::PreciseTimer);
        QVERIFY(turnUntil([&] { return listener.fired.size() == 20; }));
        QVERIFY2(clock.elapsed() >= 100, qPrintable(QString::number(clock.elapsed())));
    });
}

void TestEpollTimers::zeroTimersFireOncePerTurn()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        const int first = listener.startTimer(0);
        const int second = listener.startTimer(0);
        for (int turn = 1; turn <= 5; ++turn) {
            turnOnce(QEventLoop::WaitForMoreEvents);
            QCOMPARE(listener.timesFired(first), turn);
            QCOMPARE(listener.timesFired(second), turn);
        }
    });
}

void TestEpollTimers::zeroTimersDoNotStarveSockets()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        for (int i = 0; i < 20; ++i)
            listener.startTimer(0);
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        int activated = 0;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] { ++activated; });
        pair.feed(); // and never taken
        for (int turn = 0; turn < 10; ++turn)
            turnOnce(QEventLoop::WaitForMoreEvents);
        QCOMPARE(activated, 10);
        QCOMPARE(listener.fired.size(), 200);
    });
}

void TestEpollTimers::aTimerMayEndInItsOwnEvent()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        listener.onTimer = [&](int id) { listener.killTimer(id); };
        const int id = listener.startTimer(1, Qt::PreciseTimer);
        const int zero = listener.startTimer(0);
        QVERIFY(turnUntil([&] { return listener.fired.size() == 2; }));
        QThread::msleep(3);
        settle();
        QCOMPARE(listener.timesFired(id), 1);
        QCOMPARE(listener.timesFired(zero), 1);
        QVERIFY(QAbstractEventDispatcher::instance()->registeredTimers(&listener).isEmpty());
    });
}

void TestEpollTimers::aTimerMayStartAgainInItsOwnEvent()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QTimer timer;
        timer.setTimerType(Qt::PreciseTimer);
        QElapsedTimer clock;
        qint64 second = 0;
        int fired = 0;
        timer.callOnTimeout([&] {
            ++fired;
            if (fired == 1) {
                clock.start();
                timer.start(30);
            } else {
                second = clock.elapsed();
                timer.stop();
            }
        });
        timer.start(0);
        QVERIFY(turnUntil([&] { return fired == 2; }));
        QVERIFY(second >= 30);
        settle();
        QCOMPARE(fired, 2);
    });
}

void TestEpollTimers::aDueTimerThatAnotherStoppedDoesNotFire()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        const int first = listener.startTimer(1, Qt::PreciseTimer);
        const int second = listener.startTimer(2, Qt::PreciseTimer);
        listener.onTimer = [&](int) {
            listener.killTimer(first);
            listener.killTimer(second);
        };
        QThread::msleep(5);
        QVERIFY(turnUntil([&] { return !listener.fired.isEmpty(); }));
        settle();
        QCOMPARE(listener.fired, QList<int>({first}));
    });
}

void TestEpollTimers::anObjectMayDieInItsTimerEvent()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        auto *listener = new Listener;
        QPointer<QObject> alive = listener;
        listener->startTimer(1, Qt::PreciseTimer);
        listener->startTimer(1, Qt::PreciseTimer);
        listener->onTimer = [listener](int) { listener->deleteLater(); };
        QThread::msleep(3);
        QEventLoop loop;
        QObject::connect(listener, &QObject::destroyed, &loop, &QEventLoop::quit);
        loop.exec();
        QVERIFY(!alive);
    });
}

void TestEpollTimers::aTimerNeverFiresInsideItsOwnEvent()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        const int zero = listener.startTimer(0);
        const int other = listener.startTimer(1, Qt::PreciseTimer);
        int depth = 0;
        bool nested = false;
        listener.onTimer = [&](int id) {
            if (id != zero || listener.timesFired(zero) > 1)
                return;
            ++depth;
            // Blocks: a zero timer that is being handled must not make the nested loop spin.
            nested =
                turnUntil([&] { return listener.timesFired(other) >= 3; }) && listener.timesFired(zero) == 1;
            --depth;
        };
        QVERIFY(turnUntil([&] { return listener.timesFired(zero) == 3; }));
        QVERIFY(nested);
        QCOMPARE(depth, 0);
    });
}

void TestEpollTimers::whatANestedLoopFiredIsNotFiredAgain()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        const int second = listener.startTimer(1'000, Qt::PreciseTimer);
        const int first = listener.startTimer(900, Qt::PreciseTimer);
        listener.onTimer = [&](int id) {
            if (id == first) {
                listener.killTimer(first);
                settle();
            }
        };
        QThread::msleep(1'010); // both are due in one turn
        turnOnce();
        QCOMPARE(listener.fired, QList<int>({first, second}));
    });
}

void TestEpollTimers::timersAreListedAndRemoved()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
        Listener listener;
        QVERIFY(dispatcher->registeredTimers(&listener).isEmpty());
        const int precise = listener.startTimer(10'000, Qt::PreciseTimer);
        const int coarse = listener.startTimer(5'000, Qt::CoarseTimer);
        QHash<int, QAbstractEventDispatcher::TimerInfo> infos;
        for (const auto &info : dispatcher->registeredTimers(&listener))
            infos.insert(info.timerId, info);
        QCOMPARE(infos.size(), 2);
        QCOMPARE(infos.constFind(precise)->interval, 10'000);
        QCOMPARE(infos.constFind(precise)->timerType, Qt::PreciseTimer);
        QCOMPARE(infos.constFind(coarse)->interval, 5'000);
        QCOMPARE(infos.constFind(coarse)->timerType, Qt::CoarseTimer);
        QVERIFY(dispatcher->unregisterTimer(coarse));
        QVERIFY(!dispatcher->unregisterTimer(coarse));
        QVERIFY(dispatcher->unregisterTimers(&listener));
        QVERIFY(dispatcher->registeredTimers(&listener).isEmpty());
    });
}

void TestEpollTimers::remainingTimeCountsDown()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QTimer timer;
        timer.setTimerType(Qt::PreciseTimer);
        timer.start(60'000);
        const int before = timer.remainingTime();
        QVERIFY(before > 0 && before <= 60'000);
        QThread::msleep(3);
        QVERIFY(timer.remainingTime() <= before - 3);
        timer.start(1);
        QThread::msleep(3);
        QCOMPARE(timer.remainingTime(), 0);
        timer.stop();
        QCOMPARE(timer.remainingTime(), -1);
        QCOMPARE(QAbstractEventDispatcher::instance()->remainingTime(1 << 20), -1);
    });
}

void TestEpollTimers::timersMoveWithTheirObject()
{
    QFETCH(bool, ours);
    std::atomic<QThread *> seen = nullptr;
    auto *traveller = new Listener; // made before the thread starts, which ThreadSanitizer can see
    traveller->onTimer = [&](int id) {
        traveller->killTimer(id);
        seen = QThread::currentThread();
    };
    QThread host;
    if (ours)
        host.setEventDispatcher(new EpollDispatcher);
    host.start();
    traveller->startTimer(1);
    traveller->moveToThread(&host);
    QTRY_COMPARE(seen.load(), &host);
    traveller->deleteLater();
    host.quit();
    host.wait();
}

void TestEpollTimers::manyTimersAllFire()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        Listener listener;
        listener.onTimer = [&](int id) { listener.killTimer(id); };
        QSet<int> started;
        for (int i = 0; i < 2'000; ++i)
            started << listener.startTimer(i % 40, Qt::PreciseTimer);
        QVERIFY(turnUntil([&] { return listener.fired.size() >= 2'000; }));
        QCOMPARE(QSet<int>(listener.fired.cbegin(), listener.fired.cend()), started);
        QCOMPARE(listener.fired.size(), 2'000);
    });
}

void TestEpollTimers::enormousIntervalsWait()
{
    EpollDispatcher dispatcher;
    QObject object;
    const int id = dispatcher.registerTimer(std::numeric_limits<qint64>::max(), Qt::CoarseTimer, &object);
    QCOMPARE(dispatcher.remainingTime(id), std::numeric_limits<int>::max());
    QVERIFY(dispatcher.unregisterTimer(id));
}

} // namespace nextchat::net

QTEST_GUILESS_MAIN(nextchat::net::TestEpollTimers)
#include "tst_epolltimers.moc"
