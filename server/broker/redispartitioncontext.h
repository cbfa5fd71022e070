// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/heldplaces.h"
#include "server/broker/partitiontail.h"
#include "server/broker/rediskeys.h"
#include "server/broker/redisshard.h"
#include "server/broker/redisshared.h"

namespace nextchat::broker {

// What the parts of one partition share; its RedisPartition changes it. Belongs to the broker's thread.
struct RedisPartitionContext
{
    RedisShared &shared;
    RedisShard &shard; // the Redis it is on
    const RedisKeys keys;
    PartitionTail tail;
    HeldPlaces places;
    QByteArray epoch; // the partition's; empty until the first opening
    bool isOpen = false; // this server's places and Redis' agree: calls may be made
    bool isOpening = false;
    std::chrono::steady_clock::time_point leaseEnd; // when others may take the places, at the earliest
    std::function<void()> reopen; // compares epochs and asserts the places once more; no effect while opening
    std::vector<Reply<bool>> waiting; // for the end of the opening, whether it is open then
};

// Whether the partition is open; awaits an opening that is under way.
[[nodiscard]] inline QCoro::Task<bool> opened(RedisPartitionContext &context)
{
    if (context.isOpen || !context.isOpening)
        co_return context.isOpen;
    auto wait = [&context](Reply<bool> reply) { context.waiting.push_back(std::move(reply)); };
    co_return co_await ask<bool>(std::move(wait)); // named: g++ 12 destroys a temporary twice
}

} // namespace nextchat::broker
