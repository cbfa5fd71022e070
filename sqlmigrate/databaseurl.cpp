// SPDX-License-Identifier: MIT
#include "sqlmigrate/databaseurl.h"

#include <QUrl>

namespace nextchat::sqlmigrate {

namespace {

const QLatin1String sqliteScheme("sqlite://");
const QLatin1String mysqlScheme("mysql://");

} // namespace

Expected<DatabaseUrl> DatabaseUrl::parse(const QString &text)
{
    if (text.startsWith(mysqlScheme, Qt::CaseInsensitive)) {
        auto address = MySqlAddress::parse(text);
        if (!address)
            return tl::unexpected(address.error());
        return DatabaseUrl{System::MySql, {}, std::move(*address)};
    }
    if (!text.startsWith(sqliteScheme, Qt::CaseInsensitive)) {
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("A database URL must begin with mysql:// (mysql://user@host/name) or "
                                      "sqlite:// (sqlite:///absolute/path)."));
    }
    const QString path = QUrl::fromPercentEncoding(text.mid(sqliteScheme.size()).toUtf8());
    if (path.isEmpty() || path.contains(QChar(u'\0')))
        return failure(Error::Code::InvalidArgument, QStringLiteral("The sqlite:// URL names no file."));
    return DatabaseUrl{System::Sqlite, path};
}

QString DatabaseUrl::text() const
{
    if (system == System::MySql)
        return server.text();
    return sqliteScheme % QString(path).replace(u'%', QLatin1String("%25"));
}

} // namespace nextchat::sqlmigrate
