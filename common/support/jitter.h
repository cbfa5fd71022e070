// SPDX-License-Identifier: MIT
#pragma once

#include <QRandomGenerator>

#include <chrono>

namespace nextchat {

// The interval, longer or shorter at random by up to `share` of it (0 to 1): many who wait for the same do
// not come at the same time. Any thread.
inline std::chrono::milliseconds jittered(std::chrono::milliseconds interval, double share)
{
    const double factor = 1 + share * (2 * QRandomGenerator::global()->generateDouble() - 1);
    return std::chrono::milliseconds(static_cast<qint64>(static_cast<double>(interval.count()) * factor));
}

} // namespace nextchat
