// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::desktop {

// The desktop client.
Q_DECLARE_LOGGING_CATEGORY(desktopLog)

} // namespace nextchat::desktop
