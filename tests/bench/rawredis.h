// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "server/broker/brokerscripts.h"
#include "server/broker/rediskeys.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

struct redisContext;
struct redisReply;

namespace nextchat::bench {

// A bare client of Redis: what it reaches is the limit for ours. Blocks; one thread.
class RawRedis
{
public:
    explicit RawRedis(int port); // of 127.0.0.1
    ~RawRedis();
    RawRedis(const RawRedis &) = delete;
    RawRedis &operator=(const RawRedis &) = delete;

    // Queues a command; it leaves when answers are waited for.
    void append(std::span<const std::string_view> words);
    // The next answer; false when it is an error, or there is none any more (see failure()).
    [[nodiscard]] bool receive();
    [[nodiscard]] bool call(std::span<const std::string_view> words);
    [[nodiscard]] bool call(std::initializer_list<std::string_view> words)
    {
        return call(std::span(words.begin(), words.size()));
    }
    // The text of the last answer, or of its element.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string text(std::size_t index) const;
    // Id and first value of the one entry that an XREAD of one stream gave; empty when it gave none.
    [[nodiscard]] std::pair<std::string, std::string> onlyEntry() const;
    [[nodiscard]] Error failure() const;

private:
    void forget();

    redisContext *m_context;
    redisReply *m_reply = nullptr;
};

// Publishes as a server does, by the broker's own script, with a place in a group.
class RawPublisher
{
public:
    // The deployment's epochs must have begun, and the group must exist.
    RawPublisher(RawRedis &redis, const QByteArray &prefix, int partitions, const QByteArray &group);
    [[nodiscard]] Expected<void> join();
    // Queues one message.
    void append(std::string_view text);

private:
    RawRedis &m_redis;
    const broker::BrokerScripts m_scripts;
    const QByteArray m_group;
    const broker::RedisKeys m_keys;
    QByteArray m_sha;
    std::string m_epoch;
    qint64 m_lastId = 0;
};

} // namespace nextchat::bench
