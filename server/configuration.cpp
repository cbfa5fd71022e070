// SPDX-License-Identifier: MIT
#include "server/configuration.h"

#include "server/configurationrules.h"

namespace nextchat {

namespace {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

constexpr qint64 mebibyte = 1024 * 1024;
constexpr qint64 million = 1'000'000;

void describeServer(ConfigurationSchema &schema, ServerConfiguration::Server &server)
{
    schema.text(u"server.listen"_s, server.listen, rules::endpoint,
                u"Where clients connect, HOST:PORT. Port 0 takes a free one."_s);
    schema.text(u"server.path"_s, server.path, rules::hubPath, u"The path of the hub."_s);
    schema.text(u"server.opsListen"_s, server.opsListen, rules::endpoint,
                u"A port of their own for health and metrics, always plain HTTP; unset: the same port."_s);
    schema.text(u"server.dataDir"_s, server.dataDir, {}, u"The folder of the embedded database."_s);
    schema.integer(u"server.ioThreads"_s, server.ioThreads, 0, 256,
                   u"Threads for connections; 0: one per core."_s);
    schema.secret(u"server.tokenSecret"_s, server.tokenSecret, {},
                  u"Signs connection tokens; the same on all servers behind one address. Unset: random; with "
                  "Redis, made once for all of them."_s);
    schema.list(u"server.allowedOrigins"_s, server.allowedOrigins, {}, rules::origin,
                u"Origins of web pages that may connect, besides the server's own."_s);
    schema.duration(u"server.drainTime"_s, server.drainTime, 0ms, 1h,
                    u"At shutdown, the time over which connections are asked to go elsewhere."_s);
    schema.duration(u"server.shutdownTimeout"_s, server.shutdownTimeout, 1s, 2h,
                    u"At shutdown, the time after which the server ends whatever is still open."_s);
    schema.duration(u"server.headTimeout"_s, server.headTimeout, 10ms, 10min,
                    u"For a whole HTTP request head."_s);
    schema.duration(
        u"server.bodyTimeout"_s, server.bodyTimeout, 10ms, 1h,
        u"For a whole HTTP request body; for hub messages that are posted, as long as they come at less "
        "than 1 KiB a second."_s);
    schema.text(u"server.tls.certificate"_s, server.tls.certificate, {},
                u"A PEM file with the certificate chain."_s);
    schema.text(u"server.tls.key"_s, server.tls.key, {}, u"A PEM file with the private key."_s);
}

void describeAuth(ConfigurationSchema &schema, ServerConfiguration::Auth &auth)
{
    using Mode = ServerConfiguration::Auth::Mode;
    schema.choice<Mode>(
        u"auth.mode"_s, auth.mode, {{u"trusted"_s, Mode::Trusted}, {u"jwt"_s, Mode::Jwt}},
        u"trusted: callers are whom their Authorization header names. jwt: by a signed token."_s);
    schema.list(u"auth.jwt.keys"_s, auth.jwt.keys, {}, {},
                u"Files with the keys that tokens may be signed with."_s);
    schema.list(u"auth.jwt.algorithms"_s, auth.jwt.algorithms,
                {u"HS256"_s, u"HS384"_s, u"HS512"_s, u"RS256"_s, u"ES256"_s}, {},
                u"The signatures that are accepted."_s);
    schema.text(u"auth.jwt.issuer"_s, auth.jwt.issuer, {}, u"What `iss` must be."_s);
    schema.text(u"auth.jwt.audience"_s, auth.jwt.audience, {}, u"What `aud` must hold."_s);
    schema.text(u"auth.jwt.userClaim"_s, auth.jwt.userClaim, {}, u"The claim with the user id."_s);
    schema.duration(u"auth.jwt.clockSkew"_s, auth.jwt.clockSkew, 0ms, 10min, u"How far clocks may differ."_s);
}

void describeSignalR(ConfigurationSchema &schema, ServerConfiguration::SignalR &signalr)
{
    schema.duration(u"signalr.keepAliveInterval"_s, signalr.keepAliveInterval, 10ms, 1h,
                    u"After that much silence the server pings."_s);
    schema.duration(u"signalr.clientTimeoutInterval"_s, signalr.clientTimeoutInterval, 10ms, 1h,
                    u"A client silent for that long is closed."_s);
    schema.duration(u"signalr.handshakeTimeout"_s, signalr.handshakeTimeout, 10ms, 1h,
                    u"For the handshake of a new connection."_s);
    schema.integer(u"signalr.maximumParallelInvocations"_s, signalr.maximumParallelInvocations, 1, 1000,
                   u"Calls of one connection that run at once."_s);
    schema.integer(u"signalr.streamBufferCapacity"_s, signalr.streamBufferCapacity, 1, 10'000,
                   u"Messages of the largest size that a client's streams may have waiting."_s);
    schema.boolean(u"signalr.statefulReconnect"_s, signalr.statefulReconnect,
                   u"Whether clients may ask for stateful reconnect."_s);
    schema.size(u"signalr.statefulReconnectBufferSize"_s, signalr.statefulReconnectBufferSize, 1,
                1024 * mebibyte, u"Not acknowledged by a client, above which its streams wait."_s);
    schema.duration(u"signalr.disconnectTimeout"_s, signalr.disconnectTimeout, 0ms, 1h,
                    u"How long a lost connection may come back, or one be without a poll."_s);
    schema.duration(u"signalr.pollTimeout"_s, signalr.pollTimeout, 10ms, 1h,
                    u"Of one request of long polling."_s);
    schema.duration(u"signalr.closeTimeout"_s, signalr.closeTimeout, 10ms, 10min,
                    u"For a client to take its last message, and to answer the close of its WebSocket."_s);
    schema.boolean(u"signalr.detailedErrors"_s, signalr.detailedErrors,
                   u"Whether clients see the text of unforeseen errors."_s);
    schema.list(
        u"signalr.transports"_s, signalr.transports,
        {u"WebSockets"_s, u"ServerSentEvents"_s, u"LongPolling"_s}, {},
        u"Ways to connect, in the order in which clients are to try them; the others are switched off."_s);
}

void describeRedis(ConfigurationSchema &schema, ServerConfiguration::Redis &redis)
{
    schema.secretUrls(
        u"redis.url"_s, redis.url, rules::redisUrl,
        u"One Redis or several: `redis://`, `redis+sentinel://`, with TLS `rediss://`, `rediss+sentinel://`; "
        "unset: messages stay within this process."_s);
    schema.text(u"redis.prefix"_s, redis.prefix, rules::keyPrefix, u"Begins the names of all keys."_s);
    schema.integer(u"redis.partitions"_s, redis.partitions, 1, 1024,
                   u"Logs that the groups are spread over."_s);
    schema.duration(u"redis.retention"_s, redis.retention, 1s, 30 * 24h,
                    u"How long the log keeps a message at least; without a database it is the only "
                    "history."_s);
    schema.integer(u"redis.maxBacklog"_s, redis.maxBacklog, 1, 1000 * million,
                   u"Messages of one log (redis.partitions) not stored in history yet, beyond which it takes "
                   "none."_s);
    schema.duration(u"redis.commandTimeout"_s, redis.commandTimeout, 10ms, 1min,
                    u"For the answer to a command."_s);
    schema.text(u"redis.tls.ca"_s, redis.tls.ca, {},
                u"A PEM file with the authorities that may sign Redis' certificate; unset: the system's."_s);
    schema.text(u"redis.tls.certificate"_s, redis.tls.certificate, {},
                u"A PEM file with the certificate to show to Redis, where it asks for one, and its chain."_s);
    schema.text(u"redis.tls.key"_s, redis.tls.key, {}, u"A PEM file with the key of that certificate."_s);
}

void describeMessaging(ConfigurationSchema &schema, ServerConfiguration &target)
{
    using AcceptWhen = ServerConfiguration::Messaging::AcceptWhen;
    schema.choice<AcceptWhen>(
        u"messaging.acceptWhen"_s, target.messaging.acceptWhen,
        {{u"written"_s, AcceptWhen::Written},
         {u"replicated"_s, AcceptWhen::Replicated},
         {u"stored"_s, AcceptWhen::Stored}},
        u"When a message counts as accepted: Redis has it, a replica has it, or history has it."_s);
    schema.duration(u"groups.leaseDuration"_s, target.groups.leaseDuration, 100ms, 1h,
                    u"How long the place of a lost connection is kept."_s);
}

void describeHistory(ConfigurationSchema &schema, ServerConfiguration::History &history)
{
    schema.secretUrl(
        u"history.url"_s, history.url, rules::historyUrl,
        u"The database: mysql://, sqlite:// or none. Unset: SQLite in server.dataDir, with Redis none."_s);
    schema.boolean(u"history.singleServer"_s, history.singleServer,
                   u"Says that no other server runs, so that SQLite may be used with Redis."_s);
    schema.integer(u"history.joinLimit"_s, history.joinLimit, 0, 1000,
                   u"Messages handed over by JoinGroup."_s);
    schema.integer(u"history.resumeLimit"_s, history.resumeLimit, 0, 10'000,
                   u"Missed messages that ResumeGroup hands over at most."_s);
    schema.duration(u"history.readTimeout"_s, history.readTimeout, 10ms, 10min,
                    u"For an answer of the database."_s);
    schema.optionalDuration(u"history.retention"_s, history.retention, 1min, 36'500 * 24h,
                            u"How long messages are kept; unset: for ever."_s);
    schema.integer(u"history.writers"_s, history.writers, 1, 64, u"Threads that write to the database."_s);
    schema.integer(u"history.readers"_s, history.readers, 1, 64, u"Threads that read from it."_s);
}

void describeLog(ConfigurationSchema &schema, ServerConfiguration &configuration)
{
    LogOptions &log = configuration.log;
    schema.text(u"log.level"_s, log.level, rules::logLevel,
                u"debug, info, warning or error, with exceptions: info,nextchat.net=debug."_s);
    schema.choice<LogFormat>(u"log.format"_s, log.format,
                             {{u"text"_s, LogFormat::Text}, {u"json"_s, LogFormat::Json}},
                             u"How records are written to stderr."_s);
    schema.duration(u"log.slowCall"_s, configuration.slowCall, 0ms, 1h,
                    u"Calls that run for so long are logged; 0: none."_s);
}

void describeLimits(ConfigurationSchema &schema, ServerConfiguration::Limits &limits)
{
    schema.integer(u"limits.groupMembers"_s, limits.groupMembers, 0, million, u"Users in a group."_s);
    schema.integer(u"limits.groups"_s, limits.groups, 0, 10 * million, u"Groups in all."_s);
    schema.integer(u"limits.groupsPerConnection"_s, limits.groupsPerConnection, 0, million,
                   u"Groups that a connection is in."_s);
    schema.size(u"limits.messageBytes"_s, limits.messageBytes, 0, 64 * mebibyte,
                u"A hub message from a client."_s);
    schema.size(u"limits.outboundBytes"_s, limits.outboundBytes, 0, 1024 * mebibyte,
                u"Bytes waiting for a connection, beyond which it is closed; one answer may exceed it."_s);
    schema.duration(u"limits.outboundTime"_s, limits.outboundTime, 0ms, 1h,
                    u"How long bytes may wait for a connection before it is closed."_s);
    schema.integer(u"limits.callsPerSecond"_s, limits.callsPerSecond, 0, million,
                   u"Calls of a connection, those that can't start included; a burst may be twice that."_s);
    schema.integer(u"limits.createsPerMinute"_s, limits.createsPerMinute, 0, million,
                   u"CreateGroup calls of a connection."_s);
    schema.optionalInteger(u"limits.connections"_s, limits.connections, 0, 100 * million,
                           u"Connections to this server; unset: what the limit of open files allows."_s);
    schema.integer(u"limits.connectionsPerUser"_s, limits.connectionsPerUser, 0, million,
                   u"Connections of a user."_s);
    schema.integer(u"limits.connectionsPerAddress"_s, limits.connectionsPerAddress, 0, million,
                   u"Connections from an IP address: behind a proxy, the proxy's."_s);
    schema.integer(
        u"limits.httpConnections"_s, limits.httpConnections, 0, 100 * million,
        u"HTTP connections at an address, those of hub connections not counted; at most half of the "
        "limit of open files."_s);
    schema.integer(u"limits.openStreams"_s, limits.openStreams, 0, 10'000,
                   u"Streams open on a connection."_s);
}

} // namespace

ConfigurationSchema serverSchema(ServerConfiguration &target)
{
    ConfigurationSchema schema;
    describeServer(schema, target.server);
    describeAuth(schema, target.auth);
    describeSignalR(schema, target.signalr);
    describeRedis(schema, target.redis);
    describeMessaging(schema, target);
    describeHistory(schema, target.history);
    describeLog(schema, target);
    describeLimits(schema, target.limits);
    return schema;
}

} // namespace nextchat
