// SPDX-License-Identifier: MIT
#include "client-gui/model/desktoplog.h"

namespace nextchat::desktop {

Q_LOGGING_CATEGORY(desktopLog, "nextchat.desktop", QtInfoMsg)

} // namespace nextchat::desktop
