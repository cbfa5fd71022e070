// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nextchat::net {

// Looks along while a client begins to speak TLS: OpenSSL makes room for as much as a message says that it
// has, up to 128 KiB, before it has come and from whoever says so. Knows records and handshake messages by
// their headers, as far as they are not encrypted (RFC 8446, 4 and 5.1).
class TlsHello
{
public:
    static constexpr std::size_t mostBytes = 8 * 1024; // of a message; those of clients have about 2 KiB

    // The next bytes of the client. False when they announce a message that is too large.
    [[nodiscard]] bool take(std::span<const unsigned char> bytes);
    // Whether all that matters has been seen.
    [[nodiscard]] bool isOver() const { return m_isOver; }

private:
    void recordBegins();
    [[nodiscard]] bool messageByte(unsigned char byte);

    unsigned char m_header[5] = {}; // of a record
    std::size_t m_headerFill = 0;
    std::size_t m_recordLeft = 0; // bytes
    unsigned char m_type = 0; // of the message
    std::size_t m_messageFill = 0; // bytes of its header that came
    std::size_t m_messageLeft = 0; // bytes
    bool m_hasMore = false; // a message beyond the hello has come: what follows is encrypted
    bool m_isOver = false;
};

} // namespace nextchat::net
