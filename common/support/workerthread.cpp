// SPDX-License-Identifier: MIT
#include "common/support/workerthread.h"

#include <QAbstractEventDispatcher>

namespace nextchat {

WorkerThread::WorkerThread(const QString &name)
    : WorkerThread(name, nullptr, [] {})
{ }

WorkerThread::WorkerThread(const QString &name, std::unique_ptr<QAbstractEventDispatcher> dispatcher,
                           AtEnd atEnd)
    : m_thread(atEnd)
{
    m_thread.setObjectName(name);
    if (dispatcher)
        m_thread.setEventDispatcher(dispatcher.release());
    m_thread.start();
    m_thread.mailbox.wait(nullptr);
}

WorkerThread::~WorkerThread()
{
    stop();
}

void WorkerThread::Thread::run()
{
    Mailbox own;
    mailbox.store(&own);
    mailbox.notify_one();
    exec();
    own.drain(); // what was posted before the end and not run yet
    m_atEnd();
    mailbox.store(nullptr);
}

void WorkerThread::stop()
{
    if (!m_thread.isRunning())
        return;
    post([this] { m_thread.quit(); });
    m_thread.wait();
    (void)m_thread.mailbox.load();
}

} // namespace nextchat
