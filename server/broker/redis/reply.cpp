// SPDX-License-Identifier: MIT
#include "server/broker/redis/reply.h"

#include <cstdlib>
#include <cstring>
#include <hiredis/hiredis.h>

namespace nextchat::broker::redis {

namespace {

// As hiredis makes them, so that freeReplyObject() frees it.
redisReply *clone(const redisReply &original)
{
    // NOLINTBEGIN(cppcoreguidelines-no-malloc): hiredis frees it
    auto *reply = static_cast<redisReply *>(std::calloc(1, sizeof(redisReply)));
    reply->type = original.type;
    reply->integer = original.integer;
    if (original.str) {
        reply->len = original.len;
        reply->str = static_cast<char *>(std::malloc(std::size_t(original.len) + 1));
        std::memcpy(reply->str, original.str, std::size_t(original.len) + 1);
    }
    if (original.elements > 0) {
        reply->elements = original.elements;
        reply->element = static_cast<redisReply **>(std::calloc(original.elements, sizeof(redisReply *)));
        for (std::size_t i = 0; i < original.elements; ++i)
            reply->element[i] = clone(*original.element[i]);
    }
    // NOLINTEND(cppcoreguidelines-no-malloc)
    return reply;
}

} // namespace

Reply Reply::copy() const
{
    Reply result;
    if (!m_reply)
        return result;
    result.m_owner = std::shared_ptr<redisReply>(clone(*m_reply), &freeReplyObject);
    result.m_reply = result.m_owner.get();
    return result;
}

bool Reply::isNil() const
{
    return !m_reply || m_reply->type == REDIS_REPLY_NIL;
}

bool Reply::isError() const
{
    return m_reply && m_reply->type == REDIS_REPLY_ERROR;
}

std::string_view Reply::text() const
{
    return m_reply && m_reply->str ? std::string_view(m_reply->str, std::size_t(m_reply->len))
                                   : std::string_view();
}

qint64 Reply::integer() const
{
    return m_reply ? m_reply->integer : 0;
}

std::size_t Reply::size() const
{
    return m_reply ? m_reply->elements : 0;
}

Reply Reply::operator[](std::size_t index) const
{
    return index < size() ? Reply(m_reply->element[index]) : Reply();
}

std::string_view Reply::errorCode() const
{
    std::string_view all = isError() ? text() : std::string_view();
    // Redis 6.2 says first which script failed where, and then why:
    // `ERR Error running script (call to f_SHA): @user_script:46: @user_script: 46: -OOM command not allowed
    // ...`
    if (all.starts_with("ERR Error running script")) {
        constexpr std::string_view reason = ": -";
        const std::size_t found = all.find(reason);
        if (found != std::string_view::npos)
            all.remove_prefix(found + reason.size());
    }
    return all.substr(0, all.find(' '));
}

} // namespace nextchat::broker::redis
