// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/reconnectpolicy.h"

#include <QByteArray>
#include <QList>
#include <QUrl>

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

namespace nextchat::signalr {

enum class HubTransport { WebSockets, ServerSentEvents, LongPolling };

[[nodiscard]] QList<HubTransport> allTransports();

// As negotiate calls it. Nothing when there is none of that name.
[[nodiscard]] QString transportName(HubTransport transport);
[[nodiscard]] std::optional<HubTransport> transportByName(const QString &name);

struct HubConnectionOptions
{
    QUrl url; // of the hub, http or https (ws and wss are taken for them)

    // Those that may be used. The server says in which order they are tried, until one comes about.
    QList<HubTransport> transports = allTransports();
    bool negotiate = true; // false: open a WebSocket at once, without a connection id; it must be allowed

    QByteArray protocol = "json"; // or "messagepack", which Server-Sent Events do not carry

    // Asks the server to keep the connection when its WebSocket is lost, and then tries once to go on over
    // another one: nobody notices when that succeeds. The other transports do not know it.
    bool statefulReconnect = false;

    // Asked before each negotiation, and when a later request is refused with 401; what it gives goes as
    // `Authorization: Bearer ...` with every request. Empty: no header.
    std::function<QString()> accessToken = {};
    QList<std::pair<QByteArray, QByteArray>> headers = {}; // added to every request

    // Cookies that the server or a load balancer sets are sent back as long as the HubConnection lives.
    // Proxies and TLS are as the process has them: QNetworkProxy::setApplicationProxy() or
    // QNetworkProxyFactory, QSslConfiguration::setDefaultConfiguration().

    ReconnectPolicy reconnect = ReconnectPolicy::never(); // after a loss; never for the first connection

    std::chrono::milliseconds keepAliveInterval =
        std::chrono::seconds(15); // a ping after so long without sending
    std::chrono::milliseconds serverTimeout =
        std::chrono::seconds(30); // without a byte from the server: lost
    std::chrono::milliseconds handshakeTimeout =
        std::chrono::seconds(15); // each: negotiate, and a transport with its handshake
    std::chrono::milliseconds pollTimeout =
        std::chrono::seconds(100); // a long poll without an answer: lost; more than the server lets it wait
    std::chrono::milliseconds closeTimeout = std::chrono::seconds(2); // for the server's answer to our Close
    std::chrono::milliseconds callTimeout = std::chrono::milliseconds(0); // of invoke(); 0: none

    qsizetype maximumMessageSize = 16 * 1024 * 1024; // of one record from the server, bytes
    qsizetype maximumOutgoing = 4 * 1024 * 1024; // bytes that may wait to be sent
    qsizetype maximumCalls = 10'000; // in flight
    qsizetype maximumStreamItems = 10'000; // of one stream, arrived and not yet taken
};

} // namespace nextchat::signalr
