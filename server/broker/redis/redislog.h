// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::broker::redis {

Q_DECLARE_LOGGING_CATEGORY(redisLog) // nextchat.redis

} // namespace nextchat::broker::redis
