// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"
#include "common/support/expected.h"

#include <QByteArray>
#include <QByteArrayView>

namespace nextchat::signalr {

// One encoding of hub messages with its framing: JSON (records that end with 0x1E) or MessagePack
// (length-prefixed). Stateless, so one instance serves all threads.
class HubProtocol
{
public:
    virtual ~HubProtocol() = default;

    // The name in the handshake: "json" or "messagepack".
    [[nodiscard]] virtual QByteArrayView name() const = 0;

    // Whether records need a transport that carries binary.
    [[nodiscard]] virtual bool isBinary() const = 0;

    // The whole record, framing included. Fails (InvalidArgument) when a value cannot be expressed, e.g.
    // nested too deeply.
    [[nodiscard]] virtual Expected<QByteArray> encode(const HubMessage &message) const = 0;

    struct Decoded
    {
        qsizetype consumed = 0; // bytes of `buffer` used; 0 when the first record is not complete yet
        std::optional<HubMessage>
            message; // absent for an incomplete record or an unknown message type (to be skipped)
    };

    // Takes the first record off `buffer`. A record above `maximumSize` bytes (framing included; 0: no
    // limit), complete or not, and a malformed one fail with Error::Code::Protocol and the detail text of
    // signalr-notes 1.7; the connection is to be closed then.
    [[nodiscard]] virtual Expected<Decoded> decode(QByteArrayView buffer, qsizetype maximumSize) const = 0;

    // Whether `more` may hold the end of a record of which decode() has seen the beginning: where it does
    // not, there is no need to look at the whole again.
    [[nodiscard]] virtual bool mayEnd(QByteArrayView more) const = 0;

    // The protocol of that name (case-sensitive), null when unknown.
    [[nodiscard]] static const HubProtocol *byName(QByteArrayView name);

    // The detail text for a record above `maximumSize` bytes.
    [[nodiscard]] static QString tooLarge(qsizetype maximumSize);
};

} // namespace nextchat::signalr
