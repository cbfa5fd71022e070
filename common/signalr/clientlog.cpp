// SPDX-License-Identifier: MIT
#include "common/signalr/clientlog.h"

namespace nextchat::signalr {

Q_LOGGING_CATEGORY(clientLog, "nextchat.signalr.client", QtInfoMsg)

} // namespace nextchat::signalr
