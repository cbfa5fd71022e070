// SPDX-License-Identifier: MIT
#include "tests/bench/groupload.h"
#include "tests/bench/historyload.h"
#include "tests/bench/scenarios.h"

#include <thread>

namespace nextchat::bench {

namespace {

using namespace Qt::StringLiterals;

constexpr int members = 100;
constexpr double rate = 100; // messages a second, to all members each
constexpr qint64 messagesPerSecond = 120'000; // more than a writer stores
constexpr double requiredGrowth = 1.5;

Expected<void> awaitMetric(const BenchServer &server, const QByteArray &name,
                           const std::function<bool(double)> &isReached)
{
    for (int i = 0; i < 6000; ++i) {
        if (isReached(server.metric(name)))
            return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return failure(Error::Code::TimedOut, u"the history is not stored"_s);
}

struct Round
{
    GroupLoad::Result idle;
    GroupLoad::Result busy;
    double storedPerSecond = 0; // while it was busy
};

// Messages wait until the database lets them in, and are stored while the members talk.
Expected<Round> measureRound(HistoryLoad &load, const sqlmigrate::DatabaseUrl &database,
                             const BenchServer &server, GroupLoad &talkers, double seconds)
{
    Round round;
    round.idle = talkers.talk(members, rate, seconds);
    auto lock = sqlmigrate::Connection::open(database, {});
    if (!lock)
        return tl::unexpected(lock.error());
    auto done = (*lock)->execute(u"LOCK TABLES messages READ"_s);
    if (done)
        done = load.publish(qint64(double(messagesPerSecond) * seconds));
    if (!done)
        return tl::unexpected(done.error());
    const double before = server.metric("nextchat_history_stored_total");
    lock->reset();
    done =
        awaitMetric(server, "nextchat_history_stored_total", [before](double now) { return now > before; });
    if (!done)
        return tl::unexpected(done.error());
    const double begun = server.metric("nextchat_history_stored_total");
    round.busy = talkers.talk(members, rate, seconds);
    round.storedPerSecond = (server.metric("nextchat_history_stored_total") - begun) / round.busy.seconds;
    if (server.metric("nextchat_history_backlog") == 0)
        return failure(Error::Code::Conflict, u"the writer had nothing to do in the end"_s);
    done = awaitMetric(server, "nextchat_history_backlog", [](double left) { return left == 0; });
    if (done)
        done = load.trim();
    return done ? Expected<Round>(round) : tl::unexpected(done.error());
}

} // namespace

// (l) From sending to receiving, while messages of other groups are stored as fast as that goes.
Expected<QList<Figure>> measureHistoryLatency(const BenchOptions &options)
{
    const auto load = HistoryLoad::open();
    if (!load)
        return tl::unexpected(load.error());
    const auto database = (*load)->makeDatabase();
    auto done = database ? (*load)->makeGroups() : tl::unexpected(database.error());
    if (!done)
        return tl::unexpected(done.error());
    const auto server = BenchServer::start(
        {u"redis.url="_s % (*load)->redisUrl(), u"redis.prefix="_s % QString::fromLatin1(HistoryLoad::prefix),
         u"history.url="_s % database->text(), u"redis.maxBacklog=100000000"_s});
    if (!server)
        return tl::unexpected(server.error());
    GroupLoad talkers(*server, "talk");
    if (const auto opened = talkers.open(members); !opened)
        return tl::unexpected(opened.error());
    std::vector<double> idle;
    std::vector<double> busy;
    std::vector<double> growth;
    std::vector<double> stored;
    for (int i = 0; i < options.rounds; ++i) {
        const auto round = measureRound(**load, *database, *server, talkers, options.seconds);
        if (!round)
            return tl::unexpected(round.error());
        if (!round->idle.complete || !round->busy.complete)
            return failure(Error::Code::NotFound, u"messages are missing"_s);
        idle.push_back(round->idle.p99);
        busy.push_back(round->busy.p99);
        growth.push_back(round->busy.p99 / round->idle.p99);
        stored.push_back(round->storedPerSecond);
    }
    return QList<Figure>{{u"idle"_s, u"p99 from sending to receiving, 100 messages a second to 100 members"_s,
                          median(idle), u"ms"_s},
                         {u"busy"_s, u"the same while a backlog is stored"_s, median(busy), u"ms"_s},
                         {u"growth"_s, u"busy to idle"_s, median(growth), u""_s, u"at most 1.5"_s,
                          median(growth) <= requiredGrowth},
                         {u"stored"_s, u"messages stored meanwhile"_s, median(stored), u"1/s"_s}};
}

} // namespace nextchat::bench
