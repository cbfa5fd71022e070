// SPDX-License-Identifier: MIT
#include "server/net/netlog.h"

namespace nextchat::net {

Q_LOGGING_CATEGORY(netLog, "nextchat.net", QtInfoMsg)

} // namespace nextchat::net
