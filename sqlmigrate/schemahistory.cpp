// SPDX-License-Identifier: MIT
#include "sqlmigrate/schemahistory.h"

namespace nextchat::sqlmigrate {

namespace {

const QString table = QStringLiteral("schema_history");

MigrationRecord recordOf(const QVariantList &row)
{
    MigrationRecord record;
    record.version = row[0].toInt();
    record.name = row[1].toString();
    record.checksum = row[2].toString().toLatin1();
    record.compatibleWith = QVersionNumber::fromString(row[3].toString());
    record.startedAt = QDateTime::fromMSecsSinceEpoch(row[4].toLongLong() / 1000, Qt::UTC);
    record.duration = std::chrono::milliseconds(row[5].toLongLong());
    record.success = row[6].toInt() != 0;
    record.repaired = row[7].toInt() != 0;
    record.statementsDone = row[8].toInt();
    record.error = row[9].isNull() ? QString() : row[9].toString();
    return record;
}

} // namespace

Expected<void> SchemaHistory::createTable()
{
    const auto exists = m_connection.dialect().hasTable(m_connection, table);
    if (!exists)
        return tl::unexpected(exists.error());
    if (*exists)
        return {};
    // Types that every dialect takes; started_at in microseconds since 1970-01-01 UTC, duration in
    // milliseconds.
    return m_connection.execute(QStringLiteral("CREATE TABLE IF NOT EXISTS schema_history ("
                                               "version INTEGER NOT NULL PRIMARY KEY, "
                                               "name VARCHAR(100) NOT NULL, "
                                               "checksum VARCHAR(64) NOT NULL, "
                                               "compatible_with VARCHAR(32) NOT NULL, "
                                               "started_at BIGINT NOT NULL, "
                                               "duration BIGINT NOT NULL, "
                                               "success INTEGER NOT NULL, "
                                               "repaired INTEGER NOT NULL, "
                                               "statements_done INTEGER NOT NULL, "
                                               "error TEXT)")
                                % m_connection.dialect().tableOptions());
}

Expected<std::map<int, MigrationRecord>> SchemaHistory::read()
{
    std::map<int, MigrationRecord> records;
    const auto exists = m_connection.dialect().hasTable(m_connection, table);
    if (!exists)
        return tl::unexpected(exists.error());
    if (!*exists)
        return records;
    const auto rows = m_connection.select(QStringLiteral(
        "SELECT version, name, checksum, compatible_with, started_at, duration, success, repaired, "
        "statements_done, error FROM schema_history"));
    if (!rows)
        return tl::unexpected(rows.error());
    for (const QVariantList &row : *rows)
        records.insert_or_assign(row[0].toInt(), recordOf(row));
    return records;
}

Expected<void> SchemaHistory::write(const MigrationRecord &record)
{
    // REPLACE is both SQLite's and MySQL's.
    return m_connection.execute(
        QStringLiteral(
            "REPLACE INTO schema_history (version, name, checksum, compatible_with, started_at, duration, "
            "success, repaired, statements_done, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        {record.version, record.name, QString::fromLatin1(record.checksum), record.compatibleWith.toString(),
         record.startedAt.toMSecsSinceEpoch() * 1000, static_cast<qint64>(record.duration.count()),
         record.success ? 1 : 0, record.repaired ? 1 : 0, record.statementsDone, record.error});
}

Expected<void> SchemaHistory::setProgress(int version, int statementsDone, const QByteArray &checksum)
{
    return m_connection.execute(
        QStringLiteral("UPDATE schema_history SET statements_done = ?, checksum = ? WHERE version = ?"),
        {statementsDone, QString::fromLatin1(checksum), version});
}

MigrationRecord SchemaHistory::beginning(const Migration &migration)
{
    MigrationRecord record;
    record.version = migration.version;
    record.name = migration.name;
    record.checksum = migration.checksum;
    record.compatibleWith = migration.compatibleWith;
    record.startedAt = QDateTime::currentDateTimeUtc();
    return record;
}

} // namespace nextchat::sqlmigrate
