// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QSqlError>

namespace nextchat::sqlmigrate {

// What an error of the driver or of the database means to a caller.
//
// SQLite: TimedOut when another connection holds a lock for too long, Unavailable for everything else.
// MySQL and MariaDB:
// - TimedOut: another connection holds a lock for too long; nothing but the statement was rolled back.
// - Conflict: a key is there already.
// - InvalidArgument: the statement, or a value in it, can never be accepted.
// - Unauthorized: the user or the password is wrong, or the user may not do that.
// - NotFound: there is no such database or table.
// - Unavailable: everything else: connections refused, lost and killed, deadlocks, read-only servers, full
// disks.
[[nodiscard]] Error errorOf(const QSqlError &error);

} // namespace nextchat::sqlmigrate
