// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/datafolder.h"
#include "sqlmigrate/connection.h"

namespace nextchat::broker {

// Opens a file in the folder for writing, creates it if need be, and brings its schema up to date. A
// committed transaction survives a crash of the system: write-ahead log, synchronous=FULL.
[[nodiscard]] Expected<std::unique_ptr<sqlmigrate::Connection>>
openEmbeddedDatabase(const DataFolder &folder, std::chrono::milliseconds busyTimeout,
                     const QString &file = QStringLiteral("next-chat.sqlite"));

// The epoch of the messages in the database: random, 12 URL-safe characters, made with the database. A
// database that lost it gets another, in which every group goes on 1,000,000 above its last seq.
[[nodiscard]] Expected<QString> epochOf(sqlmigrate::Connection &connection);
// Loses it.
[[nodiscard]] Expected<void> endEpoch(sqlmigrate::Connection &connection);
// The mark that MessageLog::mark() committed last; 0: none.
[[nodiscard]] Expected<qint64> markOf(sqlmigrate::Connection &connection);

} // namespace nextchat::broker
