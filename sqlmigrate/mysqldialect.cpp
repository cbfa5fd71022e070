// SPDX-License-Identifier: MIT
#include "sqlmigrate/connection.h"
#include "sqlmigrate/dialect.h"

namespace nextchat::sqlmigrate {

namespace {

// Locks are the server's, and their names have at most 64 characters, without regard to case: so a database
// has its own by the hash of its name.
const QString lockName = QStringLiteral("CONCAT('nextchat-sqlmigrate-', LEFT(SHA2(DATABASE(), 256), 32))");

} // namespace

std::unique_ptr<Dialect> makeDialect(DatabaseUrl::System system)
{
    if (system == DatabaseUrl::System::MySql)
        return std::make_unique<MySqlDialect>();
    return std::make_unique<SqliteDialect>();
}

QString MySqlDialect::name() const
{
    return QStringLiteral("mysql");
}

QString MySqlDialect::driver() const
{
    return QStringLiteral("QMYSQL");
}

bool MySqlDialect::transactionalDdl() const
{
    return false;
}

QString MySqlDialect::beginStatement() const
{
    return QStringLiteral("START TRANSACTION");
}

bool MySqlDialect::backslashEscapes() const
{
    return true;
}

Expected<void> MySqlDialect::lock(Connection &connection, std::chrono::milliseconds patience) const
{
    const qint64 seconds = std::chrono::ceil<std::chrono::seconds>(patience).count();
    const auto rows =
        connection.select(u"SELECT GET_LOCK(" % lockName % u", " % QString::number(seconds) % u')');
    if (!rows)
        return tl::unexpected(rows.error());
    const QVariant got = rows->empty() ? QVariant() : rows->front()[0];
    if (got.isNull())
        return failure(Error::Code::Unavailable, QStringLiteral("The server gives no lock for migrations."));
    if (got.toInt() != 1)
        return failure(Error::Code::TimedOut, QStringLiteral("another migrator is at work on it."));
    return {};
}

void MySqlDialect::unlock(Connection &connection) const
{
    (void)connection.select(u"SELECT RELEASE_LOCK(" % lockName % u')');
}

Expected<bool> MySqlDialect::isLocked(Connection &connection) const
{
    const auto rows = connection.select(u"SELECT IS_USED_LOCK(" % lockName % u')');
    if (!rows)
        return tl::unexpected(rows.error());
    return !rows->empty() && !rows->front()[0].isNull();
}

bool MySqlDialect::saysAlreadyDone(int errorNumber) const
{
    switch (errorNumber) {
    // MariaDB says of a foreign key that exists no more than that it can't create the table (1005): that may
    // be for anything.
    case 1050: // table, column, index, foreign key exist
    case 1060:
    case 1061:
    case 1826:
    case 1051: // table, column or index to be dropped do not
    case 1091:
        return true;
    default:
        return false;
    }
}

Expected<bool> MySqlDialect::hasTable(Connection &connection, const QString &table) const
{
    const auto rows = connection.select(QStringLiteral("SELECT 1 FROM information_schema.tables WHERE "
                                                       "table_schema = DATABASE() AND table_name = ?"),
                                        {table});
    if (!rows)
        return tl::unexpected(rows.error());
    return !rows->empty();
}

QString MySqlDialect::tableOptions() const
{
    return QStringLiteral(" ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
}

QString MySqlDialect::now() const
{
    return QStringLiteral("CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)");
}

} // namespace nextchat::sqlmigrate
