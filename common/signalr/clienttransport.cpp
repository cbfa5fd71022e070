// SPDX-License-Identifier: MIT
#include "common/signalr/clienttransport.h"

#include "common/signalr/clienteventstream.h"
#include "common/signalr/clientlongpoll.h"
#include "common/signalr/clientwebsocket.h"

namespace nextchat::signalr {

ClientTransport *makeTransport(HubTransport kind, const HubConnectionOptions &options,
                               const HubAddress &address, const HubNetwork &network)
{
    switch (kind) {
    case HubTransport::ServerSentEvents:
        return new ClientEventStream(options, address, network);
    case HubTransport::LongPolling:
        return new ClientLongPoll(options, address, network);
    case HubTransport::WebSockets:
        break;
    }
    return new ClientWebSocket(options, address, network);
}

} // namespace nextchat::signalr
