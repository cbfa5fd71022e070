// SPDX-License-Identifier: MIT
#include "server/broker/redisbrokercore.h"

#include "common/chat/rules.h"
#include "server/broker/groupregistry.h"
#include "server/broker/recentreader.h"

#include <QRandomGenerator>

namespace nextchat::broker {

namespace {

using namespace std::chrono_literals;

constexpr auto healthInterval = 250ms;
constexpr int secretWords = 8; // of 32 bits

tl::unexpected<Error> unavailable()
{
    return failure(Error::Code::Unavailable, chat::texts::messagingUnavailable());
}

QByteArray randomBytes(int words)
{
    std::vector<quint32> random(static_cast<std::size_t>(words));
    QRandomGenerator::system()->generate(random.begin(), random.end());
    return QByteArray(reinterpret_cast<const char *>(random.data()), words * qsizetype(sizeof(quint32)))
        .toHex();
}

} // namespace

RedisShared::RedisShared(RedisBrokerOptions brokerOptions, std::shared_ptr<const redis::Tls> itsTls,
                         BrokerMetrics &brokerMetrics, RedisMetrics &ownMetrics, std::atomic<int> &waiting)
    : options(std::move(brokerOptions))
    , tls(std::move(itsTls))
    , serverId(randomBytes(2))
    , clientIdWindow(QByteArray::number(qint64(options.clientIdWindow.count())))
    , ownIdWindow("60000") // longer than any publish waits
    , tailLength(QByteArray::number(options.tailLength))
    , tailTime(QByteArray::number(qint64(options.retention.count())))
    , maximumBacklog(QByteArray::number(options.maximumBacklog))
    , outbox(waiting, brokerMetrics)
    , metrics(brokerMetrics)
    , redisMetrics(ownMetrics)
{ }

RedisBrokerCore::RedisBrokerCore(RedisBrokerOptions options, std::vector<redis::RedisUrl> urls,
                                 std::shared_ptr<const redis::Tls> tls, BrokerMetrics &metrics,
                                 RedisMetrics &redisMetrics, StoreHealth &health, std::atomic<int> &waiting)
    : m_shared(std::move(options), std::move(tls), metrics, redisMetrics, waiting)
    , m_health(health)
{
    for (std::size_t i = 0; i < urls.size(); ++i)
        m_shards.push_back(std::make_unique<RedisShard>(m_shared, urls[i], int(i)));
    m_healthTimer.callOnTimeout([this] {
        const auto isHealthy = [](const auto &shard) { return shard->isHealthy(); };
        if (std::all_of(m_shards.begin(), m_shards.end(), isHealthy))
            m_health.noteSuccess();
        else
            m_health.noteFailure();
    });
    m_healthTimer.start(healthInterval);
}

RedisBrokerCore::~RedisBrokerCore()
{
    for (const auto &shard : m_shards)
        shard->shutDown();
    m_shards.clear();
    m_shared.outbox.send();
}

QCoro::Task<Expected<void>> RedisBrokerCore::started(std::chrono::milliseconds patience)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    for (const auto &shard : m_shards) {
        while (shard->state() == RedisShard::State::Connecting && std::chrono::steady_clock::now() < end)
            (void)co_await shard->ticked();
        if (shard->state() == RedisShard::State::Refused)
            co_return failure(Error::Code::Conflict, u"Redis at " % shard->reason());
    }
    co_return Expected<void>();
}

RedisShard &RedisBrokerCore::shardOf(int partition)
{
    return *m_shards[std::size_t(partition) % m_shards.size()];
}

RedisPartition &RedisBrokerCore::partitionOf(const QString &groupId)
{
    const int k = RedisKeys::partitionOf(groupId.toUtf8(), m_shared.options.partitions);
    return shardOf(k).partition(k);
}

template <typename Call> void RedisBrokerCore::forEachPartition(const Call &call)
{
    for (const auto &shard : m_shards) {
        for (const auto &partition : shard->partitions())
            call(*partition);
    }
}

int RedisBrokerCore::attach(BrokerListener *listener, Mailbox *home)
{
    return m_shared.listeners.add(listener, home);
}

void RedisBrokerCore::detach(int listener)
{
    forEachPartition(
        [listener](RedisPartition &partition) { partition.membership().dropListener(listener); });
    for (const auto &shard : m_shards)
        shard->presence().dropListener(listener);
    m_shared.outbox.send(); // what was on its way to it
    m_shared.listeners.remove(listener);
}

void RedisBrokerCore::publish(PublishRequest request, PublishReply reply)
{
    RedisPublisher &publisher = partitionOf(request.groupId).publisher();
    publisher.publish(std::move(request), std::move(reply));
}

QCoro::Task<Expected<Joined>> RedisBrokerCore::join(int listener, QString groupId, QString userId)
{
    return partitionOf(groupId).membership().join(listener, groupId, userId);
}

QCoro::Task<Expected<void>> RedisBrokerCore::leave(Membership membership, LeaveReason reason)
{
    return partitionOf(membership.groupId).membership().leave(membership, reason);
}

QCoro::Task<Expected<QStringList>> RedisBrokerCore::members(QString groupId)
{
    return partitionOf(groupId).membership().members(groupId);
}

QCoro::Task<Expected<void>> RedisBrokerCore::watch(int listener, QString groupId, bool on)
{
    RedisPartition &partition = partitionOf(groupId);
    return partition.context().shard.presence().watch(partition, listener, groupId, on);
}

