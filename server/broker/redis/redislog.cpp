// SPDX-License-Identifier: MIT
#include "server/broker/redis/redislog.h"

namespace nextchat::broker::redis {

Q_LOGGING_CATEGORY(redisLog, "nextchat.redis")

} // namespace nextchat::broker::redis
