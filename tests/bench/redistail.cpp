// SPDX-License-Identifier: MIT
#include "common/support/workerthread.h"
#include "server/broker/redisbroker.h"
#include "tests/bench/latencies.h"
#include "tests/bench/rawredis.h"
#include "tests/bench/scenarios.h"
#include "tests/support/redisserver.h"
#include "tests/support/silentlistener.h"

#include <future>
#include <thread>

namespace nextchat::bench {

namespace {

constexpr int partitions = 16;
constexpr double rate = 50'000; // entries a second
constexpr double requiredCpu = 10; // us an entry: half a core at that rate
constexpr double requiredGrowth = 1.5; // allows for noise; what grows with its input grows a thousandfold
constexpr int manyGroups = 10'000;
constexpr int fewMembers = 1'000;
constexpr int manyMembers = 100'000;
constexpr int membersPerGroup = 1'000;
constexpr int renewals = 5'000;
const std::string text(200, 'x');

// A metric of the server, as it tells it.
// Messages of groups in which nobody is, evenly over all partitions.
class Flood
{
public:
    Flood(RawRedis &redis, const QByteArray &prefix)
        : m_redis(redis)
    {
        for (int k = 0; k < partitions; ++k) {
            const broker::RedisKeys keys(prefix, k);
            Log log{keys.log().toStdString(), keys.entries().toStdString(), keys.meta().toStdString()};
            (void)m_redis.call({"HMGET", keys.meta().toStdString(), "epoch", "n"});
            log.epoch = m_redis.text(0);
            log.number = std::stoll("0" + m_redis.text(1));
            m_logs.push_back(log);
        }
    }

