// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "sqlmigrate/dialect.h"
#include "sqlmigrate/statementsplitter.h"

#include <QByteArray>
#include <QString>
#include <QVersionNumber>

#include <vector>

namespace nextchat::sqlmigrate {

// One step of the schema, as its .sql file states it. The file is named `NNNN_name.sql` and says in a comment
// of its own line
// `-- Compatible with: X.Y.Z`: the oldest program that may write to a schema which has this migration.
struct Migration
{
    int version = 0; // 1 or more
    QString name;
    QVersionNumber compatibleWith;
    QByteArray checksum; // SHA-256 in hex, of the file with its line ends normalised to \n
    QString sql; // the whole file
    std::vector<Statement> statements;
};

// SHA-256 in hex of the first statements of a migration.
[[nodiscard]] QByteArray checksumOfFirst(const Migration &migration, int statements);

// InvalidArgument when the name or the content is not as above, or when the file holds no statement.
[[nodiscard]] Expected<Migration> parseMigration(const QString &fileName, const QByteArray &content,
                                                 const Dialect &dialect);

// The migrations in `folder`/common and in `folder`/<dialect>, by version. InvalidArgument for a bad file, a
// folder without any, or a version that two files claim.
[[nodiscard]] Expected<std::vector<Migration>> loadMigrations(const QString &folder, const Dialect &dialect);

// Those built into the program.
[[nodiscard]] Expected<std::vector<Migration>> builtInMigrations(const Dialect &dialect);

// The version of this program, for the rule of compatibility.
[[nodiscard]] QVersionNumber programVersion();

} // namespace nextchat::sqlmigrate
