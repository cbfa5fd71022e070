// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>

#include <chrono>
#include <optional>

namespace nextchat::ops {

// What of the machine a server depends on.
struct HostFacts
{
    qint64 openFiles = 0; // that this process may have
    std::optional<int> listenBacklog = {}; // net.core.somaxconn; nothing where it can't be read
    std::chrono::system_clock::time_point now = {};
    std::optional<bool> clockIsSynchronized =
        {}; // by NTP, as the kernel knows; nothing where it can't be asked
};

[[nodiscard]] HostFacts readHostFacts(qint64 openFiles);

// What is worth a warning at start, a sentence each with what to do. `connections`: that are asked for, 0 for
// as many as there may be. `expiresMatter`: tokens that expire are looked at, so that the clock must be
// right.
[[nodiscard]] QStringList warningsAbout(const HostFacts &facts, int connections, bool expiresMatter);

} // namespace nextchat::ops
