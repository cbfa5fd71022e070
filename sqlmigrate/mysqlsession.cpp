// SPDX-License-Identifier: MIT
#include "sqlmigrate/mysqlsession.h"

#include <QStringList>

namespace nextchat::sqlmigrate {

namespace {

// Of settings that know nothing shorter, rounded up: 0 would mean for ever, or not at all.
qint64 wholeSeconds(std::chrono::milliseconds time)
{
    return std::max<qint64>(1, std::chrono::ceil<std::chrono::seconds>(time).count());
}

bool wantsTls(const MySqlAddress &address)
{
    return address.tls != MySqlAddress::Tls::Disabled && address.socket.isNull();
}

QString connectOptions(const MySqlAddress &address, const Connection::Options &options)
{
    // No MYSQL_OPT_RECONNECT: a new connection would lack locks, settings and what the transaction did
    // before.
    QStringList list{u"MYSQL_OPT_CONNECT_TIMEOUT=" % QString::number(wholeSeconds(options.connectTimeout))};
    if (options.answerTimeout.count() > 0) {
        const QString seconds = QString::number(wholeSeconds(options.answerTimeout));
        list << u"MYSQL_OPT_READ_TIMEOUT=" % seconds << u"MYSQL_OPT_WRITE_TIMEOUT=" % seconds;
    }
    if (!address.socket.isNull())
        list << u"UNIX_SOCKET=" % address.socket;
    if (wantsTls(address)) {
        // The driver asks for TLS when it is told anything about it.
        list << QStringLiteral("SSL_CIPHER=DEFAULT");
        if (!address.certificate.isNull())
            list << u"SSL_CERT=" % address.certificate << u"SSL_KEY=" % address.key;
    }
    return list.join(u';');
}

Expected<void> checkEncrypted(Connection &connection)
{
    const auto rows = connection.select(QStringLiteral("SHOW SESSION STATUS LIKE 'Ssl_cipher'"));
    if (!rows)
        return tl::unexpected(rows.error());
    if (rows->empty() || rows->front().value(1).toString().isEmpty())
        return failure(Error::Code::Unavailable, QStringLiteral("The server does not offer TLS."));
    return {};
}

} // namespace

Expected<void> prepareMySql(QSqlDatabase &database, const MySqlAddress &address,
                            const Connection::Options &options)
{
    if (!database.isValid())
        return failure(Error::Code::Unavailable, QStringLiteral("Qt's MySQL driver is not installed."));
    const auto password = address.resolvedPassword();
    if (!password)
        return tl::unexpected(password.error());
    // The client library takes `localhost` for a socket, and without one for its own default, whatever the
    // port.
    if (!address.socket.isNull())
        database.setHostName(QStringLiteral("localhost"));
    else if (address.host == u"localhost")
        database.setHostName(QStringLiteral("127.0.0.1"));
    else
        database.setHostName(address.host);
    database.setPort(address.port);
    database.setUserName(address.user);
    database.setPassword(*password);
    database.setDatabaseName(address.database);
    database.setConnectOptions(connectOptions(address, options));
    return {};
}

Expected<void> beginMySqlSession(Connection &connection, const Connection::Options &options)
{
    if (connection.url().server.tls == MySqlAddress::Tls::Required && wantsTls(connection.url().server)) {
        if (auto checked = checkEncrypted(connection); !checked)
            return checked;
    }
    const QString patience = QString::number(wholeSeconds(options.busyTimeout));
    const QString access =
        options.mode == Connection::Mode::Read ? QStringLiteral("READ ONLY") : QStringLiteral("READ WRITE");
    for (const QString &statement : {
             QStringLiteral("SET NAMES utf8mb4"),
             QString(u"SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = " % patience
                     % u", lock_wait_timeout = " % patience
                     % u", sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,"
                       "NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY,ANSI_QUOTES,"
                       "PIPES_AS_CONCAT'"),
             QString(u"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, " % access),
         }) {
        if (auto set = connection.execute(statement); !set)
            return set;
    }
    return {};
}

} // namespace nextchat::sqlmigrate
