// SPDX-License-Identifier: MIT
#include "server/serveroptions.h"

#include "server/ops/filelimit.h"
#include "server/signalr/endpointanswers.h"

namespace nextchat {

signalr::HubOptions hubOptions(const ServerConfiguration &configuration)
{
    const auto &signalr = configuration.signalr;
    const auto &limits = configuration.limits;
    signalr::HubOptions options;
    options.keepAliveInterval = signalr.keepAliveInterval;
    options.clientTimeoutInterval = signalr.clientTimeoutInterval;
    options.handshakeTimeout = signalr.handshakeTimeout;
    options.pollTimeout = signalr.pollTimeout;
    options.closeTimeout = signalr.closeTimeout;
    options.disconnectTimeout = signalr.disconnectTimeout;
    options.maximumParallelInvocations = signalr.maximumParallelInvocations;
    options.streamBufferCapacity = signalr.streamBufferCapacity;
    options.statefulReconnect = signalr.statefulReconnect;
    options.statefulReconnectBytes = signalr.statefulReconnectBufferSize;
    options.maximumOpenStreams = limits.openStreams;
    options.maximumMessageBytes = limits.messageBytes;
    options.outboundBytes = limits.outboundBytes;
    options.outboundTime = limits.outboundTime;
    options.slowCall = configuration.slowCall;
    options.detailedErrors = signalr.detailedErrors;
    return options;
}

QList<signalr::TransportKind> transports(const ServerConfiguration &configuration)
{
    QList<signalr::TransportKind> kinds;
    for (const QString &name : configuration.signalr.transports)
        kinds.append(signalr::transportNamed(name));
    return kinds;
}

chat::ChatOptions chatOptions(const ServerConfiguration &configuration)
{
    chat::ChatOptions options;
    options.callsPerSecond = configuration.limits.callsPerSecond;
    options.createsPerMinute = configuration.limits.createsPerMinute;
    options.groupsPerConnection = configuration.limits.groupsPerConnection;
    options.joinLimit = configuration.history.joinLimit;
    options.resumeLimit = configuration.history.resumeLimit;
    if (!configuration.redis.url.isEmpty())
        options.publishPatience = configuration.redis.commandTimeout;
    return options;
}

net::HttpLimits httpLimits(const ServerConfiguration &configuration, qint64 openFiles, int workers)
{
    net::HttpLimits limits;
    if (const qint64 configured = configuration.limits.httpConnections; configured > 0) {
        const qint64 all = std::min(configured, openFiles / 2);
        limits.allConnections = static_cast<std::size_t>(all);
        limits.connections = static_cast<std::size_t>(std::max<qint64>(all / workers, 1));
    }
    return limits;
}

net::HttpTimeouts httpTimeouts(const ServerConfiguration &configuration)
{
    net::HttpTimeouts timeouts;
    timeouts.head = configuration.server.headTimeout;
    timeouts.body = configuration.server.bodyTimeout;
    return timeouts;
}

signalr::ConnectionLimits connectionLimits(const ServerConfiguration &configuration, qint64 openFiles)
{
    const auto &limits = configuration.limits;
    return {.connections = limits.connections.value_or(ops::connectionsWithin(openFiles)),
            .connectionsPerUser = limits.connectionsPerUser,
            .connectionsPerAddress = limits.connectionsPerAddress};
}

} // namespace nextchat
