// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/migration.h"
#include "sqlmigrate/migrationerror.h"
#include "sqlmigrate/schemahistory.h"

#include <functional>

namespace nextchat::sqlmigrate {

// Applies one migration to one database and keeps its record. Belongs to the connection's thread.
class MigrationRun
{
public:
    using Notice = std::function<void(const QString &)>;

    // All of them must outlive this. `notice` gets sentences for a person.
    MigrationRun(Connection &connection, const Dialect &dialect, const Migration &migration,
                 const Notice &notice)
        : m_connection(connection)
        , m_history(connection)
        , m_dialect(dialect)
        , m_migration(migration)
        , m_notice(notice)
    { }

    // False when another migrator has applied it meanwhile.
    [[nodiscard]] Outcome<bool> run();

private:
    [[nodiscard]] Outcome<bool> inTransaction();
    [[nodiscard]] Outcome<bool> inSteps();
    [[nodiscard]] Expected<void> step(MigrationRecord &record, bool mayBeDone);
    [[nodiscard]] tl::unexpected<MigrationError> stoppedBefore(const MigrationRecord &record) const;
    // The error says which statement failed, and also when that could not be recorded.
    [[nodiscard]] tl::unexpected<MigrationError> recordFailure(MigrationRecord record, const Error &why,
                                                               bool mayBeDone = false);

    Connection &m_connection;
    SchemaHistory m_history;
    const Dialect &m_dialect;
    const Migration &m_migration;
    const Notice &m_notice;
};

} // namespace nextchat::sqlmigrate
