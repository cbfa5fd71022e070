// SPDX-License-Identifier: MIT
#include "common/chat/chatlog.h"

namespace nextchat::chat {

Q_LOGGING_CATEGORY(chatClientLog, "nextchat.chat.client", QtInfoMsg)

} // namespace nextchat::chat
