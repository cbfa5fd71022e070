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
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("MySQL is not available in this build yet; use a sqlite:// URL."));
    }
    if (!text.startsWith(sqliteScheme, Qt::CaseInsensitive)) {
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("A database URL must begin with sqlite:// (sqlite:///absolute/path)."));
    }
    const QString path = QUrl::fromPercentEncoding(text.mid(sqliteScheme.size()).toUtf8());
    if (path.isEmpty() || path.contains(QChar(u'\0')))
        return failure(Error::Code::InvalidArgument, QStringLiteral("The sqlite:// URL names no file."));
    return DatabaseUrl{System::Sqlite, path};
}

QString DatabaseUrl::text() const
{
    return sqliteScheme % QString(path).replace(u'%', QLatin1String("%25"));
}

} // namespace nextchat::sqlmigrate
