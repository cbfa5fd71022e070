// SPDX-License-Identifier: MIT
#include "tests/bench/groupload.h"
#include "tests/bench/scenarios.h"

namespace nextchat::bench {

namespace {

constexpr int members = 1'000;
constexpr double messagesPerSecond = 40; // each only when all have the one before
constexpr double required = 1.1; // times JSON

} // namespace

// (o) The CPU of the whole server process per delivery to a group whose members take MessagePack, in turn
// with that to one whose members take JSON.
Expected<QList<Figure>> measureEncodings(const BenchOptions &options)
{
    const auto server = serverFor(options);
    if (!server)
        return tl::unexpected(server.error());
    GroupLoad json(*server, ownGroup("json"));
    GroupLoad messagePack(*server, ownGroup("messagepack"), 200, LoadClients::Encoding::MessagePack);
    if (const auto opened = json.open(members).and_then([&] { return messagePack.open(members); }); !opened)
        return tl::unexpected(opened.error());

    std::vector<double> jsonCpu;
    std::vector<double> messagePackCpu;
    for (int round = -1; round < options.rounds; ++round) { // the first warms up
        for (const auto &[load, figures] :
             {std::pair(&json, &jsonCpu), std::pair(&messagePack, &messagePackCpu)}) {
            const auto talk = load->talkSlowly(messagesPerSecond, round < 0 ? 0.5 : options.seconds);
            if (!talk.complete)
                return tl::unexpected(load->clients().failure());
            if (round >= 0)
                figures->push_back(talk.serverCpuSeconds * 1e6 / double(talk.deliveries));
        }
    }
    if (!server->isMeasured())
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("this needs the process id of the server"));
    const double ratio = median(messagePackCpu) / median(jsonCpu);
    return QList<Figure>{
        {QStringLiteral("messagePackCpu"), QStringLiteral("CPU per delivery, MessagePack"),
         median(messagePackCpu), QStringLiteral("us")},
        {QStringLiteral("jsonCpu"), QStringLiteral("CPU per delivery, JSON"), median(jsonCpu),
         QStringLiteral("us")},
        {QStringLiteral("ratio"), QStringLiteral("MessagePack / JSON"), ratio, QStringLiteral("times"),
         QStringLiteral("at most 1.1"), ratio <= required},
    };
}

} // namespace nextchat::bench
