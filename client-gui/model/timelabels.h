// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"

#include <QDateTime>
#include <QString>

// Times as people read them: local, in the language of the program.
namespace nextchat::desktop {

[[nodiscard]] QDateTime localTime(chat::Timestamp time);

[[nodiscard]] QString dayLabel(const QDate &day, const QDate &today); // `Today`, `Monday, 3 March`, ...
[[nodiscard]] QString clockLabel(const QDateTime &time); // `14:05`
[[nodiscard]] QString recentLabel(const QDateTime &time,
                                  const QDate &today); // short: `14:05`, `Yesterday`, `Mon`, `3 Mar`, `2023`
[[nodiscard]] QString fullLabel(const QDateTime &time);

} // namespace nextchat::desktop
