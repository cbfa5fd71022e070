// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <deque>
#include <memory>

namespace nextchat::chat {

// Lets coroutines of one thread through a stretch of code one after the other, in order:
//     const auto pass = co_await turnstile.enter();
// Outlives its passes.
class Turnstile
{
public:
    class Pass
    {
    public:
        explicit Pass(Turnstile &turnstile)
            : m_turnstile(&turnstile)
        { }
        Pass(Pass &&other) noexcept
            : m_turnstile(std::exchange(other.m_turnstile, nullptr))
        { }
        Pass &operator=(Pass &&) = delete;
        ~Pass()
        {
            if (m_turnstile)
                m_turnstile->next();
        }

    private:
        Turnstile *m_turnstile;
    };

    [[nodiscard]] auto enter()
    {
        struct Entering
        {
            Turnstile &turnstile;

            [[nodiscard]] bool await_ready() const { return !std::exchange(turnstile.m_occupied, true); }
            void await_suspend(std::coroutine_handle<> handle) { turnstile.m_waiting.push_back(handle); }
            [[nodiscard]] Pass await_resume() const { return Pass(turnstile); }
        };
        return Entering{*this};
    }

private:
    void next()
    {
        if (m_waiting.empty()) {
            m_occupied = false;
            return;
        }
        const auto handle = m_waiting.front();
        m_waiting.pop_front();
        handle.resume();
    }

    bool m_occupied = false;
    std::deque<std::coroutine_handle<>> m_waiting;
};

} // namespace nextchat::chat
