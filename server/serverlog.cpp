// SPDX-License-Identifier: MIT
#include "server/serverlog.h"

namespace nextchat {

Q_LOGGING_CATEGORY(serverLog, "nextchat.server")

} // namespace nextchat
