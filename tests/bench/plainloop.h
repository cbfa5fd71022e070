// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QtGlobal>

#include <string>
#include <vector>

namespace nextchat::bench {

// The limit that the server is compared with: a thread that calls send() once per message and socket, on
// connected TCP sockets of the loopback, and does nothing else. Its receivers are read as the load clients
// are: by one epoll thread.
class PlainLoop
{
public:
    struct Result
    {
        double senderCpuSeconds = 0; // of the sending thread alone
        double seconds = 0; // from the first send to the last byte received
        qint64 deliveries = 0;
    };

    ~PlainLoop();
    PlainLoop() = default;
    PlainLoop(const PlainLoop &) = delete;
    PlainLoop &operator=(const PlainLoop &) = delete;

    [[nodiscard]] Expected<void> open(int sockets);
    // Sends `frame` to every socket, `messages` times, `perSecond` messages a second (0: as fast as it goes).
    [[nodiscard]] Expected<Result> run(const std::string &frame, int messages, double perSecond);

private:
    [[nodiscard]] Expected<void> openPair(int listener);
    void sendAll(const std::string &frame, int messages, double perSecond) const;
    [[nodiscard]] bool receive(qint64 bytes);

    std::vector<int> m_senders;
    std::vector<int> m_receivers;
    int m_epoll = -1;
};

} // namespace nextchat::bench
