// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/configuration.h"

#include <memory>

namespace nextchat {

namespace broker {
class MessageBroker;
class RedisBroker;
} // namespace broker
namespace history {
class HistoryStore;
}

// What a server keeps messages with: alone, a broker that stores them in the data folder; with Redis, a
// broker that shares them with other servers.
struct Storage
{
    Storage();
    Storage(Storage &&) noexcept;
    Storage &operator=(Storage &&) noexcept;
    ~Storage();

    // As the configuration says. Fails with a sentence for the person who started the server.
    [[nodiscard]] static Expected<Storage> open(const ServerConfiguration &configuration,
                                                MetricsRegistry &metrics);
    // Answers whoever waits.
    void close();

    std::unique_ptr<broker::MessageBroker> broker;
    std::unique_ptr<history::HistoryStore> history; // reads what the broker wrote, and ends before it
    broker::RedisBroker *redis = nullptr; // the broker, if it is that
};

} // namespace nextchat
