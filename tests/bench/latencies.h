// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace nextchat::bench {

// Nanoseconds of CLOCK_MONOTONIC.
[[nodiscard]] std::int64_t monotonicNow();

[[nodiscard]] double median(std::vector<double> values);

// Times from one event to another.
class Latencies
{
public:
    void add(std::int64_t from, std::int64_t to)
    {
        m_milliseconds.push_back(static_cast<float>(to - from) / 1e6f);
    }
    void clear() { m_milliseconds.clear(); }
    [[nodiscard]] std::size_t count() const { return m_milliseconds.size(); }
    // The time in milliseconds that `share` (0 to 1) of them stay within; 0 when there are none.
    [[nodiscard]] double quantile(double share) const;

private:
    std::vector<float> m_milliseconds;
};

} // namespace nextchat::bench
