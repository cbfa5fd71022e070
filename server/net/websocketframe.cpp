// SPDX-License-Identifier: MIT
#include "server/net/websocketframe.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace nextchat::net {

namespace {

constexpr char finalBit = static_cast<char>(0x80);
constexpr qsizetype longestShortLength = 125; // RFC 6455 5.2
constexpr char length16 = 126;
constexpr char length64 = 127;

} // namespace

QByteArray webSocketFrame(WebSocketOpcode opcode, QByteArrayView payload)
{
    QByteArray frame;
    frame.reserve(10 + payload.size());
    frame.append(static_cast<char>(finalBit | static_cast<char>(opcode)));
    if (payload.size() <= longestShortLength) {
        frame.append(static_cast<char>(payload.size()));
    } else if (payload.size() <= 0xFFFF) {
        frame.append(length16);
        const auto size = qToBigEndian(static_cast<quint16>(payload.size()));
        frame.append(reinterpret_cast<const char *>(&size), sizeof size);
    } else {
        frame.append(length64);
        const auto size = qToBigEndian(static_cast<quint64>(payload.size()));
        frame.append(reinterpret_cast<const char *>(&size), sizeof size);
    }
    frame.append(payload);
    return frame;
}

QByteArray webSocketCloseFrame(WebSocketCloseCode code)
{
    const auto number = qToBigEndian(static_cast<quint16>(code));
    return webSocketFrame(WebSocketOpcode::Close,
                          QByteArrayView(reinterpret_cast<const char *>(&number), sizeof number));
}

QByteArray webSocketAccept(QByteArrayView key)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(key);
    hash.addData("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    return hash.result().toBase64();
}

} // namespace nextchat::net
