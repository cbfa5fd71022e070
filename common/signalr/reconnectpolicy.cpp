// SPDX-License-Identifier: MIT
#include "common/signalr/reconnectpolicy.h"

#include "common/support/jitter.h"

namespace nextchat::signalr {

std::optional<std::chrono::milliseconds> ReconnectPolicy::delay(int attempt) const
{
    if (isOff() || (!forever && attempt >= delays.size()))
        return std::nullopt;
    const auto base = delays.at(std::min<qsizetype>(attempt, delays.size() - 1));
    return jittered(base, jitter);
}

ReconnectPolicy ReconnectPolicy::forChat()
{
    using namespace std::chrono_literals;
    return {.delays = {0ms, 1000ms, 2000ms, 5000ms, 10'000ms, 30'000ms}, .forever = true};
}

} // namespace nextchat::signalr
