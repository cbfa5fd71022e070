// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/recentmessages.h"
#include "server/broker/redispartitioncontext.h"

namespace nextchat::broker {

// A page of a group's log as RecentMessages gives it, with the places of messages that this version can't
// read.
struct RecentItems
{
    std::vector<PartitionTail::Item> items; // oldest first
    bool more = false;
    bool reached = false;
    qint64 newestSeq = 0;
};

// Reads from the partition that the context is of, in the broker's thread. NotFound, Unavailable.
[[nodiscard]] QCoro::Task<Expected<RecentItems>> readRecent(RedisPartitionContext &context,
                                                            RecentMessages::Query query);

} // namespace nextchat::broker
