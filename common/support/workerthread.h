// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/mailbox.h"

#include <QThread>

#include <atomic>
#include <memory>

namespace nextchat {

// A thread with an event loop that does what is posted to it. Made, stopped and destroyed by one thread, its
// owner.
class WorkerThread
{
public:
    // Starts the thread; `name` is what debuggers and `top -H` show (15 characters of it).
    explicit WorkerThread(const QString &name);
    ~WorkerThread(); // as stop()

    // From any thread, until the end of stop().
    template <typename Work> void post(Work &&work) { m_mailbox->post(std::forward<Work>(work)); }

    // Runs what was posted before it, ends the thread and waits for that.
    void stop();

private:
    class Thread : public QThread
    {
    public:
        explicit Thread(WorkerThread &owner)
            : m_owner(owner)
        { }

    protected:
        void run() override;

    private:
        WorkerThread &m_owner;
    };

    Thread m_thread;
    Mailbox *m_mailbox = nullptr;
    // Waited for by the owner. Atomics of ours, so that ThreadSanitizer sees what Qt's uninstrumented waiting
    // hides from it.
    std::atomic<bool> m_started = false;
    std::atomic<bool> m_ended = false;
};

} // namespace nextchat
