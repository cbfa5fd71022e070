// SPDX-License-Identifier: MIT
#include "server/signalr/broadcast.h"

#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

QByteArray encodeOrLog(const HubProtocol &protocol, const HubMessage &message)
{
    Expected<QByteArray> encoded = protocol.encode(message);
    if (encoded)
        return std::move(*encoded);
    qCCritical(signalrLog, "a message cannot be encoded and is not sent: %s",
               qUtf8Printable(encoded.error().message));
    return {};
}

const net::Payload &Broadcast::payload(const HubProtocol &protocol) const
{
    const auto found = m_payloads.find(&protocol);
    if (found != m_payloads.end())
        return found->second;
    QByteArray records;
    for (const HubMessage &message : m_messages)
        records += encodeOrLog(protocol, message);
    return m_payloads.emplace(&protocol, net::Payload(std::move(records), protocol.isBinary())).first->second;
}

} // namespace nextchat::signalr
