// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/connection.h"
#include "tests/support/testdatabase.h"

#include <QTemporaryDir>

// An empty database of a test's own, of either system. For MySQL see TestDatabase.
class EmptyDatabase
{
public:
    using System = nextchat::sqlmigrate::DatabaseUrl::System;
    using Connection = nextchat::sqlmigrate::Connection;

    // Ends the process when there is no server.
    explicit EmptyDatabase(System system);

    // For initTestCase_data(): the column `system`, with a row for each.
    static void addSystems();

    [[nodiscard]] const nextchat::sqlmigrate::DatabaseUrl &url() const { return m_url; }
    // As the program's command line takes it.
    [[nodiscard]] QString urlText() const;

    [[nodiscard]] std::unique_ptr<Connection>
    open(std::chrono::milliseconds busyTimeout = std::chrono::seconds(10),
         Connection::Mode mode = Connection::Mode::Write) const;

    // The names of its tables but for schema_history, sorted.
    [[nodiscard]] static QStringList tables(Connection &connection);

private:
    QTemporaryDir m_folder;
    std::unique_ptr<nextchat::test::TestDatabase> m_database;
    nextchat::sqlmigrate::DatabaseUrl m_url;
};
