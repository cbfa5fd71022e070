// SPDX-License-Identifier: MIT
#include "server/signalr/failedattempts.h"

namespace nextchat::signalr {

int FailedAttempts::add(const QByteArray &address, Clock::time_point now)
{
    const std::lock_guard lock(m_mutex);
    if (now - m_began >= window) {
        m_began = now;
        m_counts.clear();
    }
    const bool isKnown = m_counts.size() < maximumAddresses || m_counts.contains(address);
    return ++m_counts[isKnown ? address : QByteArray()];
}

} // namespace nextchat::signalr
