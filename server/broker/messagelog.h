// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagebroker.h"
#include "sqlmigrate/connection.h"

#include <QSqlQuery>

#include <span>

namespace nextchat::broker {

// The messages and groups of a LocalBroker in its database: prepared statements on one connection, to be used
// between begin() and commit() or rollback(). Belongs to the thread that made it. Errors are the
// connection's.
class MessageLog
{
public:
    struct StoredGroup
    {
        QString id;
        qint64 lastSeq = 0;
        qint64 lastTime = 0; // microseconds since 1970-01-01 UTC
    };
    struct StoredPost
    {
        chat::MessageReceipt receipt;
        QString text;
    };
    enum class Commit {
        Done,
        Undone, // certainly
        Doubtful, // may become durable or not, until a later transaction was committed
    };

    [[nodiscard]] static Expected<std::unique_ptr<MessageLog>>
    open(std::unique_ptr<sqlmigrate::Connection> connection);

    // How long to wait for another program's lock.
    void setPatience(std::chrono::milliseconds patience);

    [[nodiscard]] Expected<void> begin(); // of a transaction that writes
    [[nodiscard]] Commit commit(); // when it is not done, it was rolled back
    void rollback();

    [[nodiscard]] Expected<void> append(std::span<const chat::Message> messages);
    [[nodiscard]] Expected<void> setLast(const StoredGroup &group);
    [[nodiscard]] Expected<void> addGroup(const QString &groupId, qint64 now);

    // What the sender posted under the id since that time, if anything.
    [[nodiscard]] Expected<std::optional<StoredPost>> find(const PublishRequest &request, qint64 since);

    // Commits a change that means nothing. What was doubtful before is certain after it: its frames in the
    // write-ahead log are overwritten, or it had been committed. Outside of a transaction.
    [[nodiscard]] Expected<void> probe();
    // Commits that number, by which a later state of the database is known (StoreMark). Outside of a
    // transaction.
    [[nodiscard]] Expected<void> mark(qint64 number);

    // Copies what is left in the write-ahead log into the database. Outside of a transaction.
    void checkpoint();
    [[nodiscard]] quint64 commits() const { return m_commits; } // that were done

    // As chat_groups has them; with `verify` no lower than the messages say, which takes a search per group.
    [[nodiscard]] Expected<std::vector<StoredGroup>> groups(bool verify);
    [[nodiscard]] Expected<MessageBatch> messagesAfter(const QString &groupId, qint64 seq);

private:
    // Rows of one INSERT.
    static constexpr std::size_t rowsAtOnce = 16;

    explicit MessageLog(std::unique_ptr<sqlmigrate::Connection> connection);
    [[nodiscard]] Expected<void> prepare();
    [[nodiscard]] Expected<void> commitFact(const QString &name, qint64 value);
    [[nodiscard]] Expected<void> insert(QSqlQuery &query, std::span<const chat::Message> messages);

    std::unique_ptr<sqlmigrate::Connection> m_connection; // destroyed after the queries on it
    quint64 m_commits = 0;
    QSqlQuery m_begin;
    QSqlQuery m_commit;
    QSqlQuery m_insertOne;
    QSqlQuery m_insertMany;
    QSqlQuery m_setLast;
    QSqlQuery m_find;
};

} // namespace nextchat::broker
