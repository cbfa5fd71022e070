// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubprotocol.h"

namespace nextchat::signalr {

// Hub messages as MessagePack (signalr-notes 1.5): one array each, behind its length. Reads leniently
// (further elements and unknown message types are skipped, integers in any form) and writes as the .NET
// server does. Stateless, for any thread.
class MessagePackHubProtocol final : public HubProtocol
{
public:
    [[nodiscard]] QByteArrayView name() const override { return "messagepack"; }
    [[nodiscard]] bool isBinary() const override { return true; }
    [[nodiscard]] Expected<QByteArray> encode(const HubMessage &message) const override;
    [[nodiscard]] Expected<Decoded> decode(QByteArrayView buffer, qsizetype maximumSize) const override;
    [[nodiscard]] bool mayEnd(QByteArrayView) const override { return true; } // its length is at its front
};

} // namespace nextchat::signalr
