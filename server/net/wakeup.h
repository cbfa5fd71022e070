// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace nextchat::net {

// Ends one thread's wait from any thread. The descriptor carries no information of its own: whether somebody
// called is in the atomic, and the descriptor is written only when the thread really sleeps, at most once per
// sleep.
//
// Owned by the sleeping thread; wake() may be called from any.
class WakeUp
{
public:
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp &) = delete;
    WakeUp &operator=(const WakeUp &) = delete;

    // Makes the sleeper's present wait, or its next one, end at once. What the caller wrote before is visible
    // to the sleeper after its woken().
    void wake();

    // Announces the wait. False: somebody called already, so don't wait.
    [[nodiscard]] bool fallAsleep();
    // To be called after every wait, also one that did not happen. True when somebody called since the last
    // time.
    bool woken();

    // Becomes readable when a sleeper is called. It stays readable until clear(), so watch it edge-triggered.
    [[nodiscard]] int descriptor() const { return m_descriptor; }
    void clear();

private:
    enum class State { Running, Asleep, Called };

    std::atomic<State> m_state = State::Running;
    int m_descriptor;
};

} // namespace nextchat::net
