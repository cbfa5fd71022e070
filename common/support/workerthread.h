// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/mailbox.h"

#include <QThread>

#include <atomic>
#include <memory>

class QAbstractEventDispatcher;

namespace nextchat {

// A thread with an event loop that does what is posted to it: what lives in it is made, used and destroyed by
// such work. Made, stopped and destroyed by one thread, its owner.
class WorkerThread
{
public:
    // Starts the thread and returns once it takes work; `name` is what debuggers and `top -H` show (15
    // characters of it).
    explicit WorkerThread(const QString &name);
    ~WorkerThread(); // as stop()
    WorkerThread(const WorkerThread &) = delete;
    WorkerThread &operator=(const WorkerThread &) = delete;

    // From any thread, until the end of stop().
    template <typename Work> void post(Work &&work) { mailbox().post(std::forward<Work>(work)); }
    [[nodiscard]] Mailbox &mailbox() { return *m_thread.mailbox.load(); }

    // Runs what was posted before it, ends the thread and waits for that. No-op when it has ended.
    void stop();

protected:
    using AtEnd = void (*)();
    // With a dispatcher of its own, which the thread destroys, and the last thing that the thread does.
    WorkerThread(const QString &name, std::unique_ptr<QAbstractEventDispatcher> dispatcher, AtEnd atEnd);

private:
    class Thread : public QThread
    {
    public:
        explicit Thread(AtEnd atEnd)
            : m_atEnd(atEnd)
        { }

        // Null while the loop does not run. The owner waits for it: an atomic of ours, so that
        // ThreadSanitizer sees what Qt's uninstrumented waiting hides from it.
        std::atomic<Mailbox *> mailbox = nullptr;

    protected:
        void run() override;

    private:
        const AtEnd m_atEnd;
    };

    Thread m_thread;
};

} // namespace nextchat
