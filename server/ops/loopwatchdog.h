// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/mailbox.h"
#include "common/support/metrics.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace nextchat::ops {

struct LoopPatience
{
    std::chrono::milliseconds interval = std::chrono::seconds(1); // between ticks
    std::chrono::milliseconds limit =
        std::chrono::seconds(5); // a tick unanswered for longer: the loop is dead
};

// Finds event loops that no longer turn: posts a tick to each watched mailbox from time to time and looks
// whether it is answered. Its own loop, which ticks, is watched too.
//
// Lives in the main thread; isAlive() and stalled() may be called from any. The registry must outlive the
// watched loops.
class LoopWatchdog : public QObject
{
public:
    explicit LoopWatchdog(MetricsRegistry &metrics, LoopPatience patience = {}, QObject *parent = nullptr);

    // From now on; `name` is what metrics and /healthz call the loop, e.g. io0.
    void watch(const QByteArray &name, Mailbox &mailbox);
    // To be called before the mailbox goes.
    void unwatch(Mailbox &mailbox);

    [[nodiscard]] bool isAlive() const { return stalled().isEmpty(); }
    // The names of the dead loops; "main" for the watchdog's own.
    [[nodiscard]] QList<QByteArray> stalled() const;

private:
    using Clock = std::chrono::steady_clock;

    struct Loop
    {
        QByteArray name;
        Mailbox *mailbox;
        Gauge &delay;
        std::atomic<Clock::rep> waitingSince = 0; // when the unanswered tick was posted; 0: none waits
    };

    void tick();
    [[nodiscard]] static Clock::rep now() { return Clock::now().time_since_epoch().count(); }
    [[nodiscard]] bool isTooOld(Clock::rep since) const
    {
        return Clock::duration(now() - since) > m_patience.limit;
    }

    MetricsRegistry &m_metrics;
    const LoopPatience m_patience;
    QTimer m_timer;
    std::atomic<Clock::rep> m_lastTick;
    mutable std::mutex m_mutex; // guards the list; never held while a loop is waited for
    std::vector<std::shared_ptr<Loop>> m_loops;
};

} // namespace nextchat::ops
