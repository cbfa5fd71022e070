// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/ask.h"
#include "common/support/workerthread.h"

#include <memory>
#include <type_traits>

namespace nextchat::broker {

// The core of a broker in a thread of its own, a WorkerThread. Made and destroyed by one thread.
template <typename Core, typename Thread> class CoreThread
{
public:
    CoreThread()
        : m_thread(QStringLiteral("broker"))
    { }
    // Behind everything that was asked; what that left waiting is the core's end to do.
    ~CoreThread()
    {
        m_thread.post([this] { m_core.reset(); });
        m_thread.stop();
    }
    CoreThread(const CoreThread &) = delete;
    CoreThread &operator=(const CoreThread &) = delete;

    // Runs `work` in the thread with the pointer to the core, for it to make one.
    template <typename Work> void begin(Work work)
    {
        m_thread.post([this, work = std::move(work)]() mutable { work(m_core); });
    }

    // Awaits what `work` gives, run with the core in its thread: a value, a task of one, or what it answers
    // to the Reply<T> that it takes. From any thread with a mailbox.
    template <typename T, typename Work> [[nodiscard]] QCoro::Task<T> ask(Work work)
    {
        auto start = [this, work = std::move(work)](Reply<T> reply) mutable {
            m_thread.post([this, work = std::move(work), reply = std::move(reply)]() mutable {
                if constexpr (std::is_invocable_v<Work, Core &, Reply<T>>)
                    work(*m_core, std::move(reply));
                else if constexpr (std::is_convertible_v<std::invoke_result_t<Work, Core &>, T>)
                    reply(work(*m_core));
                else
                    answer(std::move(reply), work(*m_core));
            });
        };
        // Named, because g++ 12 destroys a closure twice that is a temporary of an awaiting expression.
        // Nothing of this object may follow: the answer can arrive when it is gone.
        co_return co_await nextchat::ask<T>(std::move(start));
    }

private:
    template <typename T> static QCoro::Task<> answer(Reply<T> reply, QCoro::Task<T> task)
    {
        reply(co_await task);
    }

    std::unique_ptr<Core> m_core; // the thread's
    Thread m_thread;
};

} // namespace nextchat::broker
