// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractEventDispatcher>
#include <QHash>
#include <QList>

#include <chrono>
#include <compare>
#include <optional>
#include <set>
#include <vector>

namespace nextchat::net {

// The timers of one event dispatcher. Timers fire in the order of their deadlines, those of one deadline in
// the order in which they were started. Starting, stopping and firing cost O(log timers).
//
// As Qt documents: a precise timer never fires early; a coarse one fires within 5% of its interval and a very
// coarse one on a full second, so that many of them share a wake-up. A timer never fires inside its own
// event.
//
// Owned by the dispatcher's thread.
class TimerQueue
{
public:
    using Clock = std::chrono::steady_clock;

    // `interval` in milliseconds, 0 means once per turn.
    void add(int id, qint64 interval, Qt::TimerType type, QObject *object);
    // False when there is no such timer.
    bool remove(int id);
    bool removeAll(QObject *object);
    void clear();

    [[nodiscard]] QList<QAbstractEventDispatcher::TimerInfo> timersOf(QObject *object) const;
    // Milliseconds until it fires, rounded up; 0 when it is due, -1 when there is no such timer.
    [[nodiscard]] int remaining(int id) const;
    // Milliseconds until the first timer fires, rounded up, 0 when one is due; -1 when no timer waits.
    [[nodiscard]] int nextWait() const;

    // Sends a QTimerEvent for each timer that is due now, each at most once. Timers may come and go
    // meanwhile, and a nested event loop may call this again. Returns the number of events sent.
    int fire();

private:
    // When a timer fires; the serial number keeps the order and tells a restarted timer from its former self.
    struct Turn
    {
        Clock::time_point deadline;
        quint64 serial;
        int id;
        friend auto operator<=>(const Turn &, const Turn &) = default;
    };
    struct Timer
    {
        std::chrono::milliseconds interval;
        qint64 requestedInterval; // as Qt wants to hear it again
        Qt::TimerType type;
        QObject *object;
        Clock::time_point
            ideal; // the deadline before it was rounded, so that a repeated timer does not drift
        Turn turn; // not in m_turns while its event is being handled
        quint64 identity; // of this registration; ids are used again
    };

    void schedule(int id, Timer &timer);
    [[nodiscard]] static Clock::time_point rounded(const Timer &timer);
    bool fireOne(const Turn &turn, Clock::time_point now);
    void finish(int id, quint64 identity);

    QHash<int, Timer> m_timers;
    QHash<QObject *, QList<int>> m_ofObject;
    std::set<Turn> m_turns;
    quint64 m_nextSerial = 0;
};

} // namespace nextchat::net
