// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

namespace nextchat::ops {

// Raises the process's soft limit of open files to its hard limit and gives the limit now in force.
qint64 raiseFileLimit();

// How many connections fit into a limit of open files, less a reserve for databases, logs and whoever looks
// at /healthz: the default of limits.connections. At least 1.
[[nodiscard]] int connectionsWithin(qint64 files);

} // namespace nextchat::ops
