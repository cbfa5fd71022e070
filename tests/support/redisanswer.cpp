// SPDX-License-Identifier: MIT
#include "tests/support/redisanswer.h"

#include <hiredis/hiredis.h>
#include <memory>

namespace nextchat::test {

namespace {

constexpr timeval patience{5, 0};

struct Free
{
    void operator()(redisContext *context) const { redisFree(context); }
    void operator()(redisReply *reply) const { freeReplyObject(reply); }
};

RedisAnswer lost(const char *reason)
{
    return {RedisAnswer::Type::Lost, reason, 0, {}};
}

RedisAnswer copied(const redisReply &reply)
{
    using Type = RedisAnswer::Type;
    switch (reply.type) {
    case REDIS_REPLY_INTEGER:
        return {Type::Integer, QByteArray::number(reply.integer), reply.integer, {}};
    case REDIS_REPLY_NIL:
        return {Type::Nil, {}, 0, {}};
    case REDIS_REPLY_ARRAY: {
        RedisAnswer answer{Type::Array, {}, 0, {}};
        for (size_t i = 0; i < reply.elements; ++i)
            answer.elements.push_back(copied(*reply.element[i]));
        return answer;
    }
    default:
        break;
    }
    const Type type = reply.type == REDIS_REPLY_ERROR ? Type::Error
        : reply.type == REDIS_REPLY_STATUS            ? Type::Status
                                                      : Type::Text;
    return {type, QByteArray(reply.str, static_cast<qsizetype>(reply.len)), 0, {}};
}

RedisAnswer asked(redisContext *context, const QByteArrayList &arguments)
{
    std::vector<const char *> pointers;
    std::vector<size_t> lengths;
    for (const QByteArray &argument : arguments) {
        pointers.push_back(argument.constData());
        lengths.push_back(static_cast<size_t>(argument.size()));
    }
    const std::unique_ptr<redisReply, Free> reply(static_cast<redisReply *>(
        redisCommandArgv(context, static_cast<int>(arguments.size()), pointers.data(), lengths.data())));
    return reply ? copied(*reply) : lost(context->errstr);
}

} // namespace

QByteArray RedisAnswer::toText() const
{
    switch (type) {
    case Type::Nil:
        return "(nil)";
    case Type::Lost:
    case Type::Error:
        return "(error) " + text;
    case Type::Array:
        return toList().join('\n');
    default:
        return text;
    }
}

QByteArrayList RedisAnswer::toList() const
{
    QByteArrayList list;
    for (const RedisAnswer &element : elements)
        list << element.toText();
    return list;
}

RedisAnswer askRedis(quint16 port, const QByteArrayList &arguments, const QByteArray &password)
{
    const std::unique_ptr<redisContext, Free> context(redisConnectWithTimeout("127.0.0.1", port, patience));
    if (!context || context->err != 0)
        return lost(context ? context->errstr : "out of memory");
    redisSetTimeout(context.get(), patience);
    if (!password.isEmpty()) {
        if (RedisAnswer refusal = asked(context.get(), {"AUTH", password}); refusal.isError())
            return refusal;
    }
    return asked(context.get(), arguments);
}

} // namespace nextchat::test
