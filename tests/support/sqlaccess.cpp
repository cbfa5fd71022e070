// SPDX-License-Identifier: MIT
#include "tests/support/sqlaccess.h"

#include <QCoreApplication>
#include <QRandomGenerator>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QUrl>

#include <atomic>

namespace nextchat::test {

namespace {

using Rows = std::vector<QVariantList>;

tl::expected<Rows, QString> run(const QSqlDatabase &database, const QString &sql)
{
    if (!database.isOpen())
        return tl::unexpected(database.lastError().text());
    QSqlQuery query(database);
    if (!query.exec(sql))
        return tl::unexpected(query.lastError().text());
    Rows rows;
    const int columns = query.record().count();
    while (query.next()) {
        QVariantList row;
        for (int column = 0; column < columns; ++column)
            row.append(query.value(column));
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

SqlAccess SqlAccess::root(quint16 port)
{
    return {QStringLiteral("127.0.0.1"), port, QStringLiteral("root"), {}};
}

std::optional<SqlAccess> SqlAccess::fromUrl(const QString &url)
{
    const QUrl parsed(url, QUrl::StrictMode);
    if (!parsed.isValid() || parsed.scheme() != u"mysql" || parsed.host().isEmpty())
        return {};
    return SqlAccess{parsed.host(), static_cast<quint16>(parsed.port(3306)),
                     parsed.userName(QUrl::FullyDecoded), parsed.password(QUrl::FullyDecoded)};
}

tl::expected<Rows, QString> SqlAccess::query(const QString &sql) const
{
    static std::atomic<quint64> count = 0;
    const QString name = u"nextchat-test-" % QString::number(++count);
    auto result = [&] {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QMYSQL"), name);
        database.setHostName(host);
        database.setPort(port);
        database.setUserName(user);
        database.setPassword(password);
        database.setConnectOptions(QStringLiteral("MYSQL_OPT_CONNECT_TIMEOUT=5;MYSQL_OPT_READ_TIMEOUT=60"));
        database.open();
        return run(database, sql);
    }();
    QSqlDatabase::removeDatabase(name);
    return result;
}

QString SqlAccess::createDatabase() const
{
    QString name = QStringLiteral("nextchat_test_%1_%2")
                       .arg(QCoreApplication::applicationPid())
                       .arg(QRandomGenerator::system()->generate64(), 16, 16, QChar(u'0'));
    if (const auto made = query(u"CREATE DATABASE " % name % u" CHARACTER SET utf8mb4"); !made) {
        qWarning("There is no database for the test: %s", qPrintable(made.error()));
        return {};
    }
    return name;
}

QString SqlAccess::url(const QString &database) const
{
    const auto encoded = [](const QString &text) {
        return QString::fromLatin1(QUrl::toPercentEncoding(text));
    };
    const QString address = host.contains(u':') ? u'[' % host % u']' : host;
    const QString who = password.isEmpty() ? encoded(user) : encoded(user) % u':' % encoded(password);
    return u"mysql://" % who % u'@' % address % u':' % QString::number(port) % u'/' % encoded(database);
}

} // namespace nextchat::test
