// SPDX-License-Identifier: MIT
#include "server/net/wakeup.h"

#include "server/net/netlog.h"

#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace nextchat::net {

WakeUp::WakeUp()
    : m_descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (m_descriptor < 0)
        qFatal("Can't make the descriptor that wakes an event loop: errno %d", errno);
}

WakeUp::~WakeUp()
{
    close(m_descriptor);
}

void WakeUp::wake()
{
    if (m_state.exchange(State::Called) == State::Asleep)
        eventfd_write(m_descriptor, 1);
}

bool WakeUp::fallAsleep()
{
    State expected = State::Running;
    return m_state.compare_exchange_strong(expected, State::Asleep);
}

bool WakeUp::woken()
{
    return m_state.exchange(State::Running) == State::Called;
}

void WakeUp::clear()
{
    eventfd_t ignored = 0;
    eventfd_read(m_descriptor, &ignored);
}

} // namespace nextchat::net
