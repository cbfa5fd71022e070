// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::chat {

// "nextchat.chat": ids of connections, groups and messages; no texts.
Q_DECLARE_LOGGING_CATEGORY(chatLog)

} // namespace nextchat::chat
