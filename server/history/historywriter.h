// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/broker/redis/tls.h"
#include "server/broker/storehealth.h"
#include "server/history/writermetrics.h"
#include "server/net/eventloopthread.h"
#include "sqlmigrate/databaseurl.h"

#include <QStringList>

#include <memory>
#include <vector>

namespace nextchat::history {

class PartitionWriter;

struct HistoryWriterOptions
{
    sqlmigrate::DatabaseUrl database{};
    QStringList redisUrls; // as the broker's, and what belongs to them
    broker::redis::Tls::Options tls;
    QString prefix = QStringLiteral("nc");
    int partitions = 16;
    std::chrono::milliseconds commandTimeout{2000};
    int writers = 1; // threads, each with a connection of its own (history.writers)
    // How long a partition is a writer's without a sign of life.
    std::chrono::milliseconds lease{10000};
    // How long messages are gathered for a transaction, unless there are many.
    std::chrono::milliseconds gatherTime{100};
    int batchSize = 8192; // entries of a transaction, about
    std::chrono::milliseconds answerTimeout{10000}; // of a statement
    // What clients are sent. While that grows, a writer that has much to do leaves time to others; but not
    // from half of so many entries on that a partition has in store (0: always).
    const Counter *sent = nullptr;
    qint64 maximumBacklog = 0;
};

// Stores the messages of the logs in the database, behind the broker (design.md 6): exactly once, since each
// transaction moves the position in the log with the rows, and only under the fence of the partition's owner.
// The writers of all servers share the partitions.
//
// While the database is away it tries again, with pauses that grow; the logs keep what is not stored. Made
// and destroyed by one thread.
class HistoryWriter
{
public:
    // InvalidArgument for a URL of Redis, or a file of TLS. The database need not be there.
    [[nodiscard]] static Expected<std::unique_ptr<HistoryWriter>> start(const HistoryWriterOptions &options,
                                                                        MetricsRegistry &metrics);
    // Finishes what is being stored, and leaves the partitions to others.
    ~HistoryWriter();

    // Whether the database could be written to the last time, a few seconds ago. Any thread.
    [[nodiscard]] bool isHealthy() const;

private:
    struct Writer
    {
        broker::StoreHealth health;
        std::unique_ptr<PartitionWriter> writer; // the thread's
        std::unique_ptr<net::EventLoopThread> thread;
    };

    explicit HistoryWriter(MetricsRegistry &metrics);

    WriterMetrics m_metrics;
    std::vector<std::unique_ptr<Writer>> m_writers;
};

} // namespace nextchat::history
