// SPDX-License-Identifier: MIT
#include "sqlmigrate/connection.h"

#include "sqlmigrate/mysqlsession.h"
#include "sqlmigrate/sqlerror.h"

#include <QFile>
#include <QSqlRecord>

#include <atomic>

namespace nextchat::sqlmigrate {

namespace {

// QtSql keeps connections by name, for the whole process.
QString uniqueName()
{
    static std::atomic<quint64> count = 0;
    return u"nextchat-" % QString::number(++count);
}

bool runPrepared(QSqlQuery &query, const QString &sql, const QVariantList &values)
{
    if (!query.prepare(sql))
        return false;
    for (const QVariant &value : values)
        query.addBindValue(value);
    return query.exec();
}

} // namespace

Connection::Connection(const DatabaseUrl &url, const QString &name)
    : m_url(url)
    , m_name(name)
    , m_dialect(makeDialect(url.system))
    , m_database(QSqlDatabase::addDatabase(m_dialect->driver(), name))
{ }

Connection::~Connection()
{
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_name);
}

Expected<std::unique_ptr<Connection>> Connection::open(const DatabaseUrl &url, const Options &options)
{
    std::unique_ptr<Connection> connection(new Connection(url, uniqueName()));
    const auto connected = connection->connect(options);
    if (connected)
        return connection;
    return failure(connected.error().code,
                   u"The database '" % (url.system == DatabaseUrl::System::Sqlite ? url.path : url.text())
                       % u"' can't be opened: " % connected.error().message);
}

Expected<void> Connection::connect(const Options &options)
{
    return m_url.system == DatabaseUrl::System::Sqlite ? connectSqlite(options) : connectMySql(options);
}

Expected<void> Connection::connectSqlite(const Options &options)
{
    // Not opened read-only: SQLite could not read what a killed process left in the write-ahead log then.
    const bool reading = options.mode == Mode::Read;
    m_database.setDatabaseName(reading && !QFile::exists(m_url.path) ? QStringLiteral(":memory:")
                                                                     : m_url.path);
    m_database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=" % QString::number(options.busyTimeout.count()));
    if (!m_database.isValid())
        return failure(Error::Code::Unavailable, QStringLiteral("Qt's SQLite driver is not installed."));
    if (!m_database.open())
        return tl::unexpected(errorOf(m_database.lastError()));
    // Opening reads nothing yet; this does, and so finds a file that is no database.
    if (const auto read = select(QStringLiteral("PRAGMA schema_version")); !read)
        return tl::unexpected(read.error());
    return reading ? execute(QStringLiteral("PRAGMA query_only = ON")) : Expected<void>();
}

Expected<void> Connection::connectMySql(const Options &options)
{
    if (auto prepared = prepareMySql(m_database, m_url.server, options); !prepared)
        return prepared;
    const bool opened = m_database.open();
    m_database.setPassword({}); // it is not needed any more
    if (!opened)
        return tl::unexpected(errorOf(m_database.lastError()));
    return beginMySqlSession(*this, options);
}

Expected<void> Connection::execute(const QString &sql, const QVariantList &values)
{
    m_errorNumber = 0;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!(values.isEmpty() ? query.exec(sql) : runPrepared(query, sql, values)))
        return failed(query);
    return {};
}

Expected<std::vector<QVariantList>> Connection::select(const QString &sql, const QVariantList &values)
{
    m_errorNumber = 0;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!runPrepared(query, sql, values))
        return failed(query);
    const int columns = query.record().count();
    std::vector<QVariantList> rows;
    while (query.next()) {
        QVariantList row;
        for (int column = 0; column < columns; ++column)
            row.append(query.value(column));
        rows.push_back(std::move(row));
    }
    // A forward-only result also ends when reading fails.
    if (query.lastError().isValid())
        return failed(query);
    return rows;
}

tl::unexpected<Error> Connection::failed(const QSqlQuery &query)
{
    m_errorNumber = query.lastError().nativeErrorCode().toInt();
    return tl::unexpected(errorOf(query.lastError()));
}

Error Connection::errorOf(const QSqlError &error)
{
    return sqlmigrate::errorOf(error);
}

} // namespace nextchat::sqlmigrate
