// SPDX-License-Identifier: MIT
#include "server/net/timerqueue.h"

#include <QCoreApplication>
#include <QTimerEvent>

#include <bit>
#include <limits>

namespace nextchat::net {

using namespace std::chrono_literals;

namespace {

// Longer intervals than this don't fit the clock; nobody sees the difference.
constexpr std::chrono::milliseconds longestInterval = std::chrono::hours(24 * 365 * 100);

// Below this interval, in milliseconds, 5% is less than the resolution of the wait.
constexpr qint64 shortestCoarse = 20;

TimerQueue::Clock::time_point roundedTo(TimerQueue::Clock::time_point time, std::chrono::milliseconds grid)
{
    const auto step = std::chrono::duration_cast<TimerQueue::Clock::duration>(grid);
    const auto sinceStart = time.time_since_epoch() + step / 2;
    return TimerQueue::Clock::time_point(sinceStart - sinceStart % step);
}

int millisecondsUntil(TimerQueue::Clock::time_point time)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - TimerQueue::Clock::now()).count();
    return static_cast<int>(std::clamp<qint64>(left, 0, std::numeric_limits<int>::max()));
}

} // namespace

void TimerQueue::add(int id, qint64 interval, Qt::TimerType type, QObject *object)
{
    remove(id);
    auto bounded = std::clamp(std::chrono::milliseconds(interval), 0ms, longestInterval);
    if (type == Qt::VeryCoarseTimer && interval > 0)
        bounded = std::max<std::chrono::milliseconds>(1s, std::chrono::round<std::chrono::seconds>(bounded));
    Timer timer{.interval = bounded,
                .requestedInterval = interval,
                .type = type,
                .object = object,
                .ideal = Clock::now() + bounded,
                .turn = {},
                .identity = m_nextSerial};
    schedule(id, timer);
    m_timers.insert(id, timer);
    m_ofObject[object].append(id);
}

bool TimerQueue::remove(int id)
{
    const auto timer = m_timers.constFind(id);
    if (timer == m_timers.cend())
        return false;
    m_turns.erase(timer->turn);
    const auto ids = m_ofObject.find(timer->object);
    ids->removeOne(id);
    if (ids->isEmpty())
        m_ofObject.erase(ids);
    m_timers.erase(timer);
    return true;
}

bool TimerQueue::removeAll(QObject *object)
{
    const QList<int> ids = m_ofObject.take(object);
    for (int id : ids)
        m_turns.erase(m_timers.take(id).turn);
    return !ids.isEmpty();
}

void TimerQueue::clear()
{
    m_timers.clear();
    m_ofObject.clear();
    m_turns.clear();
}

QList<QAbstractEventDispatcher::TimerInfo> TimerQueue::timersOf(QObject *object) const
{
    QList<QAbstractEventDispatcher::TimerInfo> infos;
    const QList<int> ids = m_ofObject.value(object);
    for (int id : ids) {
        const auto timer = m_timers.constFind(id);
        infos.emplaceBack(id, static_cast<int>(timer->requestedInterval), timer->type);
    }
    return infos;
}

int TimerQueue::remaining(int id) const
{
    const auto timer = m_timers.constFind(id);
    return timer == m_timers.cend() ? -1 : millisecondsUntil(timer->turn.deadline);
}

int TimerQueue::nextWait() const
{
    return m_turns.empty() ? -1 : millisecondsUntil(m_turns.begin()->deadline);
}

int TimerQueue::fire()
{
    if (m_turns.empty())
        return 0;
    const auto now = Clock::now();
    // Gathered first: what the events start or repeat waits for the next turn, so that sockets get theirs.
    std::vector<Turn> due;
    for (auto turn = m_turns.cbegin(); turn != m_turns.cend() && turn->deadline <= now; ++turn)
        due.push_back(*turn);
    int fired = 0;
    for (const Turn &turn : due)
        fired += fireOne(turn, now) ? 1 : 0;
    return fired;
}

void TimerQueue::schedule(int id, Timer &timer)
{
    timer.turn = {.deadline = rounded(timer), .serial = m_nextSerial++, .id = id};
    m_turns.insert(timer.turn);
}

TimerQueue::Clock::time_point TimerQueue::rounded(const Timer &timer)
{
    const qint64 interval = timer.interval.count();
    if (timer.type == Qt::VeryCoarseTimer && interval > 0)
        return roundedTo(timer.ideal, 1s);
    if (timer.type == Qt::PreciseTimer || interval <= shortestCoarse)
        return timer.ideal;
    // A power of two, so that timers of different intervals meet too; rounding moves by half of it at most.
    const auto grid = std::bit_floor(static_cast<quint64>(interval) / 10);
    return roundedTo(timer.ideal, std::chrono::milliseconds(grid));
}

bool TimerQueue::fireOne(const Turn &turn, Clock::time_point now)
{
    // Not there any more: stopped or restarted by an earlier event, or fired by a nested event loop.
    if (m_turns.erase(turn) == 0)
        return false;
    Timer &timer = m_timers[turn.id];
    const quint64 identity = timer.identity;
    QObject *object = timer.object;
    timer.ideal += timer.interval;
    if (timer.ideal <= now)
        timer.ideal = now + timer.interval;
    timer.turn.deadline = rounded(timer);

    QTimerEvent event(turn.id);
    QCoreApplication::sendEvent(object, &event);
    finish(turn.id, identity);
    return true;
}

// Queues the timer again, unless its event stopped or restarted it.
void TimerQueue::finish(int id, quint64 identity)
{
    const auto timer = m_timers.find(id);
    if (timer == m_timers.end() || timer->identity != identity)
        return;
    schedule(id, *timer);
}

} // namespace nextchat::net
