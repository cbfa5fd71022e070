// SPDX-License-Identifier: MIT
#pragma once

#include "server/configuration.h"

#include <QMap>
#include <QString>
#include <QStringList>

#include <optional>

namespace nextchat {

// What the command line, the environment and the file come to: a server to start, or an end.
struct StartUp
{
    std::optional<int> exitCode; // set: print `output` and `complaint`, then end with it (0 fine, 2 wrong
                                 // usage or configuration)
    QByteArray output = {}; // for stdout
    QString complaint = {}; // one line for stderr
    ServerConfiguration configuration = {};
    QStringList warnings = {}; // to be logged once logging is up
};

// Reads everything that `nextchat-server` is told. `arguments` begins with the program's name. Reads files,
// changes nothing.
[[nodiscard]] StartUp startUp(const QStringList &arguments, const QMap<QString, QString> &environment);

// The version that --version and the health pages give.
[[nodiscard]] QString serverVersion();

} // namespace nextchat
