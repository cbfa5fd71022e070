// SPDX-License-Identifier: MIT
#include "server/broker/embeddeddatabase.h"

#include "server/broker/brokerlog.h"
#include "sqlmigrate/compatibility.h"
#include "sqlmigrate/migrator.h"

#include <QRandomGenerator>

namespace nextchat::broker {

namespace {

using sqlmigrate::Connection;

Expected<void> useWriteAheadLog(Connection &connection)
{
    const auto mode = connection.select(QStringLiteral("PRAGMA journal_mode = WAL"));
    if (!mode)
        return tl::unexpected(mode.error());
    if (mode->empty() || mode->front()[0].toString() != u"wal") {
        return failure(Error::Code::Unavailable,
                       u"The database '" % connection.url().path % u"' can't use a write-ahead log here.");
    }
    // 16 MiB of pages, so that looking up client ids stays out of the file system. The Checkpointer empties
    // the log; commits do it only should it fall far behind: 25,000 pages are 100 MiB.
    for (const char *setting : {"synchronous = FULL", "cache_size = -16384", "wal_autocheckpoint = 25000"}) {
        if (auto set = connection.execute(u"PRAGMA " % QString::fromLatin1(setting)); !set)
            return set;
    }
    return {};
}

Expected<void> migrate(Connection &connection)
{
    const auto migrations = sqlmigrate::builtInMigrations(connection.dialect());
    if (!migrations)
        return tl::unexpected(migrations.error());
    sqlmigrate::Migrator migrator(connection, *migrations, sqlmigrate::programVersion());
    const auto applied = migrator.up();
    if (!applied) {
        return failure(Error::Code::Conflict,
                       u"The database '" % connection.url().path % u"' can't be brought up to date: "
                           % applied.error().message);
    }
    for (const int version : *applied)
        qCInfo(brokerLog) << "Applied migration" << version;
    return sqlmigrate::checkSchema(connection, *migrations, sqlmigrate::programVersion());
}

QString randomEpoch()
{
    QByteArray bytes(9, '\0');
    for (char &byte : bytes)
        byte = static_cast<char>(QRandomGenerator::system()->bounded(256));
    return QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding));
}

Expected<void> beginEpoch(Connection &connection, const QString &epoch)
{
    // Both in one transaction: a new epoch without its distance would use numbers again.
    auto done = connection.execute(QStringLiteral("BEGIN IMMEDIATE"));
    if (done)
        done = connection.execute(QStringLiteral("UPDATE chat_groups SET last_seq = last_seq + 1000000"));
    if (done)
        done = connection.execute(QStringLiteral("INSERT INTO store_facts (name, value) VALUES ('epoch', ?)"),
                                  {epoch});
    if (done)
        done = connection.execute(QStringLiteral("COMMIT"));
    if (!done)
        (void)connection.execute(QStringLiteral("ROLLBACK"));
    return done;
}

} // namespace

Expected<std::unique_ptr<Connection>>
openEmbeddedDatabase(const DataFolder &folder, std::chrono::milliseconds busyTimeout, const QString &file)
{
    const auto path = folder.privateFile(file);
    if (!path)
        return tl::unexpected(path.error());
    auto connection = Connection::open({sqlmigrate::DatabaseUrl::System::Sqlite, *path},
                                       {Connection::Mode::Write, busyTimeout});
    if (!connection)
        return connection;
    if (const auto set = useWriteAheadLog(**connection); !set)
        return tl::unexpected(set.error());
    if (const auto migrated = migrate(**connection); !migrated)
        return tl::unexpected(migrated.error());
    return connection;
}

Expected<QString> epochOf(Connection &connection)
{
    const auto rows = connection.select(QStringLiteral("SELECT value FROM store_facts WHERE name = 'epoch'"));
    if (!rows)
        return tl::unexpected(rows.error());
    if (!rows->empty())
        return rows->front()[0].toString();
    const QString epoch = randomEpoch();
    if (const auto begun = beginEpoch(connection, epoch); !begun)
        return tl::unexpected(begun.error());
    qCInfo(brokerLog).noquote() << "Epoch" << epoch << "begins";
    return epoch;
}

Expected<void> endEpoch(Connection &connection)
{
    return connection.execute(QStringLiteral("DELETE FROM store_facts WHERE name = 'epoch'"));
}

Expected<qint64> markOf(Connection &connection)
{
    const auto rows = connection.select(QStringLiteral("SELECT value FROM store_facts WHERE name = 'mark'"));
    if (!rows)
        return tl::unexpected(rows.error());
    return rows->empty() ? 0 : rows->front()[0].toLongLong();
}

} // namespace nextchat::broker
