// SPDX-License-Identifier: MIT
#include "tests/bench/rawredis.h"

#include <hiredis/hiredis.h>

namespace nextchat::bench {

namespace {

const QByteArray serverId = "00000000000000ba";
const QByteArray userId = "bare";

std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), std::size_t(bytes.size())};
}

} // namespace

RawRedis::RawRedis(int port)
    : m_context(redisConnect("127.0.0.1", port))
{ }

RawRedis::~RawRedis()
{
    forget();
    redisFree(m_context);
}

void RawRedis::forget()
{
    if (m_reply)
        freeReplyObject(std::exchange(m_reply, nullptr));
}

void RawRedis::append(std::span<const std::string_view> words)
{
    std::vector<const char *> starts;
    std::vector<std::size_t> sizes;
    for (const std::string_view word : words) {
        starts.push_back(word.data());
        sizes.push_back(word.size());
    }
    redisAppendCommandArgv(m_context, int(words.size()), starts.data(), sizes.data());
}

bool RawRedis::receive()
{
    forget();
    void *reply = nullptr;
    if (redisGetReply(m_context, &reply) != REDIS_OK)
        return false;
    m_reply = static_cast<redisReply *>(reply);
    return m_reply->type != REDIS_REPLY_ERROR;
}

bool RawRedis::call(std::span<const std::string_view> words)
{
    append(words);
    return receive();
}

std::string RawRedis::text() const
{
    return m_reply && m_reply->str ? std::string(m_reply->str, std::size_t(m_reply->len)) : std::string();
}

std::string RawRedis::text(std::size_t index) const
{
    if (!m_reply || index >= m_reply->elements || !m_reply->element[index]->str)
        return {};
    return {m_reply->element[index]->str, std::size_t(m_reply->element[index]->len)};
}

std::pair<std::string, std::string> RawRedis::onlyEntry() const
{
    if (!m_reply || m_reply->elements == 0)
        return {};
    const redisReply *entry = m_reply->element[0]->element[1]->element[0];
    const redisReply *value = entry->element[1]->element[1];
    return {std::string(entry->element[0]->str), std::string(value->str)};
}

Error RawRedis::failure() const
{
    const std::string said = m_context->err != 0 ? std::string(m_context->errstr) : text();
    return {Error::Code::Unavailable, u"Redis: " % QString::fromStdString(said)};
}

RawPublisher::RawPublisher(RawRedis &redis, const QByteArray &prefix, int partitions, const QByteArray &group)
    : m_redis(redis)
    , m_group(group)
    , m_keys(prefix, broker::RedisKeys::partitionOf(group, partitions))
{ }

Expected<void> RawPublisher::join()
{
    const auto load = [this](const broker::BrokerScripts::Script &script) {
        return m_redis.call({"SCRIPT", "LOAD", view(script.text(true))})
            ? QByteArray::fromStdString(m_redis.text())
            : QByteArray();
    };
    m_sha = load(m_scripts.publish);
    const QByteArray joinSha = load(m_scripts.join);
    const QByteArray members = m_keys.members(m_group);
    const QByteArray held = m_keys.held(serverId);
    if (!m_redis.call({"HGET", view(m_keys.meta()), "epoch"}))
        return tl::unexpected(m_redis.failure());
    m_epoch = m_redis.text();
    if (!m_redis.call({"ZADD", view(m_keys.servers()), "9000000000000000", view(serverId)})
        || !m_redis.call({"EVALSHA", view(joinSha), "5", view(m_keys.meta()), view(m_keys.seq()),
                          view(members), view(m_keys.servers()), view(held), m_epoch, view(serverId),
                          view(m_group), view(userId), "1", "0", "none"})
        || m_redis.text(0) != "OK")
        return tl::unexpected(m_redis.failure());
    return {};
}

void RawPublisher::append(std::string_view text)
{
    const QByteArray sent = m_keys.own(serverId, QByteArray::number(++m_lastId));
    const QByteArray members = m_keys.members(m_group);
    const QByteArray tail = m_keys.tail(m_group);
    const std::array<std::string_view, 23> words{"EVALSHA",
                                                 view(m_sha),
                                                 "6",
                                                 view(m_keys.meta()),
                                                 view(m_keys.log()),
                                                 view(m_keys.seq()),
                                                 view(members),
                                                 view(tail),
                                                 view(sent),
                                                 m_epoch,
                                                 view(serverId),
                                                 view(m_group),
                                                 view(userId),
                                                 text,
                                                 "",
                                                 "60000",
                                                 "0",
                                                 "9000000000000000",
                                                 "10000",
                                                 "600000",
                                                 "0",
                                                 "1",
                                                 view(m_keys.entries())};
    m_redis.append(words);
}

} // namespace nextchat::bench
