// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/reconnectpolicy.h"

#include <QByteArray>
#include <QList>
#include <QUrl>

#include <chrono>
#include <functional>
#include <utility>

namespace nextchat::signalr {

struct HubConnectionOptions
{
    QUrl url; // of the hub, http or https (ws and wss are taken for them)
    bool negotiate = true; // false: open the WebSocket at once, without a connection id

    QByteArray protocol = "json"; // or "messagepack"

    // Asks the server to keep the connection when its WebSocket is lost, and then tries once to go on over
    // another one: nobody notices when that succeeds.
    bool statefulReconnect = false;

    // Asked before each connection; what it gives goes as `Authorization: Bearer ...` with every request.
    // Empty: no header.
    std::function<QString()> accessToken = {};
    QList<std::pair<QByteArray, QByteArray>> headers = {}; // added to every request

    ReconnectPolicy reconnect = ReconnectPolicy::never(); // after a loss; never for the first connection

    std::chrono::milliseconds keepAliveInterval =
        std::chrono::seconds(15); // a ping after so long without sending
    std::chrono::milliseconds serverTimeout =
        std::chrono::seconds(30); // without a byte from the server: lost
    std::chrono::milliseconds handshakeTimeout =
        std::chrono::seconds(15); // each: negotiate, WebSocket and handshake
    std::chrono::milliseconds closeTimeout = std::chrono::seconds(2); // for the server's answer to our Close
    std::chrono::milliseconds callTimeout = std::chrono::milliseconds(0); // of invoke(); 0: none

    qsizetype maximumMessageSize = 16 * 1024 * 1024; // of one record from the server, bytes
    qsizetype maximumOutgoing = 4 * 1024 * 1024; // bytes that may wait to be sent
    qsizetype maximumCalls = 10'000; // in flight
    qsizetype maximumStreamItems = 10'000; // of one stream, arrived and not yet taken
};

} // namespace nextchat::signalr
