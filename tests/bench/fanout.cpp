// SPDX-License-Identifier: MIT
#include "tests/bench/groupload.h"
#include "tests/bench/plainloop.h"
#include "tests/bench/scenarios.h"

namespace nextchat::bench {

namespace {

constexpr int members = 1'000;
// No faster than this, and each message only when all have the one before: nothing is gathered into one
// write.
constexpr double messagesPerSecond = 40;
constexpr double required = 1.25; // times the plain loop

struct Rounds
{
    std::vector<double> server; // us of CPU per delivery
    std::vector<double> plain;
    std::vector<double> p50; // ms
    std::vector<double> p99;
};

Expected<void> measureRound(const BenchOptions &options, GroupLoad &load, PlainLoop &plain, Rounds &rounds)
{
    const auto talk = load.talkSlowly(messagesPerSecond, options.seconds);
    if (!talk.complete)
        return tl::unexpected(load.clients().failure());
    const auto messages = static_cast<int>(talk.sent);
    const auto limit = plain.run(load.clients().lastMessageFrame(), messages, messagesPerSecond);
    if (!limit)
        return tl::unexpected(limit.error());
    rounds.server.push_back(talk.serverCpuSeconds * 1e6 / double(talk.deliveries));
    rounds.plain.push_back(limit->senderCpuSeconds * 1e6 / double(limit->deliveries));
    rounds.p50.push_back(talk.p50);
    rounds.p99.push_back(talk.p99);
    return {};
}

} // namespace

// (a) The CPU of the whole server process per delivery, in turn with that of a loop that only sends the same
// bytes.
Expected<QList<Figure>> measureFanout(const BenchOptions &options)
{
    const auto server = serverFor(options);
    if (!server)
        return tl::unexpected(server.error());
    GroupLoad load(*server, ownGroup("fanout"));
    PlainLoop plain;
    if (const auto opened = load.open(members).and_then([&] { return plain.open(members); }); !opened)
        return tl::unexpected(opened.error());
    static_cast<void>(load.talkSlowly(messagesPerSecond, 0.5)); // warms up

    Rounds rounds;
    for (int round = 0; round < options.rounds; ++round) {
        if (const auto measured = measureRound(options, load, plain, rounds); !measured)
            return tl::unexpected(measured.error());
    }
    QList<Figure> figures{
        {QStringLiteral("plainCpu"), QStringLiteral("CPU per delivery, plain send() loop: the limit"),
         median(rounds.plain), QStringLiteral("us")},
        {QStringLiteral("latencyP50"), QStringLiteral("latency, p50"), median(rounds.p50),
         QStringLiteral("ms")},
        {QStringLiteral("latencyP99"), QStringLiteral("latency, p99"), median(rounds.p99),
         QStringLiteral("ms")},
    };
    if (!server->isMeasured())
        return figures;
    const double cpu = median(rounds.server);
    const double ratio = cpu / median(rounds.plain);
    figures << Figure{QStringLiteral("serverCpu"), QStringLiteral("CPU per delivery, the whole server"), cpu,
                      QStringLiteral("us")}
            << Figure{QStringLiteral("serverDeliveries"),
                      QStringLiteral("deliveries per second of server CPU"), 1e6 / cpu, QStringLiteral("1/s")}
            << Figure{QStringLiteral("ratio"), QStringLiteral("server / plain loop"), ratio,
                      QStringLiteral("times"), QStringLiteral("at most 1.25"),        ratio <= required};
    return figures;
}

} // namespace nextchat::bench
