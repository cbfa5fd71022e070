// SPDX-License-Identifier: MIT
#include "common/signalr/reconnectpolicy.h"

#include <QRandomGenerator>

namespace nextchat::signalr {

std::optional<std::chrono::milliseconds> ReconnectPolicy::delay(int attempt) const
{
    if (isOff() || (!forever && attempt >= delays.size()))
        return std::nullopt;
    const auto base = delays.at(std::min<qsizetype>(attempt, delays.size() - 1));
    const double share = 1 + jitter * (2 * QRandomGenerator::global()->generateDouble() - 1);
    return std::chrono::milliseconds(static_cast<qint64>(static_cast<double>(base.count()) * share));
}

ReconnectPolicy ReconnectPolicy::forChat()
{
    using namespace std::chrono_literals;
    return {.delays = {0ms, 1000ms, 2000ms, 5000ms, 10'000ms, 30'000ms}, .forever = true};
}

} // namespace nextchat::signalr
