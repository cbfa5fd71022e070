// SPDX-License-Identifier: MIT
#include "server/broker/redispartition.h"

#include "common/support/logging.h"
#include "server/broker/brokerlog.h"
#include "server/broker/logreply.h"
#include "server/broker/messagearchive.h"
#include "server/broker/pushedentry.h"

#include <QRandomGenerator>

namespace nextchat::broker {

namespace {

constexpr int openAttempts = 10; // several servers may open epochs at once
constexpr int reapedAtOnce = 200; // places

} // namespace

RedisPartition::RedisPartition(RedisShared &shared, RedisShard &shard, int index)
    : m_index(index)
    , m_delivery(&m_context)
    , m_context{.shared = shared,
                .shard = shard,
                .keys = RedisKeys(shared.options.prefix.toUtf8(), index),
                .tail = PartitionTail(m_delivery),
                .places = {},
                .epoch = {},
                .leaseEnd = {},
                .reopen = [this] { reopen(); },
                .waiting = {}}
    , m_publisher(m_context)
    , m_membership(m_context)
{ }

RedisPartition::~RedisPartition() = default;

void RedisPartition::reopen()
{
    m_context.isOpen = false;
    if (m_context.isOpening)
        m_openAgain = true;
    else if (!m_context.shard.identity().isEmpty())
        openUntilDone();
}

void RedisPartition::close()
{
    m_context.isOpen = false;
    m_publisher.refuseUnsent();
}

void RedisPartition::shutDown()
{
    m_context.isOpen = false;
    for (const Reply<bool> &reply : std::exchange(m_context.waiting, {}))
        reply.answerHere(false);
}

QCoro::Task<> RedisPartition::openUntilDone()
{
    m_context.isOpening = true;
    bool isOpen = false;
    QByteArray previousEpoch; // that must not go on
    for (int attempt = 0; attempt < openAttempts && !isOpen; ++attempt) {
        m_openAgain = false;
        Step step = co_await compareEpochs(previousEpoch);
        if (step == Step::Failed)
            break;
        const auto asserted = co_await m_membership.assertPlaces();
        if (asserted == RedisMembership::Asserted::Failed)
            break;
        previousEpoch = asserted == RedisMembership::Asserted::Behind ? m_context.epoch : QByteArray();
        isOpen = asserted == RedisMembership::Asserted::Yes && !m_openAgain
            && !m_context.shard.identity().isEmpty();
    }
    endOpening(isOpen);
}

void RedisPartition::endOpening(bool isOpen)
{
    m_context.isOpening = false;
    m_context.isOpen = isOpen;
    if (isOpen) {
        m_publisher.resume();
        m_membership.tellRest();
        m_delivery.compareCounters();
    } else {
        m_publisher.refuseUnsent();
    }
    for (const Reply<bool> &reply : std::exchange(m_context.waiting, {}))
        reply.answerHere(isOpen);
    m_context.shard.partitionChanged();
}

QCoro::Task<RedisPartition::Step> RedisPartition::compareEpochs(QByteArray previousEpoch)
{
    MessageArchive *archive = m_context.shared.options.archive;
    LastSeqs known;
    // In a group that nobody here listens to any more, places may still be kept: they can't be asserted
    // without the group.
    for (const Hold &hold : m_context.places.current()) {
        if (m_context.places.state(hold.groupId, hold.userId) == HeldPlaces::State::Kept)
            known[hold.groupId.toUtf8()] = 0;
    }
    m_context.tail.forEachSettled(
        [&known](const QString &groupId, qint64 lastSeq) { known[groupId.toUtf8()] = lastSeq; });
    ScriptAnswer answer = co_await callOpen(previousEpoch, archive ? "ask" : "none", known);
    if (answer.isDone() && answer.status() == "HISTORY") {
        const auto groups = co_await archive->groups(m_index, m_context.shared.options.partitions);
        if (groups) {
            for (const MessageArchive::Group &group : *groups) {
                qint64 &lastSeq = known[group.id.toUtf8()];
                lastSeq = std::max(lastSeq, group.lastSeq);
            }
        } else {
            qCWarning(brokerLog) << "Partition" << m_index << "begins an epoch without the history's groups";
        }
        answer = co_await callOpen(previousEpoch, groups ? "asked" : "away", known);
    }
    if (!answer.isDone())
        co_return Step::Failed;
    co_return adopt(answer);
}

QCoro::Task<ScriptAnswer> RedisPartition::callOpen(const QByteArray &previousEpoch, const QByteArray &history,
                                                   const LastSeqs &known)
{
    const RedisKeys &keys = m_context.keys;
    const RedisBrokerOptions &options = m_context.shared.options;
    std::vector<QByteArray> names = {keys.meta(), keys.log(), keys.seq(), keys.groups()};
    std::vector<QByteArray> arguments = {
        m_context.shard.layout(),
        m_context.shard.identity(),
        QByteArray::number(QRandomGenerator::system()->generate(), 16),
        QByteArray::number(options.leaseDuration / std::chrono::microseconds(1)),
        previousEpoch,
        m_context.epoch,
        history};
    for (const auto &[group, lastSeq] : known) {
        arguments.push_back(group);
        arguments.push_back(QByteArray::number(lastSeq));
    }
    return m_context.shard.call(m_context.shared.scripts.open, std::move(names), std::move(arguments));
}

RedisPartition::Step RedisPartition::adopt(const ScriptAnswer &answer)
{
    if (answer.status() == "LAYOUT") {
        m_context.shard.refuseLayout(answer.text(1));
        return Step::Failed;
    }
    const QByteArray epoch = answer.bytes(1);
    const auto opened = LogId::parse(answer.view(2));
    const auto last = LogId::parse(answer.view(5));
    if (!opened || !last)
        return Step::Failed;
    if (m_context.epoch.isEmpty()) {
        m_context.tail.start(*last, answer.number(4), QString::fromLatin1(epoch));
        ++m_generation;
    } else if (epoch != m_context.epoch) {
        m_context.tail.rewind(*opened, answer.number(3));
        ++m_generation;
    }
    if (epoch != m_context.epoch) {
        if (!m_context.epoch.isEmpty())
            qCInfo(brokerLog).noquote() << "Partition" << m_index << "goes on in epoch" << epoch;
        m_context.shared.redisMetrics.epochs.add();
        m_context.epoch = epoch;
    }
    return Step::Done;
}

void RedisPartition::renew()
{
    renewLease();
}

QCoro::Task<> RedisPartition::renewLease()
{
    const auto sent = std::chrono::steady_clock::now();
    const RedisKeys &keys = m_context.keys;
    const auto lease = m_context.shared.options.leaseDuration;
    std::vector<QByteArray> names = {keys.servers(), keys.meta()};
    std::vector<QByteArray> arguments = {m_context.shared.serverId,
                                         QByteArray::number(lease / std::chrono::microseconds(1))};
    const ScriptAnswer answer =
        co_await m_context.shard.call(m_context.shared.scripts.renew, std::move(names), std::move(arguments));
    if (answer.kind() != ScriptAnswer::Kind::Done)
        co_return;
    m_context.leaseEnd = sent + lease;
    if (answer.status() == "EXPIRED" && m_context.isOpen)
        reopen(); // others may have taken the places
    std::vector<QByteArray> dead;
    for (std::size_t i = 2; i < answer.size(); ++i)
        dead.push_back(answer.bytes(i));
    for (const QByteArray &server : dead)
        co_await reap(server);
}

QCoro::Task<> RedisPartition::reap(QByteArray server)
{
    const RedisKeys &keys = m_context.keys;
    for (;;) {
        std::vector<QByteArray> names = {keys.meta(), keys.servers(), keys.held(server)};
        std::vector<QByteArray> arguments = {server, keys.prefix(), QByteArray::number(reapedAtOnce)};
        const ScriptAnswer answer = co_await m_context.shard.call(m_context.shared.scripts.reap,
                                                                  std::move(names), std::move(arguments));
        if (answer.kind() != ScriptAnswer::Kind::Done || answer.status() == "ALIVE")
            co_return;
        m_context.shared.redisMetrics.reaped.add(static_cast<quint64>(answer.number(1)));
        if (answer.status() == "DONE")
            co_return;
    }
}

void RedisPartition::probed(const QByteArray &epoch, qint64 number, qint64 stored,
                            std::optional<qint64> added)
{
    if (added) {
        const qint64 foreign = *added - number;
        if (m_foreign && foreign > *m_foreign)
            foreignWritten(int(foreign - *m_foreign));
        m_foreign = foreign;
    }
    if (m_context.isOpen && epoch != m_context.epoch)
        return reopen();
    m_context.tail.probed(number);
    m_publisher.stored(epoch, stored);
}

void RedisPartition::trim()
{
    const auto oldest = std::chrono::steady_clock::now() - m_context.shared.options.retention;
    const QByteArray milliseconds = QByteArray::number(m_context.shard.redisTime(oldest) / 1000);
    const std::array<std::string_view, 2> names = {view(m_context.keys.log()), view(m_context.keys.meta())};
    const std::array<std::string_view, 2> arguments = {view(milliseconds),
                                                       m_context.shared.options.archive ? "1" : "0"};
    m_context.shard.run(m_context.shared.scripts.trim, names, arguments, [](const ScriptAnswer &) {});
}

void RedisPartition::retry()
{
    if (!m_context.isOpen && !m_context.isOpening)
        reopen();
    m_delivery.retry();
}

bool RedisPartition::mayDeliver()
{
    if (m_context.isOpen && m_context.leaseEnd <= std::chrono::steady_clock::now())
        reopen();
    return m_context.isOpen;
}

std::chrono::milliseconds RedisPartition::ageOfCursor() const
{
    const qint64 now = m_context.shard.redisTime(std::chrono::steady_clock::now()) / 1000;
    return std::chrono::milliseconds(std::max<qint64>(0, now - qint64(cursor().milliseconds)));
}

void RedisPartition::take(const redis::Reply &entry)
{
    const std::optional<LogId> id = logIdOf(entry);
    if (!id || *id <= m_context.tail.cursor())
        return;
    if (const auto parsed = logEntryOf(entry))
        return m_context.tail.take(*parsed);
    if (!m_foreign)
        foreignWritten(1); // else a probe tells, also of those that a published entry went past
    m_context.tail.takeForeign(*id);
}

void RedisPartition::foreignWritten(int count)
{
    m_context.shared.redisMetrics.foreign.add(quint64(count));
    if (const int unsaid = m_foreignPace.due(count); unsaid > 0)
        qCWarning(brokerLog) << "Somebody else writes into the log; it is skipped." << field("count", unsaid)
                             << field("log", QString::fromUtf8(m_context.keys.log()));
}

bool RedisPartition::takePushed(std::string_view payload)
{
    if (!mayDeliver())
        return false;
    const auto entry = pushedEntryOf(payload);
    if (!entry)
        return false;
    if (entry->id <= m_context.tail.cursor())
        return true; // it was read already, or is of data that is gone
    if (!m_context.tail.isNext(*entry))
        return false;
    m_context.shared.redisMetrics.read.add();
    m_context.shared.redisMetrics.pushed.add();
    m_context.tail.take(*entry);
    return true;
}

void RedisPartition::flush()
{
    m_delivery.flush();
}

void RedisPartition::readEnds()
{
    m_context.tail.readEnds();
    m_delivery.flush();
}

} // namespace nextchat::broker
