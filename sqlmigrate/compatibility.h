// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/schemahistory.h"

namespace nextchat::sqlmigrate {

// Whether a program of that version, which knows those migrations, may write to the schema (design.md 6): not
// to one that is older than it needs, nor to one that has a newer migration compatible only with later
// programs. Conflict otherwise, with a text that says what to run.
[[nodiscard]] Expected<void> checkSchema(const std::map<int, MigrationRecord> &history,
                                         const std::vector<Migration> &known, const QVersionNumber &program,
                                         const DatabaseUrl &url);

// The same for a database.
[[nodiscard]] Expected<void> checkSchema(Connection &connection, const std::vector<Migration> &known,
                                         const QVersionNumber &program);

// The same for this program and the migrations that are built into it.
[[nodiscard]] Expected<void> checkSchema(Connection &connection);

// Only the second half: whether the schema has a migration that excludes the program.
[[nodiscard]] Expected<void> checkNotTooNew(const std::map<int, MigrationRecord> &history,
                                            const std::vector<Migration> &known,
                                            const QVersionNumber &program);

} // namespace nextchat::sqlmigrate
