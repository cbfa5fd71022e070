// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <ctime>

namespace nextchat::bench {

// What a process holds.
struct Footprint
{
    qint64 residentBytes = 0;
    qint64 descriptors = 0;
    qint64 threads = 0;
};

// What a running process of the same user has used so far.
class ProcessUsage
{
public:
    explicit ProcessUsage(qint64 processId);

    // Of all its threads, also those that ended; as exact as the scheduler's own accounts (nanoseconds).
    [[nodiscard]] double cpuSeconds() const;
    [[nodiscard]] qint64 residentBytes() const;
    [[nodiscard]] Footprint footprint() const;

private:
    qint64 m_processId;
    clockid_t m_clock = 0;
};

// Of the calling thread.
[[nodiscard]] double threadCpuSeconds();

// Lets this process, and those it starts, have as many descriptors as the user may. Returns that number.
qint64 raiseDescriptorLimit();

} // namespace nextchat::bench
