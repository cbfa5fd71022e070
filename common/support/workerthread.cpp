// SPDX-License-Identifier: MIT
#include "common/support/workerthread.h"

namespace nextchat {

WorkerThread::WorkerThread(const QString &name)
    : m_thread(*this)
{
    m_thread.setObjectName(name);
    m_thread.start();
    m_started.wait(false, std::memory_order_acquire);
}

WorkerThread::~WorkerThread()
{
    stop();
}

void WorkerThread::Thread::run()
{
    Mailbox mailbox;
    m_owner.m_mailbox = &mailbox;
    m_owner.m_started.store(true, std::memory_order_release);
    m_owner.m_started.notify_all();
    exec();
    mailbox.drain();
    m_owner.m_ended.store(true, std::memory_order_release);
}

void WorkerThread::stop()
{
    if (!m_thread.isRunning())
        return;
    post([this] { m_thread.quit(); });
    m_thread.wait();
    (void)m_ended.load(std::memory_order_acquire);
}

} // namespace nextchat
