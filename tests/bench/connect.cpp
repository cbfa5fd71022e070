// SPDX-License-Identifier: MIT
#include "tests/bench/loadclients.h"
#include "tests/bench/scenarios.h"

namespace nextchat::bench {

namespace {

constexpr int few = 2'000;
constexpr int many = 10'000;
constexpr double requiredSeconds = 6;
constexpr double requiredRatio = 6;
constexpr qint64 reserve = 200; // descriptors that are no connections

// Each time with a server that has seen nobody yet.
Expected<double> secondsToConnect(int count)
{
    const auto server = BenchServer::start();
    if (!server)
        return tl::unexpected(server.error());
    LoadClients clients(server->url());
    return clients.open(count).map([](auto duration) { return duration.count(); });
}

} // namespace

// (b) From the first connect() to the last answered handshake, 200 under way at a time.
Expected<QList<Figure>> measureConnect(const BenchOptions &options)
{
    if (const auto enough = needDescriptors(many + reserve); !enough)
        return tl::unexpected(enough.error());
    std::vector<double> ofFew;
    std::vector<double> ofMany;
    for (int round = 0; round < std::min(options.rounds, 3); ++round) {
        const auto fewSeconds = secondsToConnect(few);
        if (!fewSeconds)
            return tl::unexpected(fewSeconds.error());
        const auto manySeconds = secondsToConnect(many);
        if (!manySeconds)
            return tl::unexpected(manySeconds.error());
        ofFew.push_back(*fewSeconds);
        ofMany.push_back(*manySeconds);
    }
    const double ratio = median(ofMany) / median(ofFew);
    return QList<Figure>{
        {QStringLiteral("few"), QStringLiteral("2,000 clients"), median(ofFew), QStringLiteral("s")},
        {QStringLiteral("many"), QStringLiteral("10,000 clients"), median(ofMany), QStringLiteral("s"),
         QStringLiteral("at most 6 s"), median(ofMany) <= requiredSeconds},
        {QStringLiteral("ratio"), QStringLiteral("10,000 / 2,000"), ratio, QStringLiteral("times"),
         QStringLiteral("at most 6"), ratio <= requiredRatio},
    };
}

} // namespace nextchat::bench
