// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::signalr {

// The client side; what the server's engine says has a category of its own.
Q_DECLARE_LOGGING_CATEGORY(clientLog)

} // namespace nextchat::signalr
