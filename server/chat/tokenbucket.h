// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>

namespace nextchat::chat {

// Lets `perSecond` things a second happen on average, `burst` of them at once. Value type.
class TokenBucket
{
public:
    using Clock = std::chrono::steady_clock;

    // A rate of 0 or less lets everything happen.
    TokenBucket(double perSecond, double burst)
        : m_perSecond(perSecond)
        , m_burst(burst)
        , m_tokens(burst)
        , m_at(Clock::now())
    { }

    // Whether one more may happen now; counts it if so.
    [[nodiscard]] bool take(Clock::time_point now = Clock::now())
    {
        if (m_perSecond <= 0)
            return true;
        const double elapsed = std::chrono::duration<double>(now - m_at).count();
        m_tokens = std::min(m_burst, m_tokens + elapsed * m_perSecond);
        m_at = now;
        if (m_tokens < 1)
            return false;
        m_tokens -= 1;
        return true;
    }

private:
    double m_perSecond;
    double m_burst;
    double m_tokens;
    Clock::time_point m_at;
};

} // namespace nextchat::chat
