// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/pseudoterminal.h"

#include <QUrl>

#include <memory>

namespace nextchat::test {

// What nextchat is started with on a terminal of eight colours; `state` is where it keeps things.
inline QProcessEnvironment consoleEnvironment(const QString &state)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TERM"), QStringLiteral("xterm"));
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    environment.insert(QStringLiteral("XDG_STATE_HOME"), state);
    for (const QString &name :
         {QStringLiteral("NO_COLOR"), QStringLiteral("COLORTERM"), QStringLiteral("INPUTRC")})
        environment.remove(name);
    return environment;
}

// nextchat on a terminal of its own, connected to `url` as `user` where there is one.
[[nodiscard]] inline std::unique_ptr<PseudoTerminal> openConsole(const QUrl &url, const QString &user,
                                                                 const QProcessEnvironment &environment,
                                                                 const QStringList &more = {})
{
    QStringList arguments = more;
    if (!url.isEmpty())
        arguments += {QStringLiteral("--url"), url.toString(), QStringLiteral("--user"), user};
    return std::make_unique<PseudoTerminal>(qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u"/nextchat",
                                            arguments, environment);
}

} // namespace nextchat::test
