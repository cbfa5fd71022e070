// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"
#include "common/signalr/hubprotocol.h"
#include "server/net/payload.h"

#include <map>
#include <vector>

namespace nextchat::signalr {

// Messages for many connections: encoded once per protocol, when the first connection of that protocol needs
// it; consecutive messages leave in one transport message. Belongs to one thread.
class Broadcast
{
public:
    explicit Broadcast(std::vector<HubMessage> messages)
        : m_messages(std::move(messages))
    { }

    [[nodiscard]] std::size_t size() const { return m_messages.size(); }
    [[nodiscard]] const net::Payload &payload(const HubProtocol &protocol) const;

private:
    std::vector<HubMessage> m_messages;
    mutable std::map<const HubProtocol *, net::Payload> m_payloads;
};

// The encoded message; what cannot be encoded is logged and gives nothing.
[[nodiscard]] QByteArray encodeOrLog(const HubProtocol &protocol, const HubMessage &message);

} // namespace nextchat::signalr
