// SPDX-License-Identifier: MIT
#pragma once

#include "tests/bench/benchserver.h"
#include "tests/bench/loadclients.h"

namespace nextchat::bench {

// All `clients` join `group` (a JSON string), which the first one makes.
[[nodiscard]] Expected<void> joinGroup(LoadClients &clients, const std::string &group);

// Clients that are members of one group, and what happens when some of them talk.
class GroupLoad
{
public:
    struct Result
    {
        qint64 sent = 0;
        qint64 deliveries = 0;
        double seconds = 0; // from the first message to the last delivery
        double serverCpuSeconds = 0;
        double clientCpuSeconds = 0;
        double p50 = 0; // milliseconds from when a message was due to be sent, to its receipt
        double p99 = 0;
        bool complete = false; // every member got every message
    };

    // The server must outlive it. `textSize` in characters.
    GroupLoad(const BenchServer &server, std::string group, std::size_t textSize = 200,
              LoadClients::Encoding encoding = LoadClients::Encoding::Json);

    // Opens `members` connections; the first makes the group, all join.
    [[nodiscard]] Expected<void> open(int members);

    // The first `senders` members in turn send `perSecond` messages a second for `seconds`, then all that is
    // under way arrives, unless nothing moves for ten seconds.
    [[nodiscard]] Result talk(int senders, double perSecond, double seconds);

    // The first member sends `perSecond` * `seconds` messages, no faster than that, and each only when all
    // have the one before: no two of them can leave the server in one write.
    [[nodiscard]] Result talkSlowly(double perSecond, double seconds);

    [[nodiscard]] LoadClients &clients() { return m_clients; }

private:
    template <typename Send> [[nodiscard]] Result measure(Send send);
    void sendOne(int sender, std::int64_t due);
    void turnUntilTime(std::int64_t time);
    [[nodiscard]] bool arrive(qint64 deliveries);

    const BenchServer &m_server;
    const std::string m_group; // as a JSON string
    const std::size_t m_textSize;
    LoadClients m_clients;
};

} // namespace nextchat::bench
