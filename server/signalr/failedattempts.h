// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QHash>

#include <chrono>
#include <mutex>

namespace nextchat::signalr {

// Counts the requests of each address that proved no identity. Any thread; takes a lock, at failures alone.
class FailedAttempts
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::minutes window{1}; // after which counting begins anew
    static constexpr int tolerated = 10; // in a window; whatever follows is slowed down and not logged
    static constexpr std::chrono::seconds delay{1}; // of those answers
    static constexpr qsizetype maximumAddresses = 10'000; // counted alone; others share one count

    // Counts one more, and says how many it makes in this window.
    int add(const QByteArray &address, Clock::time_point now);

private:
    std::mutex m_mutex;
    QHash<QByteArray, int> m_counts;
    Clock::time_point m_began = {};
};

} // namespace nextchat::signalr
