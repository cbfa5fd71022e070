// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"
#include "common/signalr/hubprotocol.h"
#include "common/signalr/statefulreconnect.h"
#include "server/net/payload.h"

#include <algorithm>
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
        , m_counted(std::count_if(m_messages.begin(), m_messages.end(), isCounted))
    { }

    [[nodiscard]] std::size_t size() const { return m_messages.size(); }
    // How many of them have ids for a stateful reconnect.
    [[nodiscard]] qint64 counted() const { return m_counted; }
    [[nodiscard]] const net::Payload &payload(const HubProtocol &protocol) const;

private:
    std::vector<HubMessage> m_messages;
    qint64 m_counted;
    mutable std::map<const HubProtocol *, net::Payload> m_payloads;
};

// The encoded message; what cannot be encoded is logged and gives nothing.
[[nodiscard]] QByteArray encodeOrLog(const HubProtocol &protocol, const HubMessage &message);

} // namespace nextchat::signalr
