// SPDX-License-Identifier: MIT
#include "server/net/heartbeat.h"

namespace nextchat::net {

Ticking::~Ticking()
{
    if (m_heartbeat)
        m_heartbeat->remove(this);
}

Heartbeat::Heartbeat(QObject *parent)
    : QObject(parent)
{
    connect(&m_timer, &QTimer::timeout, this, &Heartbeat::beat);
    m_timer.start(interval);
}

Heartbeat::~Heartbeat()
{
    for (const auto &slot : m_ticking) {
        for (Ticking *ticking : slot)
            ticking->m_heartbeat = nullptr;
    }
}

void Heartbeat::add(Ticking *ticking)
{
    Q_ASSERT(!ticking->m_heartbeat);
    auto &slot = m_ticking[m_fill];
    ticking->m_heartbeat = this;
    ticking->m_slot = m_fill;
    ticking->m_index = slot.size();
    slot.push_back(ticking);
    m_fill = (m_fill + 1) % slots;
}

void Heartbeat::remove(Ticking *ticking)
{
    Q_ASSERT(ticking->m_heartbeat == this);
    auto &slot = m_ticking[ticking->m_slot];
    slot.back()->m_index = ticking->m_index;
    slot[ticking->m_index] = slot.back();
    slot.pop_back();
    ticking->m_heartbeat = nullptr;
}

void Heartbeat::beat()
{
    const auto now = Ticking::Clock::now();
    auto &slot = m_ticking[std::exchange(m_next, (m_next + 1) % slots)];
    // From the back: whoever removes itself is replaced by one that was called already.
    for (std::size_t i = slot.size(); i-- > 0;) {
        if (i < slot.size())
            slot[i]->tick(now);
    }
}

} // namespace nextchat::net
