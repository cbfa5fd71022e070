// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/mailbox.h"

#include <QString>
#include <QThread>

#include <atomic>

namespace nextchat::net {

// Gives the main thread the epoll dispatcher where there is one. To be called before the QCoreApplication is
// made.
void installEpollDispatcher();

// A thread with an event loop on epoll (elsewhere Qt's own) and a mailbox: what lives in it is made, used and
// destroyed by work that is posted there.
//
// Owned, started and stopped by one thread; mailbox() may be posted to from any thread between start() and
// stop().
class EventLoopThread
{
public:
    // `name` is what debuggers and `top -H` show; Linux keeps 15 bytes of it.
    explicit EventLoopThread(const QString &name);
    ~EventLoopThread(); // stops it
    EventLoopThread(const EventLoopThread &) = delete;
    EventLoopThread &operator=(const EventLoopThread &) = delete;

    // Returns once the loop can take work. A stopped thread may be started again. No-op while it runs.
    void start();
    // Runs what was posted before, then ends the loop and waits for the thread. What that work posts in its
    // turn is dropped. No-op when it does not run.
    void stop();

    [[nodiscard]] bool isRunning() const { return m_thread.isRunning(); }
    // Only while the thread runs.
    [[nodiscard]] Mailbox &mailbox() { return *m_thread.mailbox.load(); }
    // For QObject::moveToThread().
    [[nodiscard]] QThread *thread() { return &m_thread; }

private:
    class Thread : public QThread
    {
    public:
        std::atomic<Mailbox *> mailbox = nullptr; // null while the loop is not ready

    protected:
        void run() override;
    };

    Thread m_thread;
};

} // namespace nextchat::net
