// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/expected.h"

#include <qcorotask.h>

#include <optional>
#include <vector>

namespace nextchat::broker {

// What a RedisBroker asks of the history that outlives the data in Redis. Called in the broker's thread, and
// answers there. Errors: Unavailable, TimedOut.
class MessageArchive
{
public:
    struct Group
    {
        QString id;
        qint64 lastSeq = 0; // the highest ever stored; 0: none
    };
    struct Post
    {
        chat::MessageReceipt receipt;
        QString text;
    };

    virtual ~MessageArchive() = default;

    // The groups that are in that one of so many partitions (RedisKeys::partitionOf).
    [[nodiscard]] virtual QCoro::Task<Expected<std::vector<Group>>> groups(int partition, int partitions) = 0;

    // What the sender posted to the group under that id lately, if anything.
    [[nodiscard]] virtual QCoro::Task<Expected<std::optional<Post>>> find(QString groupId, QString senderId,
                                                                          QString clientMessageId) = 0;
};

} // namespace nextchat::broker
