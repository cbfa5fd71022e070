// SPDX-License-Identifier: MIT
#include "server/net/epolldispatcher.h"

#include <QCoreApplication>

#include <poll.h>

namespace nextchat::net {

EpollDispatcher::EpollDispatcher(QObject *parent)
    : QAbstractEventDispatcher(parent)
    , m_notifiers(m_wakeUp.descriptor())
{ }

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    // An interruption that came between two turns still counts: this turn does not block then.
    const bool interrupted = m_interrupted.exchange(false);
    Q_EMIT awake();
    QCoreApplication::sendPostedEvents();

    const bool withSockets = !flags.testFlag(QEventLoop::ExcludeSocketNotifiers);
    const bool withTimers = !flags.testFlag(QEventLoop::X11ExcludeTimers);
    const bool mayBlock = flags.testFlag(QEventLoop::WaitForMoreEvents) && !interrupted && !m_interrupted;
    if (mayBlock)
        Q_EMIT aboutToBlock();
    if (m_interrupted)
        return false;

    const bool woken = wait(mayBlock, withSockets, withTimers);
    int events = woken ? 1 : 0;
    if (withSockets)
        events += m_notifiers.activate();
    if (withTimers)
        events += m_timers.fire();
    return events > 0;
}

// Returns true when a wake-up came, which may have ended the wait.
bool EpollDispatcher::wait(bool mayBlock, bool withSockets, bool withTimers)
{
    if (!withSockets)
        m_wakeUp.clear();
    else if (!m_notifiers.prepare())
        mayBlock = false;
    const bool asleep = mayBlock && m_wakeUp.fallAsleep();
    for (;;) {
        const int untilTimer = withTimers ? m_timers.nextWait() : -1;
        const int timeout = asleep ? untilTimer : 0;
        if (withSockets ? m_notifiers.wait(timeout) : waitForWakeUp(timeout))
            break;
    }
    return m_wakeUp.woken();
}

bool EpollDispatcher::waitForWakeUp(int timeout)
{
    if (timeout == 0)
        return true;
    pollfd descriptor{.fd = m_wakeUp.descriptor(), .events = POLLIN, .revents = 0};
    return poll(&descriptor, 1, timeout) >= 0;
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    m_notifiers.add(notifier);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    m_notifiers.remove(notifier);
}

void EpollDispatcher::registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject *object)
{
    m_timers.add(timerId, interval, timerType, object);
}

bool EpollDispatcher::unregisterTimer(int timerId)
{
    return m_timers.remove(timerId);
}

bool EpollDispatcher::unregisterTimers(QObject *object)
{
    return m_timers.removeAll(object);
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    return m_timers.timersOf(object);
}

int EpollDispatcher::remainingTime(int timerId)
{
    return m_timers.remaining(timerId);
}

void EpollDispatcher::wakeUp()
{
    m_wakeUp.wake();
}

void EpollDispatcher::interrupt()
{
    m_interrupted = true;
    wakeUp();
}

void EpollDispatcher::closingDown()
{
    m_notifiers.clear();
    m_timers.clear();
}

} // namespace nextchat::net
