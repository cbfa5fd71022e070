// SPDX-License-Identifier: MIT
#include "server/chat/chatlog.h"

namespace nextchat::chat {

Q_LOGGING_CATEGORY(chatLog, "nextchat.chat")

} // namespace nextchat::chat
