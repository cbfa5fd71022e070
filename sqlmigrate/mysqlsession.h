// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/connection.h"

namespace nextchat::sqlmigrate {

// Tells the driver where the server is and how to reach it. Fails when there is no driver, or no password.
[[nodiscard]] Expected<void> prepareMySql(QSqlDatabase &database, const MySqlAddress &address,
                                          const Connection::Options &options);

// Gives the session of a connection just opened the settings that all statements rely on: UTF-8 (utf8mb4),
// UTC, strict values, "names" and || as in the standard, READ COMMITTED, the patience with locks; and checks
// that it is encrypted where it must be.
[[nodiscard]] Expected<void> beginMySqlSession(Connection &connection, const Connection::Options &options);

} // namespace nextchat::sqlmigrate
