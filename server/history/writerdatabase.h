// SPDX-License-Identifier: MIT
#pragma once

#include "server/history/messageinserter.h"

#include <map>
#include <set>

namespace nextchat::history {

// Where the database is in a partition's log.
struct StoredPosition
{
    QByteArray epoch; // empty: nothing was stored yet
    broker::LogId id; // of the last entry stored
    qint64 number = 0; // of that

    friend bool operator==(const StoredPosition &, const StoredPosition &) = default;
};

// A writer's connection to the database: who owns which partition, and what is stored of it. Whatever an
// error says, a new connection is the way out; it takes its partitions again, and learns where they are.
// Belongs to the thread that opened it.
//
// Errors: Conflict when the schema is not one that this program may write to; Unavailable and others when the
// database can't do it now.
class WriterDatabase
{
public:
    struct Options
    {
        sqlmigrate::DatabaseUrl url{};
        QByteArray owner; // the writer, of this start; at most 64 ASCII characters
        std::chrono::milliseconds lease{10000}; // by the database's clock
        std::chrono::milliseconds answerTimeout{10000}; // of each statement, MySQL
    };
    struct Owned
    {
        qint64 fence = 0;
        StoredPosition position;
    };
    // What is stored together of one partition.
    struct Batch
    {
        int partition = 0;
        qint64 fence = 0;
        StoredPosition before;
        StoredPosition after;
        std::vector<HistoryEntry> entries = {};
    };
    struct Stored
    {
        std::optional<int> lost = {}; // somebody else's partition: nothing was stored
        MessageInserter::Outcome rows = {}; // refers to the batches' entries
    };

    // Looks at the schema, too.
    [[nodiscard]] static Expected<std::unique_ptr<WriterDatabase>> open(const Options &options);
    ~WriterDatabase();

    // Says that this writer is there; gives how many are.
    [[nodiscard]] Expected<int> appear();
    // Makes the leases of these partitions, with their fences, last; gives those that are not this writer's
    // any more.
    [[nodiscard]] Expected<std::vector<int>> renew(const std::map<int, qint64> &fences);
    // Those of 0 .. partitions-1 that nobody owns.
    [[nodiscard]] Expected<std::vector<int>> unowned(int partitions);
    // Takes a partition that nobody else owns, under a fence above all before and of at least `fence`;
    // nothing when somebody does.
    [[nodiscard]] Expected<std::optional<Owned>> take(int partition, qint64 fence);
    [[nodiscard]] Expected<void> release(int partition, qint64 fence);
    // Leaves everything to others: the writer is gone.
    void leave();

    // Stores batches of several partitions in one transaction, or nothing.
    [[nodiscard]] Expected<Stored> store(const std::vector<Batch> &batches,
                                         const MessageInserter::Pace &pace = {});
    // Groups that there are.
    [[nodiscard]] Expected<void> addGroups(const std::vector<QString> &ids);
    // Those that the database has.
    [[nodiscard]] Expected<std::vector<QString>> groups();
    // The group's highest seq that was ever stored; 0: none.
    [[nodiscard]] Expected<qint64> lastSeqOf(const QString &groupId);

    // Ends all leases: for a database that has a single server, which is starting.
    [[nodiscard]] static Expected<void> endLeases(sqlmigrate::Connection &connection);

private:
    WriterDatabase(Options options, std::unique_ptr<sqlmigrate::Connection> connection);
    [[nodiscard]] Expected<void> limitIdleTime();
    [[nodiscard]] Expected<int> change(const QString &sql, const QVariantList &values);
    [[nodiscard]] Expected<bool> movePosition(const Batch &batch);
    [[nodiscard]] Expected<Stored> storeInTransaction(const std::vector<Batch> &batches,
                                                      const MessageInserter::Pace &pace);
    [[nodiscard]] std::vector<MessageInserter::Group> newGroups(const std::vector<Batch> &batches) const;
    [[nodiscard]] QString now() const;

    const Options m_options;
    const bool m_isMySql;
    std::unique_ptr<sqlmigrate::Connection> m_connection; // destroyed after the queries on it
    MessageInserter m_inserter;
    std::set<QString> m_groups; // some that are stored
};

} // namespace nextchat::history
