// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

namespace nextchat::test {

// The program of that name, from PATH or from /usr/sbin, which an ordinary user's PATH may lack; empty when
// there is none.
[[nodiscard]] QString findMariaDbProgram(const QString &name);

// What `mariadbd` must be told of the data files that copyFreshMariaDbData() makes.
[[nodiscard]] QStringList mariaDbDataOptions();

// Fills `folder`, which must not exist, with the data of a server that has nothing but its system tables and
// `root` without a password. They are made once for each build and version of the server, and copied. False,
// with a warning, when they can't be made.
[[nodiscard]] bool copyFreshMariaDbData(const QString &folder);

} // namespace nextchat::test
