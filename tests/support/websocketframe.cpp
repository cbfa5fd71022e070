// SPDX-License-Identifier: MIT
#include "tests/support/websocketframe.h"

#include <QtEndian>

namespace nextchat::test {

namespace {

constexpr char maskKey[4] = {0x12, 0x34, 0x56, 0x78};

void applyMask(QByteArray &payload, const char *key)
{
    for (qsizetype i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
}

template <typename T> void appendBigEndian(QByteArray &bytes, T value)
{
    char buffer[sizeof(T)];
    qToBigEndian(value, buffer);
    bytes.append(buffer, sizeof(T));
}

} // namespace

QByteArray WebSocketFrame::encode() const
{
    QByteArray bytes;
    bytes.append(static_cast<char>((fin ? 0x80 : 0) | (reserved << 4) | opcode));
    const int maskBit = masked ? 0x80 : 0;
    if (payload.size() < 126) {
        bytes.append(static_cast<char>(maskBit | static_cast<int>(payload.size())));
    } else if (payload.size() < 65536) {
        bytes.append(static_cast<char>(maskBit | 126));
        appendBigEndian(bytes, static_cast<quint16>(payload.size()));
    } else {
        bytes.append(static_cast<char>(maskBit | 127));
        appendBigEndian(bytes, static_cast<quint64>(payload.size()));
    }
    QByteArray content = payload;
    if (masked) {
        bytes.append(maskKey, 4);
        applyMask(content, maskKey);
    }
    return bytes + content;
}

int WebSocketFrame::closeCode() const
{
    return payload.size() >= 2 ? qFromBigEndian<quint16>(payload.constData()) : 0;
}

std::optional<WebSocketFrame> WebSocketFrame::take(QByteArray &bytes)
{
    if (bytes.size() < 2)
        return std::nullopt;
    WebSocketFrame frame;
    const auto first = static_cast<quint8>(bytes[0]);
    const auto second = static_cast<quint8>(bytes[1]);
    frame.fin = first & 0x80;
    frame.reserved = (first >> 4) & 7;
    frame.opcode = first & 0x0f;
    frame.masked = second & 0x80;
    quint64 length = second & 0x7f;
    qsizetype at = 2;
    const qsizetype lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (bytes.size() < at + lengthBytes)
        return std::nullopt;
    if (lengthBytes == 2)
        length = qFromBigEndian<quint16>(bytes.constData() + at);
    else if (lengthBytes == 8)
        length = qFromBigEndian<quint64>(bytes.constData() + at);
    at += lengthBytes + (frame.masked ? 4 : 0);
    if (static_cast<quint64>(bytes.size()) < static_cast<quint64>(at) + length)
        return std::nullopt;
    frame.payload = bytes.mid(at, static_cast<qsizetype>(length));
    if (frame.masked)
        applyMask(frame.payload, bytes.constData() + at - 4);
    bytes.remove(0, at + static_cast<qsizetype>(length));
    return frame;
}

QByteArray textFrame(const QByteArray &payload)
{
    return WebSocketFrame{.opcode = WebSocketFrame::Text, .payload = payload}.encode();
}

QByteArray closeFrame(int code)
{
    QByteArray payload;
    appendBigEndian(payload, static_cast<quint16>(code));
    return WebSocketFrame{.opcode = WebSocketFrame::Close, .payload = payload}.encode();
}

} // namespace nextchat::test
