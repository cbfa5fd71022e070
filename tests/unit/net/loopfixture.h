// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/epolldispatcher.h"

#include <QAbstractEventDispatcher>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <atomic>
#include <fcntl.h>
#include <functional>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat::net {

// Adds the rows "epoll" and "poll" to a test: what it says holds for our dispatcher and for Qt's own alike.
inline void forBothDispatchers()
{
    qputenv("QT_NO_GLIB", "1");
    QTest::addColumn<bool>("ours");
    QTest::newRow("epoll") << true;
    QTest::newRow("poll") << false;
}

// Runs `body` in a thread of its own, with our dispatcher or Qt's; returns when it is done.
inline void runInLoop(bool ours, std::function<void()> body)
{
    class Thread : public QThread
    {
    public:
        std::function<void()> body;
        std::atomic<bool> done = false; // what ThreadSanitizer sees of the join; it doesn't see into Qt

    protected:
        void run() override
        {
            eventDispatcher(); // Qt made its own before, unless there is ours
            body();
            done = true;
        }
    };
    Thread thread;
    thread.body = std::move(body);
    if (ours)
        thread.setEventDispatcher(new EpollDispatcher);
    thread.start();
    thread.wait();
    if (!thread.done)
        qFatal("The thread ended early");
}

// Runs turns of the present thread's loop, blocking in between, until `done` holds. False after ten seconds.
template <typename Done> [[nodiscard]] bool turnUntil(Done done)
{
    QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
    QTimer guard; // ends a wait that nothing else ends
    guard.setSingleShot(true);
    guard.start(std::chrono::seconds(10));
    // A posted event is sent before the wait of the same turn, and may be what we are here for.
    QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, &guard, [&] {
        if (done())
            dispatcher->interrupt();
    });
    while (!done() && guard.isActive())
        dispatcher->processEvents(QEventLoop::WaitForMoreEvents);
    return guard.isActive();
}

// Turns until nothing is left to do, or not for good.
inline void settle()
{
    for (int turn = 0; turn < 5; ++turn)
        QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents);
}

// One turn that does not block.
inline bool turnOnce(QEventLoop::ProcessEventsFlags flags = QEventLoop::AllEvents)
{
    return QAbstractEventDispatcher::instance()->processEvents(flags);
}

// Two connected sockets that don't block.
struct SocketPair
{
    SocketPair()
    {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
            qFatal("socketpair: errno %d", errno);
    }
    ~SocketPair()
    {
        closeEnd(0);
        closeEnd(1);
    }
    SocketPair(const SocketPair &) = delete;
    SocketPair &operator=(const SocketPair &) = delete;

    void closeEnd(int end)
    {
        if (ends[end] >= 0)
            close(std::exchange(ends[end], -1));
    }
    void feed(char byte = 'x') { QCOMPARE(write(ends[1], &byte, 1), ssize_t(1)); }
    char take()
    {
        char byte = 0;
        return read(ends[0], &byte, 1) == 1 ? byte : char(0);
    }

    int ends[2]{-1, -1};
};

} // namespace nextchat::net
