// SPDX-License-Identifier: MIT
#include "tests/support/mariadbserver.h"

#include "tests/support/mariadbdata.h"
#include "tests/support/sqlaccess.h"

#include <QDir>
#include <QFile>

#include <unistd.h>

namespace nextchat::test {

MariaDbServer::MariaDbServer(QStringList options, Durability durability)
    : m_options(std::move(options))
    , m_durability(durability)
{ }

// Here, while arguments() is still this class's.
MariaDbServer::~MariaDbServer()
{
    kill();
}

QString MariaDbServer::program() const
{
    return findMariaDbProgram(QStringLiteral("mariadbd"));
}

bool MariaDbServer::prepare()
{
    return QFile::exists(dataFolder()) || copyFreshMariaDbData(dataFolder());
}

bool MariaDbServer::answers() const
{
    // The socket tells nothing of the port, so not by that.
    const auto rows = SqlAccess::root(port()).query(QStringLiteral("SELECT @@datadir"));
    return rows && !rows->empty()
        && QDir::cleanPath(rows->front()[0].toString()) == QDir::cleanPath(dataFolder());
}

QString MariaDbServer::createDatabase()
{
    return SqlAccess::root(port()).createDatabase();
}

QString MariaDbServer::url(const QString &database) const
{
    return u"mysql://root@127.0.0.1:" % QString::number(port()) % u'/' % database;
}

std::optional<std::vector<QVariantList>> MariaDbServer::query(const QString &sql) const
{
    auto rows = SqlAccess::root(port()).query(sql);
    if (rows)
        return std::move(*rows);
    qWarning("%s: %s", qPrintable(sql), qPrintable(rows.error()));
    return {};
}

QString MariaDbServer::dataFolder() const
{
    return folder() % u"/data";
}

QString MariaDbServer::socketPath() const
{
    return folder() % u"/socket";
}

QStringList MariaDbServer::arguments() const
{
    QStringList list{
        QStringLiteral("--no-defaults"),
        u"--datadir=" % dataFolder(),
        u"--socket=" % socketPath(),
        u"--pid-file=" % folder() % u"/pid",
        u"--port=" % QString::number(port()),
        QStringLiteral("--bind-address=127.0.0.1"),
        QStringLiteral("--skip-name-resolve"),
        QStringLiteral("--character-set-server=utf8mb4"),
        QStringLiteral("--innodb-buffer-pool-size=64M"),
        QStringLiteral("--innodb-use-native-aio=0"), // many servers at once exceed what the kernel has of it
        QStringLiteral("--performance-schema=OFF"),
        u"--innodb-flush-log-at-trx-commit="
            % QString::number(m_durability == Durability::EveryCommit ? 1 : 0),
    };
    if (::geteuid() == 0)
        list << QStringLiteral("--user=root");
    return list + mariaDbDataOptions() + m_options;
}

} // namespace nextchat::test
