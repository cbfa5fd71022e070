// SPDX-License-Identifier: MIT
#include "server/net/eventloopthread.h"

#include <QCoreApplication>

#include <openssl/crypto.h>

#ifdef Q_OS_LINUX
#include "server/net/epolldispatcher.h"
#endif

namespace nextchat::net {

void installEpollDispatcher()
{
#ifdef Q_OS_LINUX
    QCoreApplication::setEventDispatcher(new EpollDispatcher); // the application owns it
#endif
}

EventLoopThread::EventLoopThread(const QString &name)
{
    m_thread.setObjectName(name);
}

EventLoopThread::~EventLoopThread()
{
    stop();
}

void EventLoopThread::start()
{
    if (m_thread.isRunning())
        return;
#ifdef Q_OS_LINUX
    m_thread.setEventDispatcher(new EpollDispatcher); // the thread owns it and destroys it when it ends
#endif
    m_thread.start();
    m_thread.mailbox.wait(nullptr);
}

void EventLoopThread::stop()
{
    if (!m_thread.isRunning())
        return;
    m_thread.quit();
    m_thread.wait();
    // wait() is enough; this says it once more for ThreadSanitizer, which doesn't see into Qt.
    Q_ASSERT(m_thread.mailbox.load() == nullptr);
}

void EventLoopThread::Thread::run()
{
    Mailbox own;
    mailbox.store(&own);
    mailbox.notify_one();
    exec();
    own.drain(); // what was posted before stop() and not run yet
    OPENSSL_thread_stop(); // by itself it would do so when stop() may have returned already
    mailbox.store(nullptr);
}

} // namespace nextchat::net
