// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/utf8validator.h"
#include "server/net/websocketframe.h"

#include <array>
#include <span>

namespace nextchat::net {

// What a WebSocketReader finds. Each returns whether to go on with the bytes behind it.
class WebSocketEvents
{
public:
    virtual ~WebSocketEvents() = default;

    // Payload of a text or binary message as it comes in, unmasked in place: SignalR frames its records
    // itself, so the boundaries of messages carry nothing (signalr-notes 0.8) and nothing is collected here.
    virtual bool dataArrived(std::span<char> bytes) = 0;
    virtual bool pingArrived(QByteArrayView payload) = 0;
    virtual bool closeArrived() = 0;
    // The peer broke RFC 6455: the connection is to be closed with that code. Nothing follows.
    virtual void peerFailed(WebSocketCloseCode code) = 0;
};

// Reads a client's frames (RFC 6455 5.2) from bytes in pieces of any size. Holds no payload but that of a
// control frame.
class WebSocketReader
{
public:
    // False when reading is over: an event said so, or the peer failed.
    bool feed(std::span<char> bytes, WebSocketEvents &events);

private:
    [[nodiscard]] bool takeHeader(std::span<char> &bytes, qsizetype size);
    [[nodiscard]] bool isAcceptable();
    [[nodiscard]] qsizetype headerSize() const;
    [[nodiscard]] bool beginFrame(WebSocketEvents &events);
    [[nodiscard]] bool takePayload(std::span<char> bytes, WebSocketEvents &events);
    [[nodiscard]] bool endFrame(WebSocketEvents &events);
    [[nodiscard]] bool endControlFrame(WebSocketEvents &events);
    [[nodiscard]] bool isControl() const { return m_opcode >= WebSocketOpcode::Close; }
    void unmask(std::span<char> bytes);

    std::array<char, 14> m_header = {};
    quint8 m_headerFill = 0;
    bool m_inPayload = false;
    bool m_final = false; // of the current frame
    bool m_inMessage = false; // a data message has begun and not ended
    bool m_messageIsText = false;
    WebSocketOpcode m_opcode = WebSocketOpcode::Continuation; // of the current frame
    quint8 m_maskAt = 0;
    Utf8Validator m_utf8;
    quint64 m_remaining = 0; // payload bytes of the current frame
    QByteArray m_control; // payload of a control frame
};

} // namespace nextchat::net
