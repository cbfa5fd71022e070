// SPDX-License-Identifier: MIT
#include "tests/bench/groupload.h"
#include "tests/bench/scenarios.h"

namespace nextchat::bench {

namespace {

constexpr int connections = 10'000;
constexpr qint64 reserve = 200; // descriptors that are no connections
constexpr double requiredKibibytes = 28;
constexpr auto patience = std::chrono::seconds(60);

// 16 messages of 4,096 characters are 64 KiB for everyone.
constexpr std::size_t longText = 4'096;
constexpr int longTexts = 16;

} // namespace

// (c) The growth of the server's resident memory over 10,000 connections that have shaken hands and exchanged
// pings; and again after they became members of a group and got 64 KiB each.
Expected<QList<Figure>> measureMemory(const BenchOptions &)
{
    if (const auto enough = needDescriptors(connections + reserve); !enough)
        return tl::unexpected(enough.error());
    const auto server = BenchServer::start({QStringLiteral("signalr.keepAliveInterval=5s")});
    if (!server)
        return tl::unexpected(server.error());
    const qint64 before = server->residentBytes();
    const auto perConnection = [&] { return double(server->residentBytes() - before) / 1024 / connections; };

    LoadClients idle(server->url());
    if (const auto opened = idle.open(connections); !opened)
        return tl::unexpected(opened.error());
    idle.pingAll();
    if (!idle.turnUntil([&] { return idle.counts.pings >= connections; }, patience))
        return tl::unexpected(idle.failure());
    const double afterPing = perConnection();

    const std::string group = '"' + ownGroup("memory") + '"';
    if (const auto joined = joinGroup(idle, group); !joined)
        return tl::unexpected(joined.error());
    const double afterJoin = perConnection();
    for (int i = 0; i < longTexts; ++i) {
        idle.call(0, "SendMessage", group + ",\"" + stampedText(monotonicNow(), longText) + '"');
        const qint64 all = qint64(connections) * (i + 1);
        if (!idle.turnUntil([&] { return idle.counts.messages == all; }, patience))
            return tl::unexpected(idle.failure());
    }
    const auto kibibytes = QStringLiteral("KiB");
    return QList<Figure>{
        {QStringLiteral("perConnection"),
         QStringLiteral("per connection, handshake and a ping each way done"), afterPing, kibibytes,
         QStringLiteral("at most 28"), afterPing <= requiredKibibytes},
        {QStringLiteral("perMember"), QStringLiteral("per connection, all members of one group"), afterJoin,
         kibibytes},
        {QStringLiteral("afterData"), QStringLiteral("per connection, after 64 KiB were sent to each"),
         perConnection(), kibibytes},
        {QStringLiteral("serverAtStart"), QStringLiteral("the server before"), double(before) / 1024 / 1024,
         QStringLiteral("MiB")},
    };
}

} // namespace nextchat::bench
