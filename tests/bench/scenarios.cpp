// SPDX-License-Identifier: MIT
#include "tests/bench/scenarios.h"

#include <unistd.h>

namespace nextchat::bench {

const QList<Scenario> &scenarios()
{
    static const QList<Scenario> all{
        {QStringLiteral("a"), QStringLiteral("fanout"),
         QStringLiteral("One member talks to 1,000, 200 characters a message"), false, false, measureFanout},
        {QStringLiteral("b"), QStringLiteral("connect"), QStringLiteral("2,000 and 10,000 clients connect"),
         true, false, measureConnect},
        {QStringLiteral("c"), QStringLiteral("memory"), QStringLiteral("10,000 idle connections in memory"),
         true, false, measureMemory},
        {QStringLiteral("d"), QStringLiteral("idle"),
         QStringLiteral("One member talks to 100, with and without 9,000 idle connections"), true, false,
         measureIdle},
        {QStringLiteral("e"), QStringLiteral("publish"), QStringLiteral("100 members of 100 groups post"),
         false, false, measurePublish},
        {QStringLiteral("f"), QStringLiteral("saturation"),
         QStringLiteral("10 members talk to 1,000, ever faster, 200 characters a message"), true, false,
         measureSaturation},
        {QStringLiteral("g"), QStringLiteral("redispublish"),
         QStringLiteral("Publishing over Redis, 200 characters a message"), true, false, measureRedisPublish},
        {QStringLiteral("h"), QStringLiteral("redislatency"),
         QStringLiteral("From a server to another over Redis, idle"), true, false, measureRedisLatency},
        {QStringLiteral("i"), QStringLiteral("redistail"),
         QStringLiteral("What a server over Redis costs by being there"), true, false, measureRedisTail},
        {QStringLiteral("j"), QStringLiteral("historystore"),
         QStringLiteral("200,000 messages get from Redis into MariaDB"), true, false, measureHistoryStore},
        {QStringLiteral("k"), QStringLiteral("historypage"),
         QStringLiteral("The last 50 of a group, out of 10,000,000 messages in MariaDB"), true, false,
         measureHistoryPage},
        {QStringLiteral("l"), QStringLiteral("historylatency"),
         QStringLiteral("Members talk while messages get into MariaDB"), true, false, measureHistoryLatency},
        {QStringLiteral("m"), QStringLiteral("soak"),
         QStringLiteral("2,000 clients join, talk, leave, drop and come back"), true, true, measureSoak},
        {QStringLiteral("n"), QStringLiteral("echo"),
         QStringLiteral("20 clients call a hub that echoes, 200 characters a call"), true, false,
         measureEcho},
        {QStringLiteral("o"), QStringLiteral("encodings"),
         QStringLiteral("One member talks to 1,000, in MessagePack and in JSON, 200 characters a message"),
         false, false, measureEncodings},
    };
    return all;
}

Expected<BenchServer> serverFor(const BenchOptions &options, const QStringList &settings)
{
    if (!options.url.isEmpty())
        return BenchServer::at(options.url, options.processId);
    return BenchServer::start(settings);
}

std::string ownGroup(std::string_view name)
{
    return "bench-" + std::string(name) + '-' + std::to_string(getpid());
}

Expected<void> needDescriptors(qint64 count)
{
    const qint64 allowed = raiseDescriptorLimit();
    if (allowed >= count)
        return {};
    return failure(Error::Code::LimitReached,
                   QStringLiteral("This needs %1 open files, and this user may have %2 (see `ulimit -Hn`).")
                       .arg(count)
                       .arg(allowed));
}

} // namespace nextchat::bench
