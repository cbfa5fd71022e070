// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::chat {

// The client side of chat.
Q_DECLARE_LOGGING_CATEGORY(chatClientLog)

} // namespace nextchat::chat
