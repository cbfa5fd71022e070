// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/deferred.h"
#include "common/signalr/hubmessage.h"
#include "common/support/expected.h"

#include <chrono>
#include <unordered_map>

namespace nextchat::signalr {

// The calls of one client that the server awaits the results of (signalr-notes 1.8). One thread.
class ClientResults
{
public:
    using Clock = std::chrono::steady_clock;
    using Answer = Deferred<Expected<Value>>;

    struct Call
    {
        QString invocationId; // `s<N>`, so that it is none of the client's own
        Answer answer;
    };
    [[nodiscard]] Call open(Clock::time_point deadline);

    // Whoever waits goes on before these return. False when the completion is for none of them.
    bool complete(const Completion &completion);
    void expire(Clock::time_point now);
    void failAll(const Error &error);

private:
    struct Waiting
    {
        Answer answer;
        Clock::time_point deadline;
    };

    std::unordered_map<QString, Waiting> m_waiting;
    quint64 m_last = 0;
};

} // namespace nextchat::signalr
