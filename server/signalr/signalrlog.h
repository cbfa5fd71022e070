// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::signalr {

// "nextchat.signalr": ids of connections, never tokens or arguments.
Q_DECLARE_LOGGING_CATEGORY(signalrLog)

} // namespace nextchat::signalr
