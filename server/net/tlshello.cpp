// SPDX-License-Identifier: MIT
#include "server/net/tlshello.h"

namespace nextchat::net {

namespace {

enum RecordType { ChangeCipherSpec = 20, Alert = 21, Handshake = 22 };
constexpr unsigned char clientHello = 1;
constexpr std::size_t messageHeader = 4; // type, three bytes of length

} // namespace

bool TlsHello::take(std::span<const unsigned char> bytes)
{
    for (const unsigned char byte : bytes) {
        if (m_isOver)
            return true;
        if (m_headerFill < sizeof m_header) {
            m_header[m_headerFill++] = byte;
            if (m_headerFill == sizeof m_header)
                recordBegins();
            continue;
        }
        if (m_header[0] == Handshake && !messageByte(byte))
            return false;
        if (--m_recordLeft == 0)
            m_headerFill = 0;
    }
    return true;
}

void TlsHello::recordBegins()
{
    m_recordLeft = std::size_t(m_header[3]) << 8 | m_header[4];
    const unsigned char type = m_header[0];
    // A change of cipher before the second hello of TLS 1.3 means nothing.
    if ((type == ChangeCipherSpec && m_hasMore) || type < ChangeCipherSpec || type > Handshake)
        m_isOver = true;
    if (m_recordLeft == 0)
        m_headerFill = 0;
}

bool TlsHello::messageByte(unsigned char byte)
{
    if (m_messageFill == messageHeader) {
        if (--m_messageLeft == 0)
            m_messageFill = 0;
        return true;
    }
    if (m_messageFill == 0) {
        m_type = byte;
        m_messageLeft = 0;
    } else {
        m_messageLeft = m_messageLeft << 8 | byte;
    }
    if (++m_messageFill < messageHeader)
        return true;
    m_hasMore = m_hasMore || m_type != clientHello;
    if (m_messageLeft == 0)
        m_messageFill = 0;
    return m_messageLeft <= mostBytes;
}

} // namespace nextchat::net