    // Writes at that rate for that long; how many were written.
    Expected<qint64> run(double seconds, double perSecond = rate)
    {
        const std::int64_t start = monotonicNow();
        qint64 written = 0;
        for (double elapsed = 0; elapsed < seconds; elapsed = double(monotonicNow() - start) / 1e9) {
            const auto due = qint64(elapsed * perSecond);
            const qint64 batch = std::min<qint64>(due - written, 500);
            for (qint64 i = 0; i < batch; ++i)
                append(m_logs[std::size_t(written + i) % m_logs.size()]);
            for (qint64 i = 0; i < 2 * batch; ++i) {
                if (!m_redis.receive())
                    return tl::unexpected(m_redis.failure());
            }
            written += batch;
            if (batch == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        for (const Log &log : m_logs) // so that others go on behind it
            (void)m_redis.call({"HSET", log.meta, "n", std::to_string(log.number)});
        return written;
    }

private:
    struct Log
    {
        std::string key;
        std::string channel;
        std::string meta;
        std::string epoch = {};
        qint64 number = 0;
    };

    // As the script that accepts messages does.
    void append(Log &log)
    {
        using namespace std::chrono;
        const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
        const std::string number = std::to_string(++log.number);
        const std::string id = std::to_string(now) + '-' + number;
        const std::string time = std::to_string(now * 1000);
        const std::array<std::string_view, 23> entry{
            "XADD",    log.key, id,     "v", "1",   "k", "m",  "g", "nobody's", "s", number, "e",
            log.epoch, "n",     number, "a", "ann", "t", time, "c", "",         "x", text};
        m_redis.append(entry);
        std::string payload = id;
        for (const std::string_view field :
             {std::string_view("1"), std::string_view("nobody's"), std::string_view(number),
              std::string_view(log.epoch), std::string_view(number), std::string_view("ann"),
              std::string_view(time), std::string_view("0"), std::string_view(text)})
            payload.append(1, '\x1f').append(field);
        const std::array<std::string_view, 3> push{"PUBLISH", log.channel, payload};
        m_redis.append(push);
    }

    RawRedis &m_redis;
    std::vector<Log> m_logs;
};

// CPU of a server that reads what none of its clients wants.
Expected<QList<Figure>> measureUnwanted(const test::RedisServer &redis, double seconds)
{
    const auto server =
        BenchServer::start({u"redis.url=" % redis.url(), QStringLiteral("redis.prefix=flood")});
    if (!server)
        return tl::unexpected(server.error());
    RawRedis raw(redis.port());
    Flood flood(raw, "flood");
    const QByteArray counter = "nextchat_broker_log_entries_total";
    const double before = server->metric(counter);
    const double cpuBefore = server->cpuSeconds();
    const std::int64_t start = monotonicNow();
    const auto written = flood.run(seconds);
    if (!written)
        return tl::unexpected(written.error());
    const double reached = double(*written) * 1e9 / double(monotonicNow() - start);
    const auto taken = [&] { return server->metric(counter) - before; };
    for (int i = 0; i < 200 && taken() < double(*written); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const double cpu = (server->cpuSeconds() - cpuBefore) * 1e6 / double(*written);
    const bool all = taken() >= double(*written);
    return QList<Figure>{{QStringLiteral("tailRate"), QStringLiteral("unwanted messages written a second"),
                          reached, QStringLiteral("1/s"), QStringLiteral("all taken in"), all},
                         {QStringLiteral("tailCpu"), QStringLiteral("server CPU for each of them"), cpu,
                          QStringLiteral("us"), QStringLiteral("at most 10 us: half a core at 50,000/s"),
                          all && cpu <= requiredCpu}};
}

// Microseconds of Redis for each XREAD of a server, while little is written that it does not want.
double xreadCost(RawRedis &redis, double seconds)
{
    Flood trickle(redis, "groups");
    (void)trickle.run(2, 500); // until what came before is read
    (void)redis.call({"CONFIG", "RESETSTAT"});
    (void)trickle.run(seconds, 500);
    (void)redis.call({"INFO", "commandstats"});
    const std::string stats = redis.text();
    const std::size_t line = stats.find("cmdstat_xread:");
    const std::size_t value = line == std::string::npos ? line : stats.find("usec_per_call=", line);
    return value == std::string::npos ? 0 : std::stod(stats.substr(value + 14));
}

// Joins groups, up to that many.
QCoro::Task<> joinGroups(broker::RedisBroker &broker, test::SilentListener &listener,
                         std::promise<int> &joined)
{
    const int id = co_await broker.attach(&listener);
    int count = 0;
    for (int i = 0; i < manyGroups; ++i) {
        const QString group = u"group-" % QString::number(i);
        const auto created = co_await broker.createGroup(group);
        const auto entered = co_await broker.join(id, group, QStringLiteral("ann"));
        count += created && entered ? 1 : 0;
    }
    co_await broker.detach(id);
    joined.set_value(count);
}

Expected<QList<Figure>> measureGroups(const test::RedisServer &redis, double seconds)
{
    MetricsRegistry metrics;
    broker::RedisBrokerOptions options;
    options.urls = QStringList{redis.url()};
    options.prefix = QStringLiteral("groups");
    options.maximumGroups = 0;
    auto broker = broker::RedisBroker::open(options, metrics);
    if (!broker)
        return tl::unexpected(broker.error());
    RawRedis raw(redis.port());
    const double without = xreadCost(raw, seconds);
    WorkerThread thread(QStringLiteral("joiner"));
    test::SilentListener listener;
    std::promise<int> joined;
    thread.post([&] { joinGroups(**broker, listener, joined); });
    const int count = joined.get_future().get();
    const double with = xreadCost(raw, seconds);
    thread.stop();
    const double growth = with / without;
    const auto microseconds = QStringLiteral("us");
    return QList<Figure>{{QStringLiteral("xreadWithout"),
                          QStringLiteral("Redis CPU of an XREAD, no group joined"), without, microseconds},
                         {QStringLiteral("xreadWith"), QStringLiteral("the same with 10,000 groups joined"),
                          with, microseconds, QStringLiteral("does not grow"),
                          count == manyGroups && growth < requiredGrowth}};
}

// Microseconds of a renewal of a server that holds the places which are there.
double renewalCost(RawRedis &redis, const broker::RedisKeys &keys, const QByteArray &sha)
{
    const std::string servers = keys.servers().toStdString();
    const std::string meta = keys.meta().toStdString();
    const std::int64_t start = monotonicNow();
    for (int i = 0; i < renewals; ++i)
        (void)redis.call({"EVALSHA", sha.toStdString(), "2", servers, meta, "00000000000000aa", "30000000"});
    return double(monotonicNow() - start) / 1e3 / renewals;
}

Expected<QList<Figure>> measureMembership(const test::RedisServer &redis)
{
    RawRedis raw(redis.port());
    const broker::BrokerScripts scripts;
    const broker::RedisKeys keys("members", 0);
    const auto load = [&raw](const broker::BrokerScripts::Script &script) {
        (void)raw.call({"SCRIPT", "LOAD", script.text(true).toStdString()});
        return QByteArray::fromStdString(raw.text());
    };
    const QByteArray join = load(scripts.join);
    const QByteArray renew = load(scripts.renew);
    const std::string held = keys.held("00000000000000aa").toStdString();
    (void)raw.call({"HSET", keys.meta().toStdString(), "epoch", "e"});
    (void)renewalCost(raw, keys, renew);
    int members = 0;
    const auto grow = [&](int count) {
        for (; members < count; ++members) {
            const QByteArray group = "group-" + QByteArray::number(members / membersPerGroup);
            if (members % membersPerGroup == 0)
                (void)raw.call({"HSET", keys.seq().toStdString(), group.toStdString(), "0 0 0"});
            const bool isJoined = raw.call({"EVALSHA", join.toStdString(), "5", keys.meta().toStdString(),
                                            keys.seq().toStdString(), keys.members(group).toStdString(),
                                            keys.servers().toStdString(), held, "e", "00000000000000aa",
                                            group.toStdString(), std::to_string(members), "1", "0", "none"});
            if (!isJoined || raw.text(0) != "OK")
                return false;
        }
        return true;
    };
    if (!grow(fewMembers))
        return tl::unexpected(raw.failure());
    const double few = renewalCost(raw, keys, renew);
    if (!grow(manyMembers))
        return tl::unexpected(raw.failure());
    const double many = renewalCost(raw, keys, renew);
    const auto microseconds = QStringLiteral("us");
    return QList<Figure>{{QStringLiteral("renewFew"),
                          QStringLiteral("a lease renewed, round trip, 1,000 members"), few, microseconds},
                         {QStringLiteral("renewMany"), QStringLiteral("the same with 100,000 members"), many,
                          microseconds, QStringLiteral("does not grow"), many < few * requiredGrowth}};
}

} // namespace

// (i) What a server costs by being there: entries that nobody on it wants, groups, members.
Expected<QList<Figure>> measureRedisTail(const BenchOptions &options)
{
    test::RedisServer redis;
    if (!redis.start())
        return failure(Error::Code::Unavailable, QStringLiteral("redis-server can't be started"));
    auto figures = measureUnwanted(redis, options.seconds);
    if (!figures)
        return figures;
    const auto groups = measureGroups(redis, options.seconds);
    if (!groups)
        return groups;
    const auto members = measureMembership(redis);
    if (!members)
        return members;
    return *figures + *groups + *members;
}

} // namespace nextchat::bench
