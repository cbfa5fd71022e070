// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "sqlmigrate/connection.h"

#include <memory>

namespace nextchat::test {

// A database with the history's tables, empty, and a connection that writes to it, for the tests of what
// reads it. Its own: nobody else has it, and it ends with this object.
class HistoryDatabase
{
public:
    virtual ~HistoryDatabase() = default;

    // Null, with the reason as a warning, when it can't be made.
    [[nodiscard]] static std::unique_ptr<HistoryDatabase> sqlite();

    [[nodiscard]] virtual sqlmigrate::DatabaseUrl url() const = 0;
    [[nodiscard]] sqlmigrate::Connection &writing() { return *m_writing; }
    // Closes the connection that writes.
    void close() { m_writing.reset(); }

    // Both fail with a warning, and so the test, when the database refuses.
    void add(const chat::Message &message);
    // `count` messages, with their seq from 1 on as their text.
    void fill(const QString &group, int count);

protected:
    // Connects, and makes the tables.
    [[nodiscard]] bool open();
    // The INSERT of a message, whose values are those of the columns in their order.
    [[nodiscard]] virtual QString insertion() const = 0;
    // How a string travels to it.
    [[nodiscard]] virtual QVariant exact(const QString &text) const = 0;

    std::unique_ptr<sqlmigrate::Connection> m_writing;
};

} // namespace nextchat::test
