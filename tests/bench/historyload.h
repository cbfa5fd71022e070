// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/broker/redisbroker.h"
#include "sqlmigrate/connection.h"
#include "tests/bench/rawredis.h"
#include "tests/support/mariadbserver.h"
#include "tests/support/redisserver.h"

#include <memory>

namespace nextchat::bench {

// A Redis with the logs of a deployment, and a MariaDB that commits durably. One thread.
class HistoryLoad
{
public:
    static constexpr int partitions = 16;
    static constexpr int groups = 100;
    static constexpr std::size_t textSize = 200;
    static const QByteArray prefix;

    // With MariaDB's usual memory, or that many MiB for its pages.
    [[nodiscard]] static Expected<std::unique_ptr<HistoryLoad>> open(int bufferPool = 256);

    // A database with the schema; its URL.
    [[nodiscard]] Expected<sqlmigrate::DatabaseUrl> makeDatabase();

    // Begins the epochs, and makes the groups.
    [[nodiscard]] Expected<void> makeGroups();
    // Publishes that many messages, in all groups in turn.
    [[nodiscard]] Expected<void> publish(qint64 messages);
    // Empties the logs of what is stored.
    [[nodiscard]] Expected<void> trim();

    [[nodiscard]] QString redisUrl() const { return m_redis.url(); }

private:
    HistoryLoad(int bufferPool);

    test::RedisServer m_redis;
    test::MariaDbServer m_mariaDb;
    std::unique_ptr<RawRedis> m_client;
    std::vector<std::unique_ptr<RawPublisher>> m_publishers;
    qint64 m_published = 0;
};

[[nodiscard]] QString groupName(int number);

// Rows a second of a loop that does nothing but insert messages as a HistoryWriter does: that many in all,
// 512 in a statement, 8,192 in a transaction.
[[nodiscard]] Expected<double> plainInsertRate(const sqlmigrate::DatabaseUrl &database, qint64 messages);

} // namespace nextchat::bench
