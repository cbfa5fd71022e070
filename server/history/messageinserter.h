// SPDX-License-Identifier: MIT
#pragma once

#include "server/history/historyentry.h"
#include "sqlmigrate/connection.h"

#include <chrono>
#include <map>
#include <span>

namespace nextchat::history {

// Puts entries of the log into a database, within the transaction of its caller, many in a statement. What is
// there already is left; what can't be stored becomes a dead letter and, where the group's seqs would have a
// gap else, a placeholder. Belongs to its connection's thread.
class MessageInserter
{
public:
    struct Entry
    {
        const HistoryEntry *entry = nullptr;
        int partition = 0;
    };
    struct Outcome
    {
        qint64 stored = 0; // messages
        qint64 repeated = 0; // were there
        struct DeadLetter
        {
            const HistoryEntry *entry = nullptr;
            QString reason;
            bool isContradiction = false; // another message has its number
        };
        std::vector<DeadLetter> deadLetters = {};
    };

    // How much of the machine, and of the database, is left to others.
    struct Pace
    {
        int rows = 512; // of a statement, at most
        int rests = 0; // times that a statement took, until the next one; 10 ms at most
    };

    explicit MessageInserter(sqlmigrate::Connection &connection);

    // In the order given; the entries outlive the outcome. Fails when the database does: nothing is certain
    // then but what a rollback makes so. Blocks, rests included.
    [[nodiscard]] Expected<Outcome> insert(std::span<const Entry> entries, const Pace &pace);

    // Groups that there are; those that are known stay, with the higher seq.
    struct Group
    {
        QString id;
        qint64 createdAt = 0; // microseconds since 1970
        qint64 lastSeq = 0; // nothing below or at it is missing
    };
    [[nodiscard]] Expected<void> addGroups(const std::vector<Group> &groups);

private:
    // What became of a statement.
    enum class Done {
        Yes,
        NotTheseRows, // they are the reason that it failed
        No, // the database is
    };

    [[nodiscard]] Expected<void> insertAll(std::span<const Entry> entries, const Pace &pace,
                                           Outcome &outcome);
    [[nodiscard]] Expected<void> insertSome(std::span<const Entry> entries, Outcome &outcome);
    [[nodiscard]] Expected<void> insertOne(const Entry &entry, Outcome &outcome);
    [[nodiscard]] Expected<bool> isThere(const chat::Message &message, bool &isSame);
    [[nodiscard]] Done insertRows(std::span<const Entry> entries);
    [[nodiscard]] Done insertRow(const chat::Message &message);
    [[nodiscard]] Expected<void> bury(const Entry &entry, const QString &reason, bool isContradiction,
                                      Outcome &outcome);
    [[nodiscard]] Expected<void> insertPlaceholder(const HistoryEntry &entry);
    [[nodiscard]] QSqlQuery *statementFor(int rows);
    void bind(QSqlQuery &query, const chat::Message &message, int row) const;
    [[nodiscard]] QVariant bound(const QString &text) const;
    [[nodiscard]] Done run(QSqlQuery &query);
    [[nodiscard]] tl::unexpected<Error> failed() const;

    sqlmigrate::Connection &m_connection;
    const bool m_isMySql;
    std::map<int, QSqlQuery> m_statements; // by their rows
    QString m_problem; // of the last statement that failed
    Error m_error;
};

} // namespace nextchat::history
