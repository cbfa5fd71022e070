// SPDX-License-Identifier: MIT
#pragma once

#include <QProcessEnvironment>
#include <QString>

namespace nextchat::console {

// Where the console keeps things: $XDG_STATE_HOME/nextchat; ~/.local/state where that is unset or relative
// (XDG base directories 0.8).
[[nodiscard]] QString stateFolder(const QProcessEnvironment &environment);

// Makes a folder that only its user can look into, unless it is there. False: there is none.
[[nodiscard]] bool makePrivateFolder(const QString &path);

} // namespace nextchat::console
