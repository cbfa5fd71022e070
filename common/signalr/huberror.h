// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringView>

#include <optional>

namespace nextchat::signalr {

// The hub author's own words in the error of a completion: what follows `HubException: `. Nothing when it is
// another error.
[[nodiscard]] std::optional<QString> hubExceptionText(QStringView completionError);

} // namespace nextchat::signalr