QCoro::Task<Expected<void>> RedisBrokerCore::reportTyping(QString groupId, QString userId)
{
    RedisPartition &partition = partitionOf(groupId);
    std::vector<QByteArray> look = {"HEXISTS", partition.keys().seq(), groupId.toUtf8()};
    const ScriptAnswer exists = co_await partition.context().shard.command(std::move(look));
    if (!exists.isDone())
        co_return unavailable();
    if (exists.reply().integer() == 0)
        co_return failure(Error::Code::NotFound, chat::texts::unknownGroup(groupId));
    std::vector<QByteArray> command = {"PUBLISH", partition.keys().events(groupId.toUtf8()),
                                       't' + userId.toUtf8()};
    const ScriptAnswer answer = co_await partition.context().shard.command(std::move(command));
    if (answer.kind() != ScriptAnswer::Kind::Done)
        co_return unavailable();
    co_return Expected<void>();
}

// --- groups ---

// The count of all partitions is not one with what is created: servers that create at the same moment may go
// a few above the limit.
QCoro::Task<Expected<qint64>> RedisBrokerCore::countGroups()
{
    std::vector<QCoro::Task<ScriptAnswer>> asked;
    forEachPartition([&asked](RedisPartition &partition) {
        asked.push_back(partition.context().shard.command({"ZCARD", partition.keys().groups()}));
    });
    qint64 count = 0;
    for (QCoro::Task<ScriptAnswer> &one : asked) {
        const ScriptAnswer answer = co_await one;
        if (answer.kind() != ScriptAnswer::Kind::Done)
            co_return unavailable();
        count += answer.reply().integer();
    }
    m_shared.metrics.groups.set(double(count));
    co_return count;
}

QCoro::Task<Expected<void>> RedisBrokerCore::createGroup(QString groupId)
{
    RedisPartitionContext &context = partitionOf(groupId).context();
    const QByteArray group = groupId.toUtf8();
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!co_await opened(context))
            co_return unavailable();
        const Expected<qint64> count = co_await countGroups();
        if (!count)
            co_return tl::unexpected(count.error());
        const bool isFull = m_shared.options.maximumGroups > 0 && *count >= m_shared.options.maximumGroups;
        std::vector<QByteArray> names = {context.keys.meta(), context.keys.log(), context.keys.seq(),
                                         context.keys.groups()};
        std::vector<QByteArray> arguments = {context.epoch, group, isFull ? "1" : "0"};
        const ScriptAnswer answer =
            co_await context.shard.call(m_shared.scripts.create, std::move(names), std::move(arguments));
        if (answer.kind() == ScriptAnswer::Kind::Unknown)
            co_return failure(Error::Code::UnknownOutcome, chat::texts::messagingUnavailable());
        if (answer.kind() == ScriptAnswer::Kind::Refused)
            co_return unavailable();
        if (answer.status() == "FULL")
            co_return failure(Error::Code::LimitReached, chat::texts::tooManyGroups());
        if (answer.status() != "EPOCH")
            co_return Expected<void>();
        context.reopen();
    }
    co_return unavailable();
}

QCoro::Task<Expected<QStringList>> RedisBrokerCore::groups(QString prefix, QString after, int limit)
{
    const QByteArray first = prefix.toUtf8();
    const QByteArray last = after.toUtf8();
    const bool isAfter = !after.isNull() && last >= first;
    const QByteArray lowest = first.isEmpty() && !isAfter ? QByteArray("-")
        : isAfter                                         ? '(' + last
                                                          : '[' + first;
    const QByteArray highest = first.isEmpty() ? QByteArray("+") : '(' + first + '\xff';
    std::vector<QCoro::Task<ScriptAnswer>> asked;
    forEachPartition([&](RedisPartition &partition) {
        std::vector<QByteArray> command = {"ZRANGEBYLEX", partition.keys().groups(), lowest, highest};
        if (limit > 0)
            command.insert(command.end(), {"LIMIT", "0", QByteArray::number(limit)});
        asked.push_back(partition.context().shard.command(std::move(command)));
    });
    QStringList found;
    for (QCoro::Task<ScriptAnswer> &one : asked) {
        const ScriptAnswer answer = co_await one;
        if (answer.kind() != ScriptAnswer::Kind::Done)
            co_return unavailable();
        for (std::size_t i = 0; i < answer.size(); ++i)
            found.append(answer.text(i));
    }
    found = sortedByBytes(found);
    co_return limit > 0 ? found.mid(0, limit) : found;
}

QCoro::Task<Expected<RecentMessages::Page>> RedisBrokerCore::recent(RecentMessages::Query query)
{
    auto read = co_await readRecent(partitionOf(query.groupId).context(), query);
    if (!read)
        co_return tl::unexpected(read.error());
    RecentMessages::Page page{
        .messages = {}, .more = read->more, .reached = read->reached, .newestSeq = read->newestSeq};
    for (PartitionTail::Item &item : read->items) {
        if (item.message)
            page.messages.append(std::move(*item.message));
    }
    co_return page;
}

QCoro::Task<Expected<QByteArray>> RedisBrokerCore::deploymentSecret(QByteArray own)
{
    RedisShard &shard = *m_shards.front();
    const QByteArray key = m_shared.options.prefix.toUtf8() + ":secret";
    std::vector<QByteArray> set = {"SET", key, own.isEmpty() ? randomBytes(secretWords) : own, "NX"};
    std::vector<QByteArray> get = {"GET", key};
    (void)co_await shard.command(std::move(set));
    const ScriptAnswer answer = co_await shard.command(std::move(get));
    if (answer.kind() != ScriptAnswer::Kind::Done || answer.reply().text().empty())
        co_return unavailable();
    const std::string_view secret = answer.reply().text();
    co_return QByteArray(secret.data(), qsizetype(secret.size()));
}

} // namespace nextchat::broker
