// SPDX-License-Identifier: MIT
#include "sqlmigrate/connection.h"
#include "sqlmigrate/dialect.h"

namespace nextchat::sqlmigrate {

QString SqliteDialect::name() const
{
    return QStringLiteral("sqlite");
}

QString SqliteDialect::driver() const
{
    return QStringLiteral("QSQLITE");
}

bool SqliteDialect::transactionalDdl() const
{
    return true;
}

QString SqliteDialect::beginStatement() const
{
    return QStringLiteral("BEGIN IMMEDIATE");
}

bool SqliteDialect::backslashEscapes() const
{
    return false;
}

Expected<void> SqliteDialect::lock(Connection &, std::chrono::milliseconds) const
{
    return {};
}

void SqliteDialect::unlock(Connection &) const { }

Expected<bool> SqliteDialect::isLocked(Connection &) const
{
    return false;
}

bool SqliteDialect::saysAlreadyDone(int) const
{
    return false; // what was not recorded was rolled back
}

Expected<bool> SqliteDialect::hasTable(Connection &connection, const QString &table) const
{
    const auto rows = connection.select(
        QStringLiteral("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"), {table});
    if (!rows)
        return tl::unexpected(rows.error());
    return !rows->empty();
}

QString SqliteDialect::tableOptions() const
{
    return {};
}

QString SqliteDialect::now() const
{
    return QStringLiteral("CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)");
}

} // namespace nextchat::sqlmigrate
