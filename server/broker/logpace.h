// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <utility>

namespace nextchat::broker {

// Lets a line of the log pass once in a while, however often there is something to say, and counts what it
// kept back.
class LogPace
{
public:
    static constexpr std::chrono::seconds interval{10};

    // How much there was to say since the last line, these included; 0: be silent.
    [[nodiscard]] int due(int count = 1,
                          std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now())
    {
        m_waiting += count;
        if (m_hasSaid && now - m_lastLine < interval)
            return 0;
        m_hasSaid = true;
        m_lastLine = now;
        return std::exchange(m_waiting, 0);
    }

private:
    std::chrono::steady_clock::time_point m_lastLine;
    bool m_hasSaid = false;
    int m_waiting = 0;
};

} // namespace nextchat::broker
