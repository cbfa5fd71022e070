// SPDX-License-Identifier: MIT
#include "common/support/mailbox.h"
#include "loopfixture.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>

#include <atomic>
#include <csignal>
#include <thread>

namespace nextchat::net {

// Turns, wake-ups, interruption, nested loops. Timers and notifiers have tests of their own.
class TestEpollDispatcher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void postedEventsAreSentEachTurn_data() { forBothDispatchers(); }
    void postedEventsAreSentEachTurn();
    void aTurnWithoutWaitingNeverBlocks_data() { forBothDispatchers(); }
    void aTurnWithoutWaitingNeverBlocks();
    void aWakeUpFromAnotherThreadEndsTheWait_data() { forBothDispatchers(); }
    void aWakeUpFromAnotherThreadEndsTheWait();
    void aWakeUpBeforeTheWaitCounts_data() { forBothDispatchers(); }
    void aWakeUpBeforeTheWaitCounts();
    void manyThreadsPostAndNothingIsLost_data() { forBothDispatchers(); }
    void manyThreadsPostAndNothingIsLost();
    void quitFromAnotherThreadEndsTheLoop_data() { forBothDispatchers(); }
    void quitFromAnotherThreadEndsTheLoop();
    void interruptionsBetweenTurnsCount();
    void nestedLoopsServeTheRest_data() { forBothDispatchers(); }
    void nestedLoopsServeTheRest();
    void quitInsideANestedLoopLeavesTheOuterOne_data() { forBothDispatchers(); }
    void quitInsideANestedLoopLeavesTheOuterOne();
    void excludedSocketsWaitTheirTurn_data() { forBothDispatchers(); }
    void excludedSocketsWaitTheirTurn();
    void awakeAndAboutToBlockAreSignalled_data() { forBothDispatchers(); }
    void awakeAndAboutToBlockAreSignalled();
    void workQueuedByAboutToBlockIsNotSleptOver_data() { forBothDispatchers(); }
    void workQueuedByAboutToBlockIsNotSleptOver();
    void aSignalDoesNotEndTheWait();
    void deferredDeletionHappens_data() { forBothDispatchers(); }
    void deferredDeletionHappens();
    void qtSocketsWorkOnIt_data() { forBothDispatchers(); }
    void qtSocketsWorkOnIt();
    void closingDownLeavesNothing();
};

void TestEpollDispatcher::postedEventsAreSentEachTurn()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QObject context;
        QList<int> ran;
        QMetaObject::invokeMethod(
            &context, [&] { ran << 1; }, Qt::QueuedConnection);
        QMetaObject::invokeMethod(
            &context, [&] { ran << 2; }, Qt::QueuedConnection);
        turnOnce();
        QCOMPARE(ran, QList<int>({1, 2}));
        QMetaObject::invokeMethod(
            &context, [&] { ran << 3; }, Qt::QueuedConnection);
        turnOnce(QEventLoop::WaitForMoreEvents);
        QCOMPARE(ran, QList<int>({1, 2, 3}));
    });
}

void TestEpollDispatcher::aTurnWithoutWaitingNeverBlocks()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        settle();
        QVERIFY(!turnOnce());
    });
}

void TestEpollDispatcher::aWakeUpFromAnotherThreadEndsTheWait()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
        std::atomic<bool> wanted = false;
        QObject::connect(
            dispatcher, &QAbstractEventDispatcher::aboutToBlock, dispatcher, [&] { wanted = true; },
            Qt::DirectConnection);
        std::thread other([&] {
            while (!wanted)
                std::this_thread::yield();
            dispatcher->wakeUp();
        });
        settle();
        QVERIFY(dispatcher->processEvents(QEventLoop::WaitForMoreEvents));
        other.join();
    });
}

void TestEpollDispatcher::aWakeUpBeforeTheWaitCounts()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        settle();
        std::thread([dispatcher = QAbstractEventDispatcher::instance()] { dispatcher->wakeUp(); }).join();
        QVERIFY(turnOnce(QEventLoop::WaitForMoreEvents));
        QAbstractEventDispatcher::instance()->wakeUp();
        QVERIFY(turnOnce(QEventLoop::WaitForMoreEvents));
        QVERIFY(!turnOnce());
    });
}

