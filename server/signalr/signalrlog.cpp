// SPDX-License-Identifier: MIT
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

Q_LOGGING_CATEGORY(signalrLog, "nextchat.signalr")

} // namespace nextchat::signalr
