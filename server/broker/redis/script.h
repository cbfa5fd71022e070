// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace nextchat::broker::redis {

// A Lua script of the broker, known to Redis by the SHA-1 of its text.
class Script
{
public:
    enum class WhenFull {
        Refused,
        Runs, // although Redis is out of memory: it frees, or takes next to nothing
    };

    // From the resource `:/nextchat/broker/scripts/NAME.lua`.
    explicit Script(const char *name, WhenFull whenFull = WhenFull::Refused);

    // Redis 7 and later must be told by the script itself that it runs when memory is full; earlier ones
    // can't read that line, and look at each of its commands.
    [[nodiscard]] const QByteArray &text(bool hasFlags) const { return variant(hasFlags).text; }
    [[nodiscard]] const QByteArray &sha(bool hasFlags) const { return variant(hasFlags).sha; }

private:
    struct Variant
    {
        QByteArray text;
        QByteArray sha; // hexadecimal
    };

    [[nodiscard]] const Variant &variant(bool hasFlags) const { return hasFlags ? m_flagged : m_plain; }

    Variant m_plain;
    Variant m_flagged;
};

} // namespace nextchat::broker::redis
