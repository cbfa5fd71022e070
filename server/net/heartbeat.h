// SPDX-License-Identifier: MIT
#pragma once

#include <QTimer>

#include <array>
#include <chrono>
#include <vector>

namespace nextchat::net {

class Heartbeat;

// Something with time limits that it checks itself, about once a second.
class Ticking
{
public:
    using Clock = std::chrono::steady_clock;

    Ticking() = default;
    Ticking(const Ticking &) = delete;
    Ticking &operator=(const Ticking &) = delete;
    virtual ~Ticking();

    virtual void tick(Clock::time_point now) = 0;

private:
    friend class Heartbeat;
    Heartbeat *m_heartbeat = nullptr;
    std::size_t m_slot = 0;
    std::size_t m_index = 0;
};

// One timer for all connections of a thread instead of one each: a tenth of them is called every 100 ms, so
// that pings and time-outs of connections that were opened together do not fall together. Used in its own
// thread only.
class Heartbeat : public QObject
{
    Q_OBJECT

public:
    explicit Heartbeat(QObject *parent = nullptr);
    ~Heartbeat() override;

    // Calls `ticking` once a second until it is destroyed or removed.
    void add(Ticking *ticking);
    void remove(Ticking *ticking);

private:
    void beat();

    static constexpr std::size_t slots = 10;
    static constexpr std::chrono::milliseconds interval{100};

    QTimer m_timer;
    std::array<std::vector<Ticking *>, slots> m_ticking;
    std::size_t m_next = 0; // the slot whose turn comes next
    std::size_t m_fill = 0; // the slot that the next one joins
};

} // namespace nextchat::net
