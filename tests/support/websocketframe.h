// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <optional>

namespace nextchat::test {

// One frame of RFC 6455, section 5.2.
struct WebSocketFrame
{
    enum Opcode { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

    int opcode = Text;
    QByteArray payload;
    bool fin = true;
    bool masked = true;
    int reserved = 0; // the three reserved bits, 0 to 7

    [[nodiscard]] QByteArray encode() const; // masked with a fixed key
    [[nodiscard]] int closeCode() const; // of a Close frame; 0 when it has none

    // Takes the first whole frame from `bytes`; nothing when there is none yet.
    [[nodiscard]] static std::optional<WebSocketFrame> take(QByteArray &bytes);
};

// What a well-behaved client sends: a whole masked message.
[[nodiscard]] QByteArray textFrame(const QByteArray &payload);
[[nodiscard]] QByteArray closeFrame(int code);

} // namespace nextchat::test
