// SPDX-License-Identifier: MIT
#include "server/broker/redisbroker.h"
#include "tests/bench/loadclients.h"
#include "tests/bench/rawredis.h"
#include "tests/bench/scenarios.h"
#include "tests/support/redisserver.h"
#include "tests/support/silentlistener.h"

#include <atomic>
#include <future>
#include <thread>

namespace nextchat::bench {

namespace {

constexpr int messagesPerRound = 100;
constexpr std::size_t textSize = 200;
constexpr double requiredRatio = 3;
// Between messages. The first is an idle system, whose processors sleep as well; the second is some of what a
// lively one has, whose caches stay warm.
using Pause = std::chrono::milliseconds;
constexpr Pause idle{20};
constexpr Pause lively{2};
constexpr auto patience = std::chrono::seconds(20);

// XADD by one connection, to its arrival at another that is blocked in XREAD: the limit.
Expected<double> rawMedian(int port, Pause pause)
{
    Latencies latencies;
    std::atomic<int> read = 0;
    std::thread reader([&] {
        RawRedis redis(port);
        std::string last = "$";
        while (read < messagesPerRound) {
            if (!redis.call({"XREAD", "BLOCK", "5000", "STREAMS", "raw", last}))
                return;
            const std::int64_t now = monotonicNow();
            const auto [id, stamp] = redis.onlyEntry();
            if (id.empty())
                continue; // the first read began late
            last = id;
            latencies.add(std::stoll(stamp), now);
            ++read;
        }
    });
    RawRedis redis(port);
    const std::string text(textSize, 'x');
    bool isFine = redis.call({"DEL", "raw"});
    std::this_thread::sleep_for(std::chrono::milliseconds(50)); // until it is blocked
    for (int i = 0; i < messagesPerRound && isFine; ++i) {
        isFine = redis.call({"XADD", "raw", "*", "stamp", std::to_string(monotonicNow()), "x", text});
        std::this_thread::sleep_for(pause);
    }
    reader.join();
    if (!isFine || read < messagesPerRound)
        return tl::unexpected(redis.failure());
    return latencies.quantile(0.5);
}

// One member on each of two servers.
class Pair
{
public:
    Pair(const QUrl &first, const QUrl &second)
        : m_sender(first)
        , m_receiver(second)
    { }

    Expected<void> open()
    {
        for (LoadClients *one : {&m_sender, &m_receiver}) {
            if (const auto opened = one->open(1); !opened)
                return tl::unexpected(opened.error());
            one->call(0, "CreateGroup", "\"pair\"");
            one->call(0, "JoinGroup", "\"pair\"");
            if (!one->turnUntil([&] { return one->counts.completions == 2; }, patience))
                return tl::unexpected(one->failure());
        }
        return {};
    }
    Expected<double> median(Pause pause)
    {
        m_receiver.deliveries.clear();
        for (int i = 0; i < messagesPerRound; ++i) {
            const qint64 before = m_receiver.counts.messages;
            m_sender.call(0, "SendMessage", "\"pair\",\"" + stampedText(monotonicNow(), textSize) + '"');
            if (!m_receiver.turnUntil([&] { return m_receiver.counts.messages > before; }, patience))
                return tl::unexpected(m_receiver.failure());
            const std::int64_t end = monotonicNow() + std::chrono::nanoseconds(pause).count();
            while (monotonicNow() < end)
                m_sender.turn(std::chrono::microseconds(500));
        }
        return m_receiver.deliveries.quantile(0.5);
    }

private:
    LoadClients m_sender;
    LoadClients m_receiver;
};

// The same at the interface of the broker: from publish() with one RedisBroker to the listener of another.
class BrokerPair
{
public:
    Expected<void> open(const QString &url)
    {
        for (Side &side : m_sides) {
            broker::RedisBrokerOptions options;
            options.urls = QStringList{url};
            options.prefix = QStringLiteral("pair");
            auto opened = broker::RedisBroker::open(options, side.metrics);
            if (!opened)
                return tl::unexpected(opened.error());
            side.broker = std::move(*opened);
            std::promise<void> joined;
            side.thread.post([&] { join(side, joined); });
            joined.get_future().wait();
        }
        return {};
    }
    double median(Pause pause)
    {
        m_latencies.clear();
        for (int i = 0; i < messagesPerRound; ++i) {
            std::promise<void> arrived;
            m_sides[1].listener.onMessage = [&] {
                m_latencies.add(m_sent, monotonicNow());
                arrived.set_value();
            };
            m_sides[0].thread.post([this] {
                m_sent = monotonicNow();
                publish(m_sides[0]);
            });
            arrived.get_future().wait();
            std::this_thread::sleep_for(pause);
        }
        return m_latencies.quantile(0.5);
    }
    void close()
    {
        for (Side &side : m_sides) {
            std::promise<void> left;
            side.thread.post([&] { leave(side, left); });
            left.get_future().wait();
            side.broker.reset();
            side.thread.stop();
        }
    }

private:
    struct Listener final : test::SilentListener
    {
        void messagesArrived(const std::shared_ptr<const broker::MessageBatch> &) override
        {
            if (const auto call = std::exchange(onMessage, {}))
                call();
        }
        std::function<void()> onMessage; // set while nothing is under way
    };
    struct Side
    {
        MetricsRegistry metrics;
        std::unique_ptr<broker::RedisBroker> broker;
        Listener listener;
        int id = 0;
        net::EventLoopThread thread{QStringLiteral("side")};
    };

