// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "common/support/workerthread.h"
#include "sqlmigrate/connection.h"

#include <QTimer>

#include <atomic>

namespace nextchat::history {

// Deletes messages that are older than they are to be kept (history.retention), in a thread and a connection
// of its own: the oldest of one group after the other, few in a transaction and with pauses between, so that
// nobody else waits. Of a database that several servers share, one deletes at a time. A group's numbers go
// on: its last seq is noted with the deletion.
//
// Made and destroyed by one thread. A database that is away is tried again at the next round.
class MessageExpiry
{
public:
    struct Options
    {
        sqlmigrate::DatabaseUrl database{};
        std::chrono::milliseconds retention{}; // by the clock of this machine
        int batchSize = 500; // messages of a transaction
        std::chrono::milliseconds pause{20}; // after one
        // Between rounds through all groups; 0: a 20th of the retention, 10 s to an hour.
        std::chrono::milliseconds interval{0};
    };

    MessageExpiry(const Options &options, MetricsRegistry &metrics);
    ~MessageExpiry();

private:
    void beginRound();
    [[nodiscard]] Expected<bool> connect(); // false: another server deletes
    void step();
    void endRound();
    [[nodiscard]] Expected<void> readGroups();
    // Gives how many messages were too old, of the first of the group.
    [[nodiscard]] Expected<int> expireSome(const QString &groupId);
    // Gives how many were deleted.
    [[nodiscard]] Expected<int> deleteUpTo(const QString &groupId, qint64 seq, qint64 time);
    void failed(const Error &error);
    [[nodiscard]] bool isMySql() const;
    [[nodiscard]] QVariant bound(const QString &text) const;
    [[nodiscard]] QString group() const; // the parameter for a group's id

    const Options m_options;
    Counter &m_expired;
    std::atomic<bool> m_isStopping = false;
    // These belong to the thread.
    std::unique_ptr<sqlmigrate::Connection> m_connection; // while a round is under way
    std::unique_ptr<QTimer> m_timer;
    QStringList m_groups; // some that are still to be looked at, the next one last
    QString m_lastGroup; // of those; null: none yet
    qint64 m_earliest = 0; // what was sent before is deleted in this round
    bool m_hasFailed = false;
    WorkerThread m_thread;
};

} // namespace nextchat::history
