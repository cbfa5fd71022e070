// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubprotocol.h"

namespace nextchat::signalr {

// Hub messages as JSON (signalr-notes 1.5): one object each, ended by 0x1E. Reads leniently (any order of
// properties, unknown ones, and unknown message types are skipped) and writes as the .NET server does.
// Stateless, for any thread.
class JsonHubProtocol final : public HubProtocol
{
public:
    static constexpr char recordSeparator = 0x1E;

    [[nodiscard]] QByteArrayView name() const override { return "json"; }
    [[nodiscard]] bool isBinary() const override { return false; }
    [[nodiscard]] Expected<QByteArray> encode(const HubMessage &message) const override;
    [[nodiscard]] Expected<Decoded> decode(QByteArrayView buffer, qsizetype maximumSize) const override;
    [[nodiscard]] bool mayEnd(QByteArrayView more) const override { return more.contains(recordSeparator); }
};

} // namespace nextchat::signalr
