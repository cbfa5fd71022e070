// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>

namespace nextchat::broker {

// Whether the broker's database works. Written by the broker's thread, read by any.
class StoreHealth
{
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds memory{5}; // contract.md 3

    void noteSuccess()
    {
        m_lastSuccess.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    }
    void noteFailure() { m_lastSuccess.store(never, std::memory_order_relaxed); }

    // Whether the last attempt worked.
    [[nodiscard]] bool isUp() const { return m_lastSuccess.load(std::memory_order_relaxed) != never; }
    // How long ago it was. Only while isUp().
    [[nodiscard]] Clock::duration age() const
    {
        return Clock::now().time_since_epoch()
            - Clock::duration(m_lastSuccess.load(std::memory_order_relaxed));
    }
    // Whether it worked, and is not too long ago: the thread may hang in a write.
    [[nodiscard]] bool isHealthy() const { return isUp() && age() < memory; }

private:
    static constexpr Clock::rep never = Clock::duration::min().count();

    std::atomic<Clock::rep> m_lastSuccess = never;
};

} // namespace nextchat::broker
