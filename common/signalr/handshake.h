// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubprotocol.h"
#include "common/support/expected.h"

#include <optional>

namespace nextchat::signalr {

// The first record in each direction (signalr-notes 1.4): always JSON, ended by 0x1E, whatever protocol
// follows.

constexpr qsizetype maximumHandshakeSize = 32 * 1024; // without a 0x1E by then, the handshake has failed
constexpr int maximumProtocolVersion = 2; // 2: the client can reconnect statefully

struct HandshakeRequest
{
    QString protocol;
    int version = 1;

    friend bool operator==(const HandshakeRequest &, const HandshakeRequest &) = default;
};

struct HandshakeResponse
{
    QString error = {}; // null: accepted

    friend bool operator==(const HandshakeResponse &, const HandshakeResponse &) = default;
};

// A handshake record at the front of a buffer. What follows it, hub messages already, is the caller's to
// keep.
template <typename T> struct HandshakeRead
{
    qsizetype consumed = 0; // 0 while the record is not complete
    std::optional<T> record = {};
};

[[nodiscard]] QByteArray write(const HandshakeRequest &request);
[[nodiscard]] QByteArray write(const HandshakeResponse &response);

// Server side. Fails with LimitReached when too long, with Protocol and the detail when malformed: see
// handshakeErrorText.
[[nodiscard]] Expected<HandshakeRead<HandshakeRequest>> readHandshakeRequest(QByteArrayView buffer);

// Client side. A record with a `type` is no handshake response and fails (Protocol).
[[nodiscard]] Expected<HandshakeRead<HandshakeResponse>> readHandshakeResponse(QByteArrayView buffer);

// The protocol that the request asks for, or the text of the refusal. `binaryTransport`: the transport
// carries binary data.
[[nodiscard]] Expected<const HubProtocol *> chooseProtocol(const HandshakeRequest &request,
                                                           bool binaryTransport);

// What goes back to the client for an error of the two functions above; the detail is added if `detailed`.
[[nodiscard]] QString handshakeErrorText(const Error &error, bool detailed);

// What goes back when no request came in time.
[[nodiscard]] QString handshakeCanceledText();

} // namespace nextchat::signalr
