// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/brokermetrics.h"
#include "server/broker/brokerscripts.h"
#include "server/broker/listenertable.h"
#include "server/broker/outbox.h"
#include "server/broker/redis/words.h"
#include "server/broker/redisbrokeroptions.h"
#include "server/broker/redismetrics.h"

namespace nextchat::broker {

// What all parts of a RedisBroker share. Belongs to the broker's thread.
struct RedisShared
{
    RedisShared(RedisBrokerOptions brokerOptions, std::shared_ptr<const redis::Tls> itsTls,
                BrokerMetrics &brokerMetrics, RedisMetrics &ownMetrics, std::atomic<int> &waiting);

    const RedisBrokerOptions options;
    const std::shared_ptr<const redis::Tls> tls; // null where no URL asks for it
    const QByteArray serverId; // of this start: 16 hexadecimal digits
    const BrokerScripts scripts;
    // Arguments that are the same for every publish.
    const QByteArray clientIdWindow; // milliseconds
    const QByteArray ownIdWindow;
    const QByteArray tailLength;
    const QByteArray tailTime; // milliseconds
    const QByteArray maximumBacklog;
    ListenerTable listeners;
    Outbox outbox;
    BrokerMetrics &metrics;
    RedisMetrics &redisMetrics;
    quint64 lastJoin = 0;
};

using redis::view;
using redis::viewsOf;

} // namespace nextchat::broker
