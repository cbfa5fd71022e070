// SPDX-License-Identifier: MIT
#include "server/broker/taildelivery.h"

#include "common/support/logging.h"
#include "server/broker/brokerlog.h"
#include "server/broker/deliverylog.h"
#include "server/broker/recentreader.h"

#include <charconv>

namespace nextchat::broker {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto fillPatience = 2s; // design.md 5, "Tail"
constexpr int fillPage = 500; // messages
constexpr qsizetype fillBytes = 1024 * 1024;
constexpr std::size_t fillLimit = 10000; // messages; more is not read back for members that are connected
constexpr qsizetype comparedAtOnce = 500; // groups
constexpr const char *mostDeadLetters = "1000"; // of a partition

QString textOf(const QByteArray &key)
{
    return QString::fromUtf8(key);
}

// The seq of a group's last message: `<counter> <time>`, and where the counter went on without a message,
// `<counter> <time> <last message>`.
std::optional<qint64> newestOf(std::string_view value)
{
    const std::size_t last = value.rfind(' ');
    const bool hasThree = last != std::string_view::npos && value.find(' ') != last;
    const std::string_view digits = hasThree ? value.substr(last + 1) : value.substr(0, last);
    qint64 newest = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), newest);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(newest)
                                                                        : std::nullopt;
}

} // namespace

void TailDelivery::deliver(chat::Message message, const TraceContext &trace)
{
    logDelivered(message, trace);
    if (!m_batch)
        m_batch = std::make_shared<MessageBatch>();
    m_context.places.forEachListener(message.groupId, [this](int listener) { m_listeners.insert(listener); });
    m_batch->push_back(std::move(message));
}

void TailDelivery::flush()
{
    if (!m_batch)
        return;
    const std::shared_ptr<const MessageBatch> batch = std::exchange(m_batch, nullptr);
    for (const int listener : std::exchange(m_listeners, {})) {
        if (const ListenerTable::Entry *entry = m_context.shared.listeners.find(listener))
            m_context.shared.outbox.deliver(entry->home, entry->listener, batch);
    }
    m_context.shared.outbox.sendSoon();
}

template <typename Say> void TailDelivery::tell(const QString &groupId, const Say &say)
{
    flush();
    m_context.shared.outbox.send(); // what was delivered before comes before
    m_context.places.forEachListener(
        groupId, [this, &say](int listener) { m_context.shared.listeners.post(listener, say); });
}

void TailDelivery::epochBegan(const QString &groupId, const QString &epoch)
{
    tell(groupId, [groupId, epoch](BrokerListener &listener) { listener.epochBegan(groupId, epoch); });
}

void TailDelivery::missed(const QString &groupId)
{
    qCWarning(brokerLog) << "messages of a group could not be had from the log; its members are to read back";
    m_context.shared.redisMetrics.missed.add();
    tell(groupId, [groupId](BrokerListener &listener) { listener.messagesMissed(groupId); });
}

void TailDelivery::fill(const QString &groupId, qint64 after)
{
    m_context.shared.redisMetrics.gaps.add();
    fillFrom(groupId, after);
}

QCoro::Task<> TailDelivery::fillFrom(QString groupId, qint64 after)
{
    const auto end = Clock::now() + fillPatience;
    std::vector<PartitionTail::Item> items;
    qint64 newest = std::numeric_limits<qint64>::max(); // not known yet
    bool reached = true; // so far
    bool more = true;
    while (reached && more && items.size() < fillLimit && Clock::now() < end) {
        RecentMessages::Query query = {.groupId = groupId,
                                       .after = items.empty() ? after : items.back().seq,
                                       .limit = fillPage,
                                       .bytes = fillBytes,
                                       .newest = false};
        auto page = co_await readRecent(m_context, std::move(query));
        if (!page && page.error().code == Error::Code::NotFound)
            break;
        if (!page) {
            if (!co_await m_context.shard.ticked())
                co_return;
            continue;
        }
        newest = page->newestSeq;
        reached = page->reached;
        more = page->more;
        std::move(page->items.begin(), page->items.end(), std::back_inserter(items));
    }
    m_context.tail.filled(groupId, std::move(items), reached && !more, newest);
    flush();
}

void TailDelivery::unreadable(LogId entry)
{
    m_context.shared.redisMetrics.unreadable.add();
    if (const int count = m_unreadablePace.due(); count > 0)
        qCWarning(brokerLog)
            << "Entries of the log can't be read, as those of a later version; they are skipped."
            << field("count", count) << field("log", textOf(m_context.keys.log()))
            << field("last", textOf(entry.toBytes()));
}

void TailDelivery::contradicts(const QString &groupId, LogId entry)
{
    m_context.shared.redisMetrics.deadLetters.add();
    if (const int count = m_contradictionPace.due(); count > 0)
        qCCritical(brokerLog)
            << "The log has messages with numbers that were used before, or never given out. "
               "They are not delivered, but kept as dead letters."
            << field("count", count) << field("key", textOf(m_context.keys.deadLetters()))
            << field("group", groupId) << field("last", textOf(entry.toBytes()));
    bury(entry);
}

QCoro::Task<> TailDelivery::bury(LogId entry)
{
    std::vector<QByteArray> names = {m_context.keys.log(), m_context.keys.deadLetters()};
    std::vector<QByteArray> arguments = {entry.toBytes(), mostDeadLetters};
    (void)co_await m_context.shard.call(m_context.shared.scripts.bury, std::move(names),
                                        std::move(arguments));
}

void TailDelivery::compareCounters()
{
    m_compareAgain = true;
    if (!m_comparing)
        compareAll();
}

void TailDelivery::retry()
{
    if (m_compareAgain && !m_comparing)
        compareAll();
}

QCoro::Task<> TailDelivery::compareAll()
{
    m_comparing = true;
    m_compareAgain = false;
    QStringList groupIds;
    m_context.tail.forEachSettled([&groupIds](const QString &groupId, qint64) { groupIds.append(groupId); });
    for (qsizetype i = 0; i < groupIds.size(); i += comparedAtOnce) {
        QStringList some = groupIds.mid(i, comparedAtOnce); // named: g++ 12 destroys a temporary twice
        const bool compared = co_await compareSome(std::move(some));
        if (!compared) {
            m_compareAgain = true;
            break;
        }
    }
    m_comparing = false;
}

QCoro::Task<bool> TailDelivery::compareSome(QStringList groupIds)
{
    std::vector<QByteArray> command = {"HMGET", m_context.keys.seq()};
    for (const QString &groupId : groupIds)
        command.push_back(groupId.toUtf8());
    const ScriptAnswer answer = co_await m_context.shard.command(std::move(command));
    if (answer.kind() != ScriptAnswer::Kind::Done || answer.size() != std::size_t(groupIds.size()))
        co_return false;
    for (std::size_t i = 0; i < answer.size(); ++i) {
        if (const auto newest = newestOf(answer.view(i)))
            m_context.tail.compared(groupIds[qsizetype(i)], *newest);
    }
    flush();
    co_return true;
}

} // namespace nextchat::broker
