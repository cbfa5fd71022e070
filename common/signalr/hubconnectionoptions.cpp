// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnectionoptions.h"

namespace nextchat::signalr {

QString transportName(HubTransport transport)
{
    switch (transport) {
    case HubTransport::ServerSentEvents:
        return QStringLiteral("ServerSentEvents");
    case HubTransport::LongPolling:
        return QStringLiteral("LongPolling");
    case HubTransport::WebSockets:
        break;
    }
    return QStringLiteral("WebSockets");
}

std::optional<HubTransport> transportByName(const QString &name)
{
    for (const HubTransport transport :
         {HubTransport::WebSockets, HubTransport::ServerSentEvents, HubTransport::LongPolling}) {
        if (transportName(transport) == name)
            return transport;
    }
    return std::nullopt;
}

} // namespace nextchat::signalr
