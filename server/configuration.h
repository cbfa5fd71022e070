// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/configurationschema.h"
#include "common/support/logging.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace nextchat {

// What a nextchat-server is told (contract.md 4 and 1.4): one member per key, named as the key, with its
// default. Plain values, read in main() and handed on. An empty QString or list is unset.
struct ServerConfiguration
{
    struct Server
    {
        QString listen = QStringLiteral("127.0.0.1:5000"); // see parseEndpoint()
        QString path = QStringLiteral("/next-chat");
        QString opsListen; // unset: health and metrics are served at `listen`
        QString dataDir; // the default depends on the environment: startUp() fills it in
        int ioThreads = 0; // 0: one per core
        QString tokenSecret; // unset: random per process
        QStringList allowedOrigins;
        std::chrono::milliseconds drainTime = std::chrono::seconds(10);
        std::chrono::milliseconds shutdownTimeout = std::chrono::seconds(30);
        std::chrono::milliseconds headTimeout = std::chrono::seconds(10);
        std::chrono::milliseconds bodyTimeout = std::chrono::seconds(30);
        struct Tls
        {
            QString certificate; // paths of PEM files
            QString key;
        } tls;
    } server;

    struct Auth
    {
        enum class Mode { Trusted, Jwt } mode = Mode::Trusted;
        struct Jwt
        {
            QStringList keys; // paths of files
            QStringList algorithms = {QStringLiteral("HS256")};
            QString issuer;
            QString audience;
            QString userClaim = QStringLiteral("sub");
            std::chrono::milliseconds clockSkew = std::chrono::seconds(60);
        } jwt;
    } auth;

    struct SignalR
    {
        std::chrono::milliseconds keepAliveInterval = std::chrono::seconds(15);
        std::chrono::milliseconds clientTimeoutInterval = std::chrono::seconds(30);
        std::chrono::milliseconds handshakeTimeout = std::chrono::seconds(15);
        int maximumParallelInvocations = 1;
        int streamBufferCapacity = 10;
        bool statefulReconnect = true;
        qint64 statefulReconnectBufferSize = 100'000;
        std::chrono::milliseconds disconnectTimeout = std::chrono::seconds(15);
        std::chrono::milliseconds pollTimeout = std::chrono::seconds(90);
        std::chrono::milliseconds closeTimeout = std::chrono::seconds(5);
        bool detailedErrors = false;
        // As negotiate names them, in the order in which they are offered.
        QStringList transports = {QStringLiteral("WebSockets"), QStringLiteral("ServerSentEvents"),
                                  QStringLiteral("LongPolling")};
    } signalr;

    struct Redis
    {
        QStringList url;
        QString prefix = QStringLiteral("nc");
        int partitions = 16;
        std::chrono::milliseconds retention = std::chrono::minutes(10);
        qint64 maxBacklog = 1'000'000;
        std::chrono::milliseconds commandTimeout = std::chrono::seconds(2);
        struct Tls
        {
            QString ca; // paths of PEM files; unset: the system's authorities, and no certificate of its own
            QString certificate;
            QString key;
        } tls;
    } redis;

    struct Messaging
    {
        enum class AcceptWhen { Written, Replicated, Stored } acceptWhen = AcceptWhen::Written;
    } messaging;

    struct Groups
    {
        std::chrono::milliseconds leaseDuration = std::chrono::seconds(30);
    } groups;

    struct History
    {
        QString url; // unset: SQLite in the data directory without Redis, none with it
        bool singleServer = false;
        int joinLimit = 50;
        int resumeLimit = 500;
        std::chrono::milliseconds readTimeout = std::chrono::seconds(2);
        std::optional<std::chrono::milliseconds> retention; // unset: kept for ever
        int writers = 1;
        int readers = 2;
    } history;

    LogOptions log;
    std::chrono::milliseconds slowCall = std::chrono::seconds(1); // log.slowCall; 0: none

    struct Limits // 0: off
    {
        int groupMembers = 1000;
        int groups = 10'000;
        int groupsPerConnection = 200;
        qint64 messageBytes = 32 * 1024;
        qint64 outboundBytes = 1024 * 1024;
        std::chrono::milliseconds outboundTime = std::chrono::seconds(10);
        int callsPerSecond = 50; // a burst may be twice that
        int createsPerMinute = 60;
        std::optional<int> connections; // unset: what the limit of open files allows
        int connectionsPerUser = 20;
        int connectionsPerAddress = 0;
        int httpConnections = 10'000;
        int openStreams = 16;
    } limits;
};

// Describes every key, bound to the members of `target`, whose present values are the defaults.
[[nodiscard]] ConfigurationSchema serverSchema(ServerConfiguration &target);

} // namespace nextchat
