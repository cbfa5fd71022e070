// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayView>

#include <array>
#include <optional>

namespace nextchat::signalr {

// The length in front of each MessagePack hub message: seven bits a byte, the lowest first, the highest bit
// says that more follow (signalr-notes 1.5).
class MessagePackLength
{
public:
    static constexpr qsizetype maximumSize = 5; // bytes; enough for 2^31 - 1

    // `length` is 0 to 2^31 - 1.
    explicit MessagePackLength(qsizetype length)
    {
        auto rest = static_cast<quint32>(length);
        do {
            const quint32 more = rest >> 7 != 0 ? 0x80 : 0;
            m_bytes[static_cast<std::size_t>(m_size++)] = static_cast<char>((rest & 0x7f) | more);
            rest >>= 7;
        } while (rest != 0);
    }

    [[nodiscard]] QByteArrayView bytes() const { return {m_bytes.data(), m_size}; }

    struct Read
    {
        qsizetype size = 0; // bytes that the length itself takes; 0 while it is not complete
        qsizetype length = 0; // of the message behind it
    };
    // Reads the length at the front of `buffer`; nothing when it is above 2^31 - 1. Longer than it need be is
    // accepted, as there.
    [[nodiscard]] static std::optional<Read> read(QByteArrayView buffer)
    {
        quint64 length = 0;
        for (qsizetype i = 0; i < maximumSize; ++i) {
            if (i == buffer.size())
                return Read{};
            const auto byte = static_cast<quint8>(buffer[i]);
            length |= static_cast<quint64>(byte & 0x7f) << (7 * i);
            if (byte < 0x80)
                return length > 0x7fffffff ? std::nullopt
                                           : std::optional(Read{i + 1, static_cast<qsizetype>(length)});
        }
        return std::nullopt;
    }

private:
    std::array<char, maximumSize> m_bytes = {};
    qsizetype m_size = 0;
};

} // namespace nextchat::signalr
