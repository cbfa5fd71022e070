// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace nextchat::desktop {

// A sentence of the server, or of the client library, in the language of the program; as it is where it is
// not known.
[[nodiscard]] QString inOwnWords(const QString &sentence);

} // namespace nextchat::desktop
