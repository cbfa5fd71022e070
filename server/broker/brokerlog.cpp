// SPDX-License-Identifier: MIT
#include "server/broker/brokerlog.h"

namespace nextchat::broker {

Q_LOGGING_CATEGORY(brokerLog, "nextchat.broker")

} // namespace nextchat::broker
