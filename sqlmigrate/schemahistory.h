// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/connection.h"
#include "sqlmigrate/migration.h"

#include <QDateTime>

#include <map>

namespace nextchat::sqlmigrate {

// What is known of one migration in one database.
struct MigrationRecord
{
    int version = 0;
    QString name;
    // Of the migration. Where DDL commits at once, until it has succeeded, of the statements done.
    QByteArray checksum;
    QVersionNumber compatibleWith;
    QDateTime startedAt; // UTC
    std::chrono::milliseconds duration{0};
    bool success = false;
    bool repaired = false; // it failed, and may be tried again
    int statementsDone = 0; // the one after these failed, when success is false
    QString error; // of that statement; null when the program or its connection ended before the answer

    [[nodiscard]] bool interrupted() const { return !success && error.isNull(); }
};

// The table `schema_history`. Belongs to the connection's thread; errors are the connection's.
class SchemaHistory
{
public:
    explicit SchemaHistory(Connection &connection)
        : m_connection(connection)
    { }

    [[nodiscard]] Expected<void> createTable(); // no error when it exists
    // By version; empty when there is no table.
    [[nodiscard]] Expected<std::map<int, MigrationRecord>> read();

    [[nodiscard]] Expected<void> write(const MigrationRecord &record); // in place of one with its version
    [[nodiscard]] Expected<void> setProgress(int version, int statementsDone, const QByteArray &checksum);

    // A record of `migration` that begins now.
    [[nodiscard]] static MigrationRecord beginning(const Migration &migration);

private:
    Connection &m_connection;
};

} // namespace nextchat::sqlmigrate
