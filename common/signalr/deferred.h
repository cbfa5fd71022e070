// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractEventDispatcher>
#include <QMetaObject>

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

namespace nextchat::signalr {

// A value that comes later, in the same thread, for one coroutine that waits for it. Copies share the value.
template <typename T> class Deferred
{
    struct State
    {
        std::optional<T> value;
        std::coroutine_handle<> waiting;
    };

public:
    class Awaiter
    {
    public:
        explicit Awaiter(std::shared_ptr<State> state)
            : m_state(std::move(state))
        { }
        Awaiter(const Awaiter &) = delete;
        Awaiter &operator=(const Awaiter &) = delete;
        Awaiter(Awaiter &&) noexcept = default;
        ~Awaiter()
        {
            if (m_state)
                m_state->waiting = {};
        }

        [[nodiscard]] bool await_ready() const noexcept { return m_state->value.has_value(); }
        void await_suspend(std::coroutine_handle<> waiting) { m_state->waiting = waiting; }
        T await_resume() { return std::move(*m_state->value); }

    private:
        std::shared_ptr<State> m_state;
    };

    // `co_await deferred.wait()`, once.
    [[nodiscard]] Awaiter wait() const { return Awaiter(m_state); }

    // The first value counts. The waiting coroutine goes on before this returns, and may destroy whoever
    // called it.
    void resolve(T value) const
    {
        if (m_state->value)
            return;
        m_state->value.emplace(std::move(value));
        if (m_state->waiting)
            std::exchange(m_state->waiting, {}).resume();
    }

    // As resolve(), from the event loop: for destructors, where whoever waits must not see the object half
    // gone.
    void resolveLater(T value) const
    {
        QMetaObject::invokeMethod(
            QAbstractEventDispatcher::instance(),
            [self = *this, value = std::move(value)]() mutable { self.resolve(std::move(value)); },
            Qt::QueuedConnection);
    }

private:
    std::shared_ptr<State> m_state = std::make_shared<State>();
};

} // namespace nextchat::signalr
