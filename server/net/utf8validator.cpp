// SPDX-License-Identifier: MIT
#include "server/net/utf8validator.h"

#include <cstring>

namespace nextchat::net {

namespace {

constexpr quint64 highBits = 0x8080808080808080ULL;

// Length of the run of ASCII at the start, in whole words.
std::size_t asciiRun(std::span<const char> bytes)
{
    std::size_t at = 0;
    while (at + sizeof(quint64) <= bytes.size()) {
        quint64 word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        if (word & highBits)
            break;
        at += sizeof word;
    }
    return at;
}

} // namespace

bool Utf8Validator::feed(std::span<const char> bytes)
{
    for (std::size_t i = 0; i < bytes.size();) {
        if (m_missing == 0) {
            i += asciiRun(bytes.subspan(i));
            if (i == bytes.size())
                break;
        }
        const auto byte = static_cast<quint8>(bytes[i++]);
        if (m_missing == 0) {
            if (byte >= 0x80 && !begin(byte))
                return false;
        } else {
            if (byte < m_least || byte > m_most)
                return false;
            m_least = 0x80;
            m_most = 0xBF;
            --m_missing;
        }
    }
    return true;
}

bool Utf8Validator::begin(quint8 byte)
{
    if (byte < 0xC2 || byte > 0xF4)
        return false;
    m_missing = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    // The first continuation byte rules out overlong forms, surrogates and what lies above U+10FFFF.
    if (byte == 0xE0)
        m_least = 0xA0;
    else if (byte == 0xED)
        m_most = 0x9F;
    else if (byte == 0xF0)
        m_least = 0x90;
    else if (byte == 0xF4)
        m_most = 0x8F;
    return true;
}

} // namespace nextchat::net
