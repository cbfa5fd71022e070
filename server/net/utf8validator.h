// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <span>

namespace nextchat::net {

// Checks UTF-8 that arrives in pieces (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF),
// as RFC 6455 8.1 asks for text messages. Value type.
class Utf8Validator
{
public:
    // False as soon as the bytes so far can't begin a valid text.
    [[nodiscard]] bool feed(std::span<const char> bytes);
    // Whether the text may end here.
    [[nodiscard]] bool isComplete() const { return m_missing == 0; }

private:
    [[nodiscard]] bool begin(quint8 byte);

    quint8 m_missing = 0; // continuation bytes still to come
    quint8 m_least = 0x80; // bounds of the next one
    quint8 m_most = 0xBF;
};

} // namespace nextchat::net