void TestEpollDispatcher::manyThreadsPostAndNothingIsLost()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        constexpr int posters = 4;
        constexpr int each = 2'000;
        Mailbox mailbox;
        std::array<int, posters> next{};
        int outOfOrder = 0;
        std::vector<std::thread> threads;
        for (std::size_t poster = 0; poster < posters; ++poster) {
            threads.emplace_back([&, poster] {
                for (int i = 0; i < each; ++i)
                    mailbox.post([&, poster, i] { outOfOrder += next[poster]++ == i ? 0 : 1; });
            });
        }
        const bool all = turnUntil([&] { return next == std::array<int, posters>{each, each, each, each}; });
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY(all);
        QCOMPARE(outOfOrder, 0);
    });
}

void TestEpollDispatcher::quitFromAnotherThreadEndsTheLoop()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        // Often, so that quit() meets every phase of a turn.
        for (int i = 0; i < 300; ++i) {
            QEventLoop loop;
            std::atomic<bool> running = false;
            QMetaObject::invokeMethod(
                &loop, [&] { running = true; }, Qt::QueuedConnection);
            std::thread other([&] {
                while (!running)
                    std::this_thread::yield();
                loop.exit(i);
            });
            const int code = loop.exec();
            other.join();
            QCOMPARE(code, i);
        }
    });
}

void TestEpollDispatcher::interruptionsBetweenTurnsCount()
{
    runInLoop(true, [] {
        settle();
        QAbstractEventDispatcher::instance()->interrupt();
        turnOnce(QEventLoop::WaitForMoreEvents); // must return
        QVERIFY(!turnOnce());
    });
}

void TestEpollDispatcher::nestedLoopsServeTheRest()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        constexpr int count = 10;
        std::array<SocketPair, count> pairs;
        std::vector<std::unique_ptr<QSocketNotifier>> notifiers;
        QList<int> served;
        int depth = 0;
        int deepest = 0;
        for (std::size_t i = 0; i < count; ++i) {
            notifiers.push_back(std::make_unique<QSocketNotifier>(pairs[i].ends[0], QSocketNotifier::Read));
            QObject::connect(notifiers.back().get(), &QSocketNotifier::activated, notifiers.back().get(),
                             [&, i] {
                                 pairs[i].take();
                                 deepest = std::max(deepest, ++depth);
                                 served << int(i);
                                 // The first handlers wait for all the others, as a handler that opens a
                                 // dialog does.
                                 if (depth <= 3)
                                     QVERIFY(turnUntil([&] { return served.size() == count; }));
                                 --depth;
                             });
            pairs[i].feed();
        }
        QVERIFY(turnUntil([&] { return served.size() == count && depth == 0; }));
        QVERIFY(deepest > 3);
        turnOnce();
        QCOMPARE(served.size(), count); // nobody was served twice
    });
}

void TestEpollDispatcher::quitInsideANestedLoopLeavesTheOuterOne()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QEventLoop outer;
        QEventLoop inner;
        bool innerEnded = false;
        QTimer::singleShot(0, &outer, [&] {
            QTimer::singleShot(0, &inner, &QEventLoop::quit);
            inner.exec();
            innerEnded = true;
            QTimer::singleShot(0, &outer, [&] { outer.exit(7); });
        });
        QCOMPARE(outer.exec(), 7);
        QVERIFY(innerEnded);
    });
}

void TestEpollDispatcher::excludedSocketsWaitTheirTurn()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        int activated = 0;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier,
                         [&] { activated += pair.take() ? 1 : 0; });
        settle();
        pair.feed();
        QVERIFY(!turnOnce(QEventLoop::ExcludeSocketNotifiers));
        bool late = false;
        QTimer::singleShot(1, &notifier, [&] { late = true; });
        while (!late)
            turnOnce(QEventLoop::ExcludeSocketNotifiers | QEventLoop::WaitForMoreEvents);
        Mailbox mailbox;
        bool posted = false;
        std::thread other([&] { mailbox.post([&] { posted = true; }); });
        while (!posted)
            turnOnce(QEventLoop::ExcludeSocketNotifiers);
        other.join();
        QCOMPARE(activated, 0);
        QVERIFY(turnUntil([&] { return activated == 1; }));
    });
}

