// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "tests/bench/benchserver.h"
#include "tests/bench/report.h"

#include <string>

namespace nextchat::bench {

struct BenchOptions
{
    double seconds = 3; // of each measured round
    double soakSeconds = 1800; // how long the soak lasts
    int rounds = 5; // of each comparison; medians count
    QUrl url = {}; // of a server that runs already; empty: each scenario starts its own
    qint64 processId = 0; // of that server, 0 when it is not known
};

struct Scenario
{
    QString letter;
    QString name;
    QString title;
    bool needsOwnServer; // it depends on settings or on a fresh process
    bool onlyByName; // it takes too long to be one of all
    Expected<QList<Figure>> (*measure)(const BenchOptions &options);
};

// In the order of their letters.
[[nodiscard]] const QList<Scenario> &scenarios();

[[nodiscard]] Expected<QList<Figure>> measureFanout(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureConnect(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureMemory(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureIdle(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measurePublish(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureSaturation(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureRedisPublish(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureRedisLatency(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureRedisTail(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureHistoryStore(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureHistoryPage(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureHistoryLatency(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureEcho(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureEncodings(const BenchOptions &options);
[[nodiscard]] Expected<QList<Figure>> measureSoak(const BenchOptions &options);

// Messages a second that a server accepts from 100 senders who go as fast as they can.
[[nodiscard]] Expected<double> highestPublishRate(const QUrl &url, double seconds);

// The server that `options` name, or a new one with `settings` besides the usual limits.
[[nodiscard]] Expected<BenchServer> serverFor(const BenchOptions &options, const QStringList &settings = {});
// A group that no other run uses.
[[nodiscard]] std::string ownGroup(std::string_view name);
// Fails when this process may not have that many descriptors.
[[nodiscard]] Expected<void> needDescriptors(qint64 count);

} // namespace nextchat::bench
