// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "common/support/mailbox.h"

#include <QTimer>
#include <qcorotask.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>

namespace nextchat {

// The answering end of ask(): callable once, from any thread; copies share the one answer. One that is
// destroyed without an answer never resumes the asker, so whoever takes a Reply must answer it.
template <typename T> class Reply
{
public:
    struct State
    {
        Mailbox *home = nullptr; // the asking thread's; outlives all replies
        std::coroutine_handle<> asker; // null once nobody waits any more; home thread only
        std::optional<T> answer; // home thread only
    };

    explicit Reply(std::shared_ptr<State> state)
        : m_state(std::move(state))
    { }

    // Hands the answer to the asking thread, where the coroutine goes on in a later turn of the event loop.
    void operator()(T answer) const
    {
        m_state->home->post(
            [reply = *this, answer = std::move(answer)]() mutable { reply.answerHere(std::move(answer)); });
    }

    // The mailbox of the asking thread.
    [[nodiscard]] Mailbox *home() const { return m_state->home; }

    // Answers in the asking thread itself, where the coroutine goes on at once: for whoever posts many
    // answers together.
    void answerHere(T answer) const
    {
        if (m_state->answer)
            return;
        m_state->answer.emplace(std::move(answer));
        if (m_state->asker)
            std::exchange(m_state->asker, {}).resume();
    }

private:
    std::shared_ptr<State> m_state;
};

// What `co_await` on ask() waits for. The waiting coroutine may be destroyed before the answer arrives.
template <typename T, typename Start> class Asking
{
public:
    explicit Asking(Start start)
        : m_start(std::move(start))
        , m_state(std::make_shared<typename Reply<T>::State>())
    { }
    Asking(Asking &&) noexcept = default; // g++ 12 moves what it awaits into the coroutine's frame
    Asking &operator=(Asking &&) = delete;
    ~Asking()
    {
        if (m_state)
            m_state->asker = {};
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> asker)
    {
        m_state->home = Mailbox::current();
        Q_ASSERT(m_state->home);
        m_state->asker = asker;
        m_start(Reply<T>(m_state));
    }
    T await_resume() { return std::move(*m_state->answer); }

private:
    Start m_start;
    std::shared_ptr<typename Reply<T>::State> m_state;
};

// Awaits an answer that another thread gives: `start` is called at once with a Reply<T> to pass on, typically
// inside work that it posts to that thread's mailbox. The coroutine resumes in the calling thread, which must
// own a Mailbox.
template <typename T, typename Start> [[nodiscard]] Asking<T, Start> ask(Start start)
{
    return Asking<T, Start>(std::move(start));
}

// As ask(), but answers `late` when nothing came within `patience`; what comes afterwards is dropped.
template <typename T, typename Start>
[[nodiscard]] auto askWithin(std::chrono::milliseconds patience, T late, Start start)
{
    return ask<T>([patience, late = std::move(late), start = std::move(start)](Reply<T> reply) mutable {
        QTimer::singleShot(patience, Mailbox::current(), [reply, late = std::move(late)] { reply(late); });
        start(std::move(reply));
    });
}

} // namespace nextchat