void TestEpollDispatcher::awakeAndAboutToBlockAreSignalled()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
        settle();
        QSignalSpy awake(dispatcher, &QAbstractEventDispatcher::awake);
        QSignalSpy blocking(dispatcher, &QAbstractEventDispatcher::aboutToBlock);
        turnOnce();
        QCOMPARE(awake.count(), 1);
        QCOMPARE(blocking.count(), 0);
        bool fired = false;
        QTimer::singleShot(1, dispatcher, [&] { fired = true; });
        turnOnce(QEventLoop::WaitForMoreEvents);
        QVERIFY(awake.count() >= 2);
        QVERIFY(blocking.count() >= 1);
        QVERIFY(turnUntil([&] { return fired; }));
    });
}

void TestEpollDispatcher::workQueuedByAboutToBlockIsNotSleptOver()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
        settle();
        QObject context;
        bool ran = false;
        QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, &context, [&] {
            if (!ran) {
                QMetaObject::invokeMethod(
                    &context, [&] { ran = true; }, Qt::QueuedConnection);
            }
        });
        turnOnce(QEventLoop::WaitForMoreEvents); // must return
        turnOnce();
        QVERIFY(ran);
    });
}

void TestEpollDispatcher::aSignalDoesNotEndTheWait()
{
    struct sigaction action
    { };
    action.sa_handler = [](int) {};
    QCOMPARE(sigaction(SIGUSR1, &action, nullptr), 0);
    runInLoop(true, [] {
        settle();
        const pthread_t self = pthread_self();
        std::atomic<bool> done = false;
        std::thread other([&] {
            while (!done) {
                pthread_kill(self, SIGUSR1);
                std::this_thread::yield();
            }
        });
        bool fired = false;
        QTimer timer;
        timer.setTimerType(Qt::PreciseTimer);
        timer.callOnTimeout([&] { fired = true; });
        timer.start(20);
        turnOnce(QEventLoop::WaitForMoreEvents);
        done = true;
        other.join();
        QVERIFY(fired);
    });
}

void TestEpollDispatcher::deferredDeletionHappens()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QPointer<QObject> object = new QObject;
        QEventLoop loop;
        QObject::connect(object, &QObject::destroyed, &loop, &QEventLoop::quit);
        QTimer::singleShot(0, &loop, [&] { object->deleteLater(); });
        loop.exec();
        QVERIFY(!object);
    });
}

void TestEpollDispatcher::qtSocketsWorkOnIt()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
            QTcpSocket *peer = server.nextPendingConnection();
            QObject::connect(peer, &QTcpSocket::readyRead, peer, [peer] { peer->write(peer->readAll()); });
        });
        QTcpSocket client;
        client.connectToHost(QHostAddress::LocalHost, server.serverPort());
        QVERIFY(turnUntil([&] { return client.state() == QAbstractSocket::ConnectedState; }));
        const QByteArray sent(4 << 20, 'n'); // far more than the socket buffers take at once
        client.write(sent);
        QByteArray received;
        QVERIFY(turnUntil([&] {
            received += client.readAll();
            return received.size() == sent.size();
        }));
        QCOMPARE(received, sent);
        client.disconnectFromHost();
        QVERIFY(turnUntil([&] { return client.state() == QAbstractSocket::UnconnectedState; }));
    });
}

void TestEpollDispatcher::closingDownLeavesNothing()
{
    EpollDispatcher dispatcher;
    QObject object;
    dispatcher.startingUp();
    const int id = dispatcher.registerTimer(5, Qt::PreciseTimer, &object);
    QCOMPARE(dispatcher.registeredTimers(&object).size(), 1);
    dispatcher.closingDown();
    QVERIFY(dispatcher.registeredTimers(&object).isEmpty());
    QCOMPARE(dispatcher.remainingTime(id), -1);
    QVERIFY(!dispatcher.unregisterTimer(id));
    QVERIFY(!dispatcher.unregisterTimers(&object));
}

} // namespace nextchat::net

QTEST_GUILESS_MAIN(nextchat::net::TestEpollDispatcher)
#include "tst_epolldispatcher.moc"
