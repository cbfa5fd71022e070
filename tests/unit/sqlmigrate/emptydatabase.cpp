// SPDX-License-Identifier: MIT
#include "emptydatabase.h"

#include <QTest>

using namespace nextchat::sqlmigrate;

EmptyDatabase::EmptyDatabase(System system)
{
    if (system == System::Sqlite) {
        m_url.path = m_folder.filePath(QStringLiteral("test.sqlite"));
        return;
    }
    m_database = nextchat::test::TestDatabase::create();
    if (!m_database)
        qFatal("There is no database for the test");
    m_url = DatabaseUrl::parse(m_database->url()).value();
}

void EmptyDatabase::addSystems()
{
    QTest::addColumn<DatabaseUrl::System>("system");
    QTest::newRow("SQLite") << System::Sqlite;
    QTest::newRow("MySQL") << System::MySql;
}

QString EmptyDatabase::urlText() const
{
    return m_database ? m_database->url() : m_url.text();
}

std::unique_ptr<Connection> EmptyDatabase::open(std::chrono::milliseconds busyTimeout,
                                                Connection::Mode mode) const
{
    auto connection = Connection::open(m_url, {mode, busyTimeout});
    if (!connection)
        qFatal("%s", qPrintable(connection.error().message));
    return std::move(*connection);
}

QStringList EmptyDatabase::tables(Connection &connection)
{
    const bool sqlite = connection.url().system == System::Sqlite;
    const auto rows = connection.select(
        sqlite ? QStringLiteral("SELECT name FROM sqlite_master WHERE type = 'table' AND "
                                "name NOT IN ('schema_history', 'sqlite_sequence') ORDER BY name")
               : QStringLiteral("SELECT table_name FROM information_schema.tables WHERE table_schema = "
                                "DATABASE() AND table_name <> 'schema_history' ORDER BY table_name"));
    QStringList names;
    for (const QVariantList &row : rows.value())
        names.append(row[0].toString());
    return names;
}
