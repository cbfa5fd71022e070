// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnectionoptions.h"

#include <algorithm>

namespace nextchat::signalr {

QList<HubTransport> allTransports()
{
    return {HubTransport::WebSockets, HubTransport::ServerSentEvents, HubTransport::LongPolling};
}

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
    const QList<HubTransport> all = allTransports();
    const auto named = std::find_if(
        all.begin(), all.end(), [&name](HubTransport transport) { return transportName(transport) == name; });
    return named == all.end() ? std::nullopt : std::optional(*named);
}

} // namespace nextchat::signalr
