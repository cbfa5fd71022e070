// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace nextchat::net {

enum class WebSocketOpcode : quint8 {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10
};

// RFC 6455 7.4.1, those in use here.
enum class WebSocketCloseCode : quint16 {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    InvalidPayload = 1007, // text that is not UTF-8
    InternalError = 1011,
};

// A whole, final frame as a server sends it: not masked (RFC 6455 5.1), so the bytes are the same for every
// receiver.
[[nodiscard]] QByteArray webSocketFrame(WebSocketOpcode opcode, QByteArrayView payload);
[[nodiscard]] QByteArray webSocketCloseFrame(WebSocketCloseCode code);

// The value of Sec-WebSocket-Accept for a client's Sec-WebSocket-Key (RFC 6455 4.2.2).
[[nodiscard]] QByteArray webSocketAccept(QByteArrayView key);

} // namespace nextchat::net
