// SPDX-License-Identifier: MIT
#include "server/ops/loopwatchdog.h"

namespace nextchat::ops {

namespace {

double seconds(std::chrono::steady_clock::duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

} // namespace

LoopWatchdog::LoopWatchdog(MetricsRegistry &metrics, LoopPatience patience, QObject *parent)
    : QObject(parent)
    , m_metrics(metrics)
    , m_patience(patience)
    , m_lastTick(now())
{
    m_timer.setInterval(patience.interval);
    m_timer.callOnTimeout(this, &LoopWatchdog::tick);
    m_timer.start();
}

void LoopWatchdog::watch(const QByteArray &name, Mailbox &mailbox)
{
    Gauge &delay =
        m_metrics.gauge("nextchat_event_loop_delay_seconds",
                        "How long the last tick waited in the event loop's queue.", {{"loop", name}});
    const std::scoped_lock lock(m_mutex);
    m_loops.push_back(std::shared_ptr<Loop>(new Loop{name, &mailbox, delay}));
}

void LoopWatchdog::unwatch(Mailbox &mailbox)
{
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_loops, [&mailbox](const auto &loop) { return loop->mailbox == &mailbox; });
}

void LoopWatchdog::tick()
{
    const Clock::rep time = now();
    m_lastTick.store(time, std::memory_order_relaxed);
    const std::scoped_lock lock(m_mutex);
    for (const std::shared_ptr<Loop> &loop : m_loops) {
        // One tick at a time: a dead loop's mailbox does not fill up.
        if (const Clock::rep since = loop->waitingSince.load(std::memory_order_relaxed)) {
            loop->delay.set(seconds(Clock::duration(time - since)));
            continue;
        }
        loop->waitingSince.store(time, std::memory_order_relaxed);
        loop->mailbox->post([loop, time] {
            loop->delay.set(seconds(Clock::duration(now() - time)));
            loop->waitingSince.store(0, std::memory_order_relaxed);
        });
    }
}

QList<QByteArray> LoopWatchdog::stalled() const
{
    QList<QByteArray> names;
    if (isTooOld(m_lastTick.load(std::memory_order_relaxed)))
        names.push_back("main");
    const std::scoped_lock lock(m_mutex);
    for (const std::shared_ptr<Loop> &loop : m_loops) {
        const Clock::rep since = loop->waitingSince.load(std::memory_order_relaxed);
        if (since != 0 && isTooOld(since))
            names.push_back(loop->name);
    }
    return names;
}

} // namespace nextchat::ops
