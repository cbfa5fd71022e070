// SPDX-License-Identifier: MIT
#include "sqlmigrate/sqlerror.h"

namespace nextchat::sqlmigrate {

namespace {

using Code = Error::Code;

// SQLITE_BUSY and SQLITE_LOCKED, in the low byte of extended codes (https://www.sqlite.org/rescode.html).
Code codeOfSqlite(int code)
{
    const int primary = code & 0xff;
    return primary == 5 || primary == 6 ? Code::TimedOut : Code::Unavailable;
}

// https://mariadb.com/docs/server/reference/error-codes, and MySQL's, which are the same below 1900.
Code codeOfMySql(int code)
{
    switch (code) {
    case 1205: // lock wait timeout
        return Code::TimedOut;
    case 1062: // duplicate key
    case 1586:
        return Code::Conflict;
    case 1044: // access to the database, to the server, from this host, to a table, a column, a feature
    case 1045:
    case 1130:
    case 1142:
    case 1143:
    case 1227:
    case 1698: // the account wants another way to log in
    case 2059:
        return Code::Unauthorized;
    case 1049: // database, table
    case 1146:
        return Code::NotFound;
    case 1048: // NULL
    case 1054: // unknown column
    case 1064: // syntax
    case 1136: // count of values
    case 1153: // packet too large, here and at the server
    case 2020:
    case 1264: // out of range, truncated, bad value
    case 1265:
    case 1292:
    case 1300: // not valid in the character set
    case 1366:
    case 1364: // no default
    case 1406: // too long
    case 1451: // foreign keys, constraints (MariaDB's and MySQL's)
    case 1452:
    case 3819:
    case 4025:
        return Code::InvalidArgument;
    default:
        return Code::Unavailable;
    }
}

} // namespace

Error errorOf(const QSqlError &error)
{
    const int number = error.nativeErrorCode().toInt();
    const bool mysql = error.driverText().startsWith(QLatin1String("QMYSQL"));
    QString text = (error.databaseText().isEmpty() ? error.driverText() : error.databaseText()).simplified();
    // The number is what one looks for; SQLite's texts go without.
    if (mysql && number != 0)
        text += u" (error " % QString::number(number) % u')';
    return {mysql ? codeOfMySql(number) : codeOfSqlite(number), text};
}

} // namespace nextchat::sqlmigrate
