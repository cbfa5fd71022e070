// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "sqlmigrate/connection.h"

#include <memory>

namespace nextchat::test {

// A database, of SQLite or of MariaDB, with the history's tables, empty, and a connection that writes to it,
// for the tests of what reads it. Its own: nobody else has it, and it ends with this object.
class HistoryDatabase
{
public:
    virtual ~HistoryDatabase() = default;

    // For QTest's global data: a row for each system.
    static void addRows();

    // Null, with the reason as a warning, when it can't be made.
    [[nodiscard]] static std::unique_ptr<HistoryDatabase> make(sqlmigrate::DatabaseUrl::System system);

    [[nodiscard]] virtual sqlmigrate::DatabaseUrl url() const = 0;
    [[nodiscard]] sqlmigrate::Connection &writing() { return *m_writing; }
    // Closes the connection that writes.
    void close() { m_writing.reset(); }

    // How the key is read for messages of 'room' that `condition` selects and orders: a sentence of the
    // database's, or of what is wrong.
    [[nodiscard]] virtual QString planOf(const QString &condition) = 0;
    // Whether that sentence says that it is read in its order, and nothing else.
    [[nodiscard]] virtual bool isRangeOfTheKey(const QString &plan) const = 0;

    // Both fail with a warning, and so the test, when the database refuses.
    void add(const QList<chat::Message> &messages);
    void add(const chat::Message &message) { add(QList<chat::Message>{message}); }
    // `count` messages, with their seq from 1 on as their text.
    void fill(const QString &group, int count);

protected:
    // Connects, and makes the tables.
    [[nodiscard]] bool open();
    // The parameters of a row, in brackets, in the order of the columns.
    [[nodiscard]] virtual QString row() const = 0;
    // How a string is bound.
    [[nodiscard]] virtual QVariant exact(const QString &text) const = 0;

    std::unique_ptr<sqlmigrate::Connection> m_writing;
};

} // namespace nextchat::test

Q_DECLARE_METATYPE(nextchat::sqlmigrate::DatabaseUrl::System)
