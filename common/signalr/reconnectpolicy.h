// SPDX-License-Identifier: MIT
#pragma once

#include <QList>

#include <chrono>
#include <optional>

namespace nextchat::signalr {

// How long to wait before each attempt to connect again. Value type.
struct ReconnectPolicy
{
    QList<std::chrono::milliseconds> delays =
        {}; // before the first, second, ... attempt; empty: never reconnect
    bool forever = false; // the last delay repeats; otherwise there are no more attempts
    double jitter =
        0.25; // each delay varies at random by up to this share, so that many clients do not come at once

    [[nodiscard]] bool isOff() const { return delays.isEmpty(); }

    // The wait before attempt number `attempt` (from 0); nothing when it is time to give up.
    [[nodiscard]] std::optional<std::chrono::milliseconds> delay(int attempt) const;

    [[nodiscard]] static ReconnectPolicy never() { return {}; }
    [[nodiscard]] static ReconnectPolicy forChat(); // 0, 1, 2, 5, 10, 30 s, and every 30 s for ever
};

} // namespace nextchat::signalr
