// SPDX-License-Identifier: MIT
#include "server/history/historywriter.h"
#include "tests/bench/historyload.h"
#include "tests/bench/latencies.h"
#include "tests/bench/scenarios.h"

#include <thread>

namespace nextchat::bench {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 backlog = 200'000;
constexpr double requiredShare = 0.5;
constexpr double requiredSeconds = 10;

// From the start of a writer to the last of the backlog being stored.
Expected<double> drain(HistoryLoad &load, const sqlmigrate::DatabaseUrl &database)
{
    MetricsRegistry metrics;
    history::HistoryWriterOptions options;
    options.database = database;
    options.redisUrls = QStringList{load.redisUrl()};
    options.prefix = QString::fromLatin1(HistoryLoad::prefix);
    options.partitions = HistoryLoad::partitions;
    const std::int64_t start = monotonicNow();
    const auto writer = history::HistoryWriter::start(options, metrics);
    if (!writer)
        return tl::unexpected(writer.error());
    const Counter &stored = metrics.counter("nextchat_history_stored_total", {});
    while (stored.value() < quint64(backlog)) {
        if (monotonicNow() - start > 120'000'000'000)
            return failure(Error::Code::TimedOut, u"the writer does not come to an end"_s);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return double(monotonicNow() - start) / 1e9;
}

} // namespace

// (j) A backlog of 200,000 messages is stored, beside a loop that does nothing but insert them.
Expected<QList<Figure>> measureHistoryStore(const BenchOptions &options)
{
    const auto load = HistoryLoad::open();
    if (!load)
        return tl::unexpected(load.error());
    const auto database = (*load)->makeDatabase();
    auto made = database ? (*load)->makeGroups() : tl::unexpected(database.error());
    if (!made)
        return tl::unexpected(made.error());
    std::vector<double> plain;
    std::vector<double> seconds;
    std::vector<double> shares;
    for (int round = 0; round < options.rounds; ++round) {
        const auto other = (*load)->makeDatabase();
        const auto rate = other ? plainInsertRate(*other, backlog) : tl::unexpected(other.error());
        if (!rate)
            return tl::unexpected(rate.error());
        auto published = (*load)->publish(backlog);
        const auto drained = published ? drain(**load, *database) : tl::unexpected(published.error());
        if (!drained)
            return tl::unexpected(drained.error());
        if (auto trimmed = (*load)->trim(); !trimmed)
            return tl::unexpected(trimmed.error());
        plain.push_back(*rate);
        seconds.push_back(*drained);
        shares.push_back(double(backlog) / *drained / *rate);
    }
    return QList<Figure>{
        {u"plain"_s, u"a loop of multi-row INSERTs, the same rows and transactions"_s, median(plain),
         u"1/s"_s},
        {u"rate"_s, u"HistoryWriter, from its start"_s, double(backlog) / median(seconds), u"1/s"_s},
        {u"share"_s, u"of what the loop reaches"_s, median(shares) * 100, u"%"_s, u"at least 50 %"_s,
         median(shares) >= requiredShare},
        {u"drain"_s, u"a backlog of 200,000"_s, median(seconds), u"s"_s, u"under 10 s"_s,
         median(seconds) < requiredSeconds}};
}

} // namespace nextchat::bench
