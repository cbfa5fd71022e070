// SPDX-License-Identifier: MIT
#include "common/support/mailbox.h"
#include "server/history/sqlhistorystore.h"
#include "tests/bench/historyload.h"
#include "tests/bench/latencies.h"
#include "tests/bench/scenarios.h"

#include <QCoroTask>

namespace nextchat::bench {

namespace {

using namespace Qt::StringLiterals;
using sqlmigrate::Connection;

constexpr int rows = 10'000'000;
constexpr int rowsPerGroup = rows / HistoryLoad::groups;
constexpr int page = 50;
constexpr int pagesPerRound = 1'000;
constexpr double requiredRatio = 1.5;

// By MariaDB's tables of numbers, in the order of the key.
Expected<void> fill(Connection &connection)
{
    const QString insert =
        u"INSERT INTO messages (group_id, seq, epoch, author_id, text, send_time, client_message_id) "
        "SELECT 'group-%1', seq, 'epoch', 'ann', REPEAT('x', 100), 1700000000000000 + seq, NULL FROM seq_1_to_%2"_s;
    Expected<void> done;
    for (int i = 0; done && i < HistoryLoad::groups; ++i)
        done = connection.execute(insert.arg(i).arg(rowsPerGroup));
    return done ? connection.execute(u"ANALYZE TABLE messages"_s) : done;
}

Expected<void> checkPlan(Connection &connection)
{
    const auto plan =
        connection.select(u"EXPLAIN SELECT seq, text FROM messages WHERE group_id = 'group-7' AND "
                          "seq < 9000000000000000 ORDER BY seq DESC LIMIT 51"_s);
    if (!plan)
        return tl::unexpected(plan.error());
    const QVariantList &step = plan->front();
    const QString extra = step.last().toString();
    if (step[3].toString() == u"range" && step[5].toString() == u"PRIMARY" && !extra.contains(u"filesort"))
        return {};
    return failure(Error::Code::Conflict,
                   u"the plan is no range of the key: "_s % step[3].toString() % extra);
}

// Milliseconds of the median.
Expected<double> plainMedian(Connection &connection)
{
    QSqlQuery query(connection.database());
    query.setForwardOnly(true);
    if (!query.prepare(
            u"SELECT seq, epoch, author_id, text, send_time, client_message_id FROM messages WHERE "
            "group_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?"_s))
        return tl::unexpected(Connection::errorOf(query.lastError()));
    Latencies latencies;
    for (int i = 0; i < pagesPerRound; ++i) {
        const std::int64_t start = monotonicNow();
        query.bindValue(0, groupName(i * 37 % HistoryLoad::groups));
        query.bindValue(1, std::numeric_limits<qint64>::max());
        query.bindValue(2, page + 1);
        int read = 0;
        if (!query.exec())
            return tl::unexpected(Connection::errorOf(query.lastError()));
        while (query.next()) {
            for (int column = 0; column < 6; ++column)
                (void)query.value(column);
            ++read;
        }
        query.finish();
        if (read != page + 1)
            return failure(Error::Code::NotFound, u"the rows are not there"_s);
        latencies.add(start, monotonicNow());
    }
    return latencies.quantile(0.5);
}

QCoro::Task<Expected<double>> storeMedian(history::HistoryStore &store)
{
    Latencies latencies;
    for (int i = 0; i < pagesPerRound; ++i) {
        const std::int64_t start = monotonicNow();
        const auto read =
            co_await store.newest(groupName(i * 37 % HistoryLoad::groups), {}, {.messages = page});
        if (!read)
            co_return tl::unexpected(read.error());
        latencies.add(start, monotonicNow());
    }
    co_return latencies.quantile(0.5);
}

} // namespace

// (k) The last 50 messages of a group, out of 10,000,000, beside the bare query in the same process.
Expected<QList<Figure>> measureHistoryPage(const BenchOptions &options)
{
    const auto load = HistoryLoad::open();
    if (!load)
        return tl::unexpected(load.error());
    const auto database = (*load)->makeDatabase();
    if (!database)
        return tl::unexpected(database.error());
    const auto connection = Connection::open(*database, {});
    auto filled = connection ? fill(**connection) : tl::unexpected(connection.error());
    if (filled)
        filled = checkPlan(**connection);
    if (!filled)
        return tl::unexpected(filled.error());
    Mailbox mailbox;
    MetricsRegistry metrics;
    history::SqlHistoryStore store({.database = *database, .readers = 1}, metrics);
    std::vector<double> plain;
    std::vector<double> ours;
    std::vector<double> ratios;
    for (int round = 0; round <= options.rounds; ++round) { // the first one is for the caches
        const auto bare = plainMedian(**connection);
        const auto read = bare ? QCoro::waitFor(storeMedian(store)) : tl::unexpected(bare.error());
        if (!read)
            return tl::unexpected(read.error());
        if (round == 0)
            continue;
        plain.push_back(*bare);
        ours.push_back(*read);
        ratios.push_back(*read / *bare);
    }
    return QList<Figure>{
        {u"plain"_s, u"the bare query, by the same driver"_s, median(plain) * 1000, u"us"_s},
        {u"store"_s, u"SqlHistoryStore, from another thread"_s, median(ours) * 1000, u"us"_s},
        {u"ratio"_s, u"of the bare query's time"_s, median(ratios), u""_s, u"at most 1.5"_s,
         median(ratios) <= requiredRatio}};
}

} // namespace nextchat::bench
