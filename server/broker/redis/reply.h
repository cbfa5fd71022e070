// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <memory>
#include <string_view>

struct redisReply;

namespace nextchat::broker::redis {

// What Redis answered: a view of a reply of hiredis, good as long as that lives, or a copy that is good for
// ever. A missing element reads as nil.
class Reply
{
public:
    Reply() = default; // nil
    explicit Reply(const redisReply *reply)
        : m_reply(reply)
    { }
    [[nodiscard]] Reply copy() const;

    [[nodiscard]] bool isNil() const;
    [[nodiscard]] bool isError() const;
    // Of strings, states and errors; empty for others.
    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] qint64 integer() const; // 0 for others
    [[nodiscard]] std::size_t size() const; // of an array, 0 for others
    [[nodiscard]] Reply operator[](std::size_t index) const;

    // The first word of an error, e.g. NOSCRIPT.
    [[nodiscard]] std::string_view errorCode() const;

private:
    const redisReply *m_reply = nullptr;
    std::shared_ptr<redisReply> m_owner;
};

// The outcome of a command.
struct Result
{
    enum class Kind {
        Answered, // perhaps by an error
        NotSent, // certainly not executed
        Lost, // sent, but the connection ended before the answer
    };

    Kind kind = Kind::NotSent;
    Reply reply;
};

} // namespace nextchat::broker::redis
