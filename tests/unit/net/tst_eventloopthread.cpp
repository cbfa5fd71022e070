// SPDX-License-Identifier: MIT
#include "server/net/eventloopthread.h"

#include <QAbstractEventDispatcher>
#include <QTest>
#include <QTimer>

#include <atomic>
#include <thread>

namespace nextchat::net {

class TestEventLoopThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsWhatIsPostedInItsOwnThread();
    void hasTheEpollDispatcher();
    void runsTimersAndQueuedCalls();
    void stopRunsWhatWasPostedBefore();
    void stopsAtOnce();
    void takesWorkFromManyThreadsInOrder();
    void isStoppedByItsDestructor();
};

void TestEventLoopThread::runsWhatIsPostedInItsOwnThread()
{
    EventLoopThread thread(QStringLiteral("worker"));
    std::atomic<QThread *> ranIn = nullptr;
    std::atomic<bool> foundMailbox = false;
    thread.post([&] {
        foundMailbox = Mailbox::current() == &thread.mailbox();
        ranIn = QThread::currentThread();
    });
    QTRY_VERIFY(ranIn);
    QVERIFY(foundMailbox);
    QCOMPARE(ranIn.load(), thread.mailbox().thread());
    thread.stop();
    thread.stop(); // no-op
}

void TestEventLoopThread::hasTheEpollDispatcher()
{
#ifndef Q_OS_LINUX
    QSKIP("epoll is Linux's.");
#endif
    EventLoopThread thread(QStringLiteral("worker"));
    std::atomic<bool> epoll = false;
    thread.post(
        [&] { epoll = QAbstractEventDispatcher::instance()->inherits("nextchat::net::EpollDispatcher"); });
    thread.stop();
    QVERIFY(epoll);
}

void TestEventLoopThread::runsTimersAndQueuedCalls()
{
    EventLoopThread thread(QStringLiteral("worker"));
    std::atomic<int> fired = 0;
    std::atomic<QThread *> movedRanIn = nullptr;
    auto *moved = new QObject;
    moved->moveToThread(thread.mailbox().thread());
    QMetaObject::invokeMethod(moved, [&] { movedRanIn = QThread::currentThread(); });
    std::unique_ptr<QTimer> timer;
    thread.post([&] {
        timer = std::make_unique<QTimer>();
        timer->callOnTimeout([&] { ++fired; });
        timer->start(1);
    });
    QTRY_VERIFY(fired >= 3);
    QTRY_COMPARE(movedRanIn.load(), thread.mailbox().thread());
    thread.post([&, moved] {
        timer.reset();
        delete moved;
    });
    thread.stop();
    QVERIFY(!timer);
}

void TestEventLoopThread::stopRunsWhatWasPostedBefore()
{
    EventLoopThread thread(QStringLiteral("worker"));
    constexpr int count = 1'000;
    int ran = 0; // read after the join
    for (int i = 0; i < count; ++i)
        thread.post([&ran] { ++ran; });
    thread.stop();
    QCOMPARE(ran, count);
}

void TestEventLoopThread::stopsAtOnce()
{
    for (int i = 0; i < 100; ++i) {
        EventLoopThread thread(QStringLiteral("worker"));
        bool ran = false;
        thread.post([&ran] { ran = true; });
        thread.stop();
        QVERIFY(ran);
    }
}

void TestEventLoopThread::takesWorkFromManyThreadsInOrder()
{
    EventLoopThread thread(QStringLiteral("worker"));
    constexpr std::size_t posters = 4;
    constexpr int each = 5'000;
    std::array<int, posters> next{};
    int outOfOrder = 0;
    std::vector<std::thread> threads;
    for (std::size_t poster = 0; poster < posters; ++poster) {
        threads.emplace_back([&, poster] {
            for (int i = 0; i < each; ++i)
                thread.post([&, poster, i] { outOfOrder += next[poster]++ == i ? 0 : 1; });
        });
    }
    for (std::thread &poster : threads)
        poster.join();
    thread.stop();
    QCOMPARE(next, (std::array<int, posters>{each, each, each, each}));
    QCOMPARE(outOfOrder, 0);
}

void TestEventLoopThread::isStoppedByItsDestructor()
{
    bool ran = false;
    {
        EventLoopThread thread(QStringLiteral("worker"));
        thread.post([&ran] { ran = true; });
    }
    QVERIFY(ran);
}

} // namespace nextchat::net

QTEST_GUILESS_MAIN(nextchat::net::TestEventLoopThread)
#include "tst_eventloopthread.moc"