    static QCoro::Task<> join(Side &side, std::promise<void> &joined)
    {
        const QString group = QStringLiteral("pair");
        const QString user = QStringLiteral("ann");
        side.id = co_await side.broker->attach(&side.listener);
        (void)co_await side.broker->createGroup(group);
        (void)co_await side.broker->join(side.id, group, user);
        joined.set_value();
    }
    static QCoro::Task<> leave(Side &side, std::promise<void> &left)
    {
        co_await side.broker->detach(side.id);
        left.set_value();
    }
    static QCoro::Task<> publish(Side &side)
    {
        broker::PublishRequest request;
        request.groupId = QStringLiteral("pair");
        request.senderId = QStringLiteral("ann");
        request.text = QString(int(textSize), u'x');
        request.notAfter = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        (void)co_await side.broker->publish(request);
    }

    std::array<Side, 2> m_sides;
    std::int64_t m_sent = 0;
    Latencies m_latencies;
};

struct Medians
{
    double raw = 0; // microseconds, as the next two
    double brokers = 0;
    double clients = 0;
    double ratio = 0; // of brokers to raw
};

Expected<Medians> measure(int redisPort, BrokerPair &brokers, Pair &clients, Pause pause, int rounds)
{
    std::vector<double> raw;
    std::vector<double> ours;
    std::vector<double> whole;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        const auto limit = rawMedian(redisPort, pause);
        const auto latency = clients.median(pause);
        if (!limit || !latency)
            return tl::unexpected((limit ? latency : limit).error());
        raw.push_back(*limit * 1000);
        whole.push_back(*latency * 1000);
        ours.push_back(brokers.median(pause) * 1000);
        ratios.push_back(ours.back() / raw.back());
    }
    return Medians{
        .raw = median(raw), .brokers = median(ours), .clients = median(whole), .ratio = median(ratios)};
}

} // namespace

// (h) From a sender on one server to a receiver on another, beside XADD and a blocked XREAD.
Expected<QList<Figure>> measureRedisLatency(const BenchOptions &options)
{
    test::RedisServer redis;
    if (!redis.start())
        return failure(Error::Code::Unavailable, QStringLiteral("redis-server can't be started"));
    const QStringList settings{u"redis.url=" % redis.url()};
    const auto first = BenchServer::start(settings);
    const auto second = BenchServer::start(settings);
    if (!first || !second)
        return tl::unexpected((first ? second : first).error());
    Pair pair(first->url(), second->url());
    if (const auto opened = pair.open(); !opened)
        return tl::unexpected(opened.error());
    BrokerPair brokers;
    if (const auto opened = brokers.open(redis.url()); !opened)
        return tl::unexpected(opened.error());
    const auto paced = [&](Pause pause) {
        return measure(redis.port(), brokers, pair, pause, options.rounds);
    };
    const auto atRest = paced(idle);
    const auto atWork = atRest ? paced(lively) : atRest;
    brokers.close();
    if (!atWork)
        return tl::unexpected(atWork.error());
    const auto microseconds = QStringLiteral("us");
    return QList<Figure>{
        {QStringLiteral("raw"), QStringLiteral("XADD to a blocked XREAD, p50"), atRest->raw, microseconds},
        {QStringLiteral("brokers"), QStringLiteral("publish() of a broker to the listener of another, p50"),
         atRest->brokers, microseconds},
        {QStringLiteral("ratio"),
         QStringLiteral("times the bare one"),
         atRest->ratio,
         {},
         QStringLiteral("at most 3"),
         atRest->ratio <= requiredRatio},
        {QStringLiteral("clients"), QStringLiteral("client of a server to client of another, p50"),
         atRest->clients, microseconds},
        {QStringLiteral("livelyRaw"), QStringLiteral("every 2 ms: XADD to a blocked XREAD, p50"), atWork->raw,
         microseconds},
        {QStringLiteral("livelyBrokers"), QStringLiteral("every 2 ms: broker to broker, p50"),
         atWork->brokers, microseconds},
        {QStringLiteral("livelyClients"), QStringLiteral("every 2 ms: client to client, p50"),
         atWork->clients, microseconds}};
}

} // namespace nextchat::bench
