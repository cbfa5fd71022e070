// SPDX-License-Identifier: MIT
#include "tests/bench/groupload.h"
#include "tests/bench/scenarios.h"

namespace nextchat::bench {

namespace {

constexpr int members = 100;
constexpr int idleConnections = 9'000;
constexpr qint64 reserve = 400; // members of two groups, and descriptors that are no connections
constexpr double messagesPerSecond = 100;
constexpr double required = 1.3; // times the CPU without idle connections

Expected<void> measureRound(const BenchOptions &options, GroupLoad &load, std::vector<double> &cpu)
{
    const auto talk = load.talkSlowly(messagesPerSecond, options.seconds);
    if (!talk.complete)
        return tl::unexpected(load.clients().failure());
    cpu.push_back(talk.serverCpuSeconds * 1e6 / double(talk.deliveries));
    return {};
}

} // namespace

// (d) Two servers of one kind, one of which holds idle connections too, talk in turn.
Expected<QList<Figure>> measureIdle(const BenchOptions &options)
{
    if (const auto enough = needDescriptors(idleConnections + reserve); !enough)
        return tl::unexpected(enough.error());
    const auto lonely = BenchServer::start();
    const auto crowded = lonely.and_then([](const auto &) { return BenchServer::start(); });
    if (!crowded)
        return tl::unexpected(crowded.error());
    LoadClients idle(crowded->url());
    if (const auto opened = idle.open(idleConnections); !opened)
        return tl::unexpected(opened.error());
    GroupLoad alone(*lonely, ownGroup("idle"));
    GroupLoad beside(*crowded, ownGroup("idle"));
    if (const auto opened = alone.open(members).and_then([&] { return beside.open(members); }); !opened)
        return tl::unexpected(opened.error());

    std::vector<double> without;
    std::vector<double> with;
    static_cast<void>(alone.talkSlowly(messagesPerSecond, 0.5)); // warms up
    static_cast<void>(beside.talkSlowly(messagesPerSecond, 0.5));
    for (int round = 0; round < options.rounds; ++round) {
        const auto measured = measureRound(options, alone, without).and_then([&] {
            return measureRound(options, beside, with);
        });
        if (!measured)
            return tl::unexpected(measured.error());
        idle.turn(std::chrono::nanoseconds(0)); // takes the pings
    }
    const double ratio = median(with) / median(without);
    return QList<Figure>{
        {QStringLiteral("cpuAlone"), QStringLiteral("CPU per delivery, no idle connections"), median(without),
         QStringLiteral("us")},
        {QStringLiteral("cpuBeside"),
         QStringLiteral("CPU per delivery beside 9,000, their keep-alive included"), median(with),
         QStringLiteral("us")},
        {QStringLiteral("ratio"), QStringLiteral("with / without"), ratio, QStringLiteral("times"),
         QStringLiteral("at most 1.3"), ratio <= required},
    };
}

} // namespace nextchat::bench
