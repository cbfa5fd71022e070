// SPDX-License-Identifier: MIT
#include "common/support/workerthread.h"
#include "server/broker/redisbroker.h"
#include "tests/bench/latencies.h"
#include "tests/bench/rawredis.h"
#include "tests/bench/scenarios.h"
#include "tests/support/redisserver.h"
#include "tests/support/silentlistener.h"

#include <future>

namespace nextchat::bench {

namespace {

using broker::RedisBroker;

constexpr int depth = 128; // calls under way
constexpr int partitions = 16;
constexpr double requiredShare = 0.5;
const QByteArray group = "room";
const std::string text(200, 'x');

// Messages a second of a bare client that always has `depth` calls under way.
Expected<double> rawRate(RawRedis &redis, RawPublisher &publisher, double seconds)
{
    const std::int64_t start = monotonicNow();
    const std::int64_t end = start + std::int64_t(seconds * 1e9);
    qint64 answered = 0;
    for (int i = 0; i < depth; ++i)
        publisher.append(text);
    for (int left = depth; left > 0; ++answered) {
        if (!redis.receive() || redis.text(0) != "OK")
            return tl::unexpected(redis.failure());
        if (monotonicNow() < end)
            publisher.append(text);
        else
            --left;
    }
    return double(answered) * 1e9 / double(monotonicNow() - start);
}

// The same through a RedisBroker, from a thread of its own.
class BrokerLoad
{
public:
    explicit BrokerLoad(RedisBroker &broker)
        : m_broker(broker)
    { }

    void join()
    {
        std::promise<void> joined;
        m_thread.post([&] { enter(joined); });
        joined.get_future().wait();
    }
    double rate(double seconds)
    {
        m_accepted = 0;
        std::promise<void> done;
        const std::int64_t start = monotonicNow();
        m_thread.post([&, end = start + std::int64_t(seconds * 1e9)] {
            m_running = depth;
            for (int i = 0; i < depth; ++i)
                publish(end, done);
        });
        done.get_future().wait();
        return double(m_accepted) * 1e9 / double(monotonicNow() - start);
    }
    void leave()
    {
        std::promise<void> left;
        m_thread.post([&] { detach(left); });
        left.get_future().wait();
        m_thread.stop();
    }

private:
    QCoro::Task<> enter(std::promise<void> &joined)
    {
        m_id = co_await m_broker.attach(&m_listener);
        (void)co_await m_broker.createGroup(QString::fromUtf8(group));
        (void)co_await m_broker.join(m_id, QString::fromUtf8(group), QStringLiteral("ann"));
        joined.set_value();
    }
    QCoro::Task<> detach(std::promise<void> &left)
    {
        co_await m_broker.detach(m_id);
        left.set_value();
    }
    QCoro::Task<> publish(std::int64_t end, std::promise<void> &done)
    {
        broker::PublishRequest request;
        request.groupId = QString::fromUtf8(group);
        request.senderId = QStringLiteral("ann");
        request.text = QString::fromStdString(text);
        while (monotonicNow() < end) {
            request.notAfter = std::chrono::steady_clock::now() + std::chrono::seconds(10);
            m_accepted += co_await m_broker.publish(request) ? 1 : 0;
        }
        if (--m_running == 0)
            done.set_value();
    }

    RedisBroker &m_broker;
    test::SilentListener m_listener;
    int m_id = 0;
    qint64 m_accepted = 0;
    int m_running = 0;
    WorkerThread m_thread{QStringLiteral("load")};
};

Expected<double> hubRate(const QString &url, double seconds)
{
    const auto server = BenchServer::start({u"redis.url=" % url, QStringLiteral("redis.prefix=hub")});
    if (!server)
        return tl::unexpected(server.error());
    return highestPublishRate(server->url(), seconds);
}

} // namespace

// (g) Messages a second that Redis accepts: from a bare client, through RedisBroker, through the hub.
Expected<QList<Figure>> measureRedisPublish(const BenchOptions &options)
{
    test::RedisServer server;
    if (!server.start())
        return failure(Error::Code::Unavailable, QStringLiteral("redis-server can't be started"));
    MetricsRegistry metrics;
    broker::RedisBrokerOptions brokerOptions;
    brokerOptions.urls = QStringList{server.url()};
    brokerOptions.prefix = QStringLiteral("bench");
    brokerOptions.partitions = partitions;
    auto broker = RedisBroker::open(brokerOptions, metrics);
    if (!broker)
        return tl::unexpected(broker.error());
    BrokerLoad load(**broker);
    load.join();
    RawRedis redis(server.port());
    RawPublisher publisher(redis, "bench", partitions, group);
    if (const auto joined = publisher.join(); !joined)
        return tl::unexpected(joined.error());
    std::vector<double> raw;
    std::vector<double> ours;
    std::vector<double> shares;
    for (int round = 0; round < options.rounds; ++round) {
        const auto rate = rawRate(redis, publisher, options.seconds / 2);
        if (!rate)
            return tl::unexpected(rate.error());
        raw.push_back(*rate);
        ours.push_back(load.rate(options.seconds / 2));
        shares.push_back(ours.back() / raw.back());
    }
    load.leave();
    broker->reset();
    const auto hub = hubRate(server.url(), options.seconds);
    if (!hub)
        return tl::unexpected(hub.error());
    const auto perSecond = QStringLiteral("1/s");
    return QList<Figure>{
        {QStringLiteral("raw"), QStringLiteral("bare client, the same script, 128 calls under way"),
         median(raw), perSecond},
        {QStringLiteral("broker"), QStringLiteral("RedisBroker, 128 calls under way"), median(ours),
         perSecond},
        {QStringLiteral("share"), QStringLiteral("of what the bare client reaches"), median(shares) * 100,
         QStringLiteral("%"), QStringLiteral("at least 50 %"), median(shares) >= requiredShare},
        {QStringLiteral("hub"), QStringLiteral("through the hub, 100 senders with 4 calls under way each"),
         *hub, perSecond}};
}

} // namespace nextchat::bench
