// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/mysqladdress.h"

namespace nextchat::sqlmigrate {

// Where a database is. Value type.
struct DatabaseUrl
{
    enum class System { Sqlite, MySql };

    System system = System::Sqlite;
    QString path{}; // SQLite: the file; `:memory:` for a database of that connection alone
    MySqlAddress server{}; // MySQL and MariaDB

    // `sqlite:///absolute/path` or `sqlite://relative/path`, where `%25` stands for a percent sign, or what
    // MySqlAddress::parse() takes. InvalidArgument for anything else, with a text that repeats no password.
    [[nodiscard]] static Expected<DatabaseUrl> parse(const QString &text);

    // What parse() reads; for texts, without a password.
    [[nodiscard]] QString text() const;

    friend bool operator==(const DatabaseUrl &, const DatabaseUrl &) = default;
};

} // namespace nextchat::sqlmigrate
