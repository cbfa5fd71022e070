// SPDX-License-Identifier: MIT
#include "server/history/historylog.h"

namespace nextchat::history {

Q_LOGGING_CATEGORY(historyLog, "nextchat.history")

} // namespace nextchat::history
