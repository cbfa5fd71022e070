// SPDX-License-Identifier: MIT
#include "server/net/websocketreader.h"

#include <QtEndian>

namespace nextchat::net {

namespace {

constexpr quint8 finalBit = 0x80;
constexpr quint8 reservedBits = 0x70;
constexpr quint8 opcodeBits = 0x0F;
constexpr quint8 maskBit = 0x80;
constexpr quint8 lengthBits = 0x7F;
constexpr qsizetype maskSize = 4;
constexpr quint8 controlLimit = 125; // RFC 6455 5.5

bool isKnown(quint8 opcode)
{
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

// Codes that may stand in a Close frame (RFC 6455 7.4).
bool isSendable(quint16 code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

} // namespace

bool WebSocketReader::feed(std::span<char> bytes, WebSocketEvents &events)
{
    while (!bytes.empty()) {
        if (!m_inPayload) {
            if (!takeHeader(bytes, 2))
                return true;
            if (!isAcceptable()) {
                events.peerFailed(WebSocketCloseCode::ProtocolError);
                return false;
            }
            if (!takeHeader(bytes, headerSize()))
                return true;
            if (!beginFrame(events))
                return false;
        }
        const auto take = static_cast<std::size_t>(std::min<quint64>(m_remaining, bytes.size()));
        const auto payload = bytes.first(take);
        bytes = bytes.subspan(take);
        m_remaining -= take;
        if (!payload.empty() && !takePayload(payload, events))
            return false;
        if (m_remaining == 0 && !endFrame(events))
            return false;
    }
    return true;
}

qsizetype WebSocketReader::headerSize() const
{
    const quint8 length = static_cast<quint8>(m_header[1]) & lengthBits;
    return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + maskSize;
}

bool WebSocketReader::takeHeader(std::span<char> &bytes, qsizetype size)
{
    while (m_headerFill < size) {
        if (bytes.empty())
            return false;
        m_header[m_headerFill++] = bytes.front();
        bytes = bytes.subspan(1);
    }
    return true;
}

// Looks at the first two bytes alone: a frame that is not masked may have no more.
bool WebSocketReader::isAcceptable()
{
    const auto first = static_cast<quint8>(m_header[0]);
    const auto second = static_cast<quint8>(m_header[1]);
    m_final = first & finalBit;
    m_opcode = static_cast<WebSocketOpcode>(first & opcodeBits);
    if ((first & reservedBits) != 0 || !isKnown(first & opcodeBits) || (second & maskBit) == 0)
        return false;
    if (isControl())
        return m_final && (second & lengthBits) <= controlLimit;
    return (m_opcode == WebSocketOpcode::Continuation) == m_inMessage;
}

bool WebSocketReader::beginFrame(WebSocketEvents &events)
{
    m_remaining = static_cast<quint8>(m_header[1]) & lengthBits;
    if (m_remaining == 126)
        m_remaining = qFromBigEndian<quint16>(&m_header[2]);
    else if (m_remaining == 127)
        m_remaining = qFromBigEndian<quint64>(&m_header[2]);
    if (m_remaining > static_cast<quint64>(std::numeric_limits<qint64>::max())) {
        events.peerFailed(WebSocketCloseCode::ProtocolError);
        return false;
    }
    if (!isControl() && m_opcode != WebSocketOpcode::Continuation) {
        m_inMessage = true;
        m_messageIsText = m_opcode == WebSocketOpcode::Text;
        m_utf8 = {};
    }
    m_maskAt = 0;
    m_inPayload = true;
    return true;
}

void WebSocketReader::unmask(std::span<char> bytes)
{
    const char *mask = m_header.data() + headerSize() - maskSize;
    for (char &byte : bytes)
        byte = static_cast<char>(byte ^ mask[m_maskAt++ & 3]);
    m_maskAt &= 3;
}

bool WebSocketReader::takePayload(std::span<char> bytes, WebSocketEvents &events)
{
    unmask(bytes);
    if (isControl()) {
        m_control.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
        return true;
    }
    if (m_messageIsText && !m_utf8.feed(bytes)) {
        events.peerFailed(WebSocketCloseCode::InvalidPayload);
        return false;
    }
    return events.dataArrived(bytes);
}

bool WebSocketReader::endFrame(WebSocketEvents &events)
{
    m_inPayload = false;
    if (isControl()) {
        const bool goOn = endControlFrame(events);
        m_control = {};
        m_headerFill = 0;
        return goOn;
    }
    m_headerFill = 0;
    if (!m_final)
        return true;
    m_inMessage = false;
    if (m_messageIsText && !m_utf8.isComplete()) {
        events.peerFailed(WebSocketCloseCode::InvalidPayload);
        return false;
    }
    return true;
}

bool WebSocketReader::endControlFrame(WebSocketEvents &events)
{
    switch (m_opcode) {
    case WebSocketOpcode::Ping:
        return events.pingArrived(m_control);
    case WebSocketOpcode::Close: {
        const bool empty = m_control.isEmpty();
        Utf8Validator reason;
        if (m_control.size() == 1 || (!empty && !isSendable(qFromBigEndian<quint16>(m_control.constData()))))
            events.peerFailed(WebSocketCloseCode::ProtocolError);
        else if (!empty && !(reason.feed(std::span<const char>(m_control).subspan(2)) && reason.isComplete()))
            events.peerFailed(WebSocketCloseCode::InvalidPayload);
        else
            return events.closeArrived();
        return false;
    }
    default:
        return true; // an unasked-for Pong
    }
}

} // namespace nextchat::net
