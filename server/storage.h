// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/configuration.h"

#include <memory>

namespace nextchat {

namespace broker {
class DataFolder;
class MessageBroker;
class RedisBroker;
} // namespace broker
namespace history {
class HistoryStore;
class HistoryWriter;
class MessageExpiry;
class SqlMessageArchive;
} // namespace history

// What a server keeps messages with: alone, a broker that stores them in the data folder; with Redis, a
// broker that shares them with other servers, and perhaps a database that is written behind it.
struct Storage
{
    Storage();
    Storage(Storage &&) noexcept;
    Storage &operator=(Storage &&) noexcept;
    ~Storage();

    // As the configuration says. Fails with a sentence for the person who started the server; a database that
    // is away is no reason, one with a schema that this program can't write to is.
    [[nodiscard]] static Expected<Storage> open(const ServerConfiguration &configuration,
                                                MetricsRegistry &metrics);
    // Answers whoever waits.
    void close();
    // Whether messages can be stored. Any thread.
    [[nodiscard]] bool historyWorks() const;

    // In the order in which they need one another.
    std::unique_ptr<broker::DataFolder> folder; // of a SQLite file beside Redis
    std::unique_ptr<history::SqlMessageArchive> archive; // with a database beside Redis
    std::unique_ptr<broker::MessageBroker> broker;
    std::unique_ptr<history::HistoryStore> history; // reads what the broker wrote, and ends before it
    std::unique_ptr<history::HistoryWriter> writer; // with a database beside Redis
    std::unique_ptr<history::MessageExpiry> expiry; // where messages are not kept for ever
    broker::RedisBroker *redis = nullptr; // the broker, if it is that
};

} // namespace nextchat
