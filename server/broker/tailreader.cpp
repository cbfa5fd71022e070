// SPDX-License-Identifier: MIT
#include "server/broker/tailreader.h"

namespace nextchat::broker {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto blockTime = 1000ms;
constexpr auto readInterval = 1000ms; // while everything is heard
constexpr std::size_t mostEarly = 1000; // messages
// Of each partition. A read of 16 partitions with the longest messages stays below 40 MiB.
constexpr std::string_view entriesAtOnce = "200";
constexpr auto longPause = 5s; // design.md 5, "Tail"
constexpr auto memory = 5s; // contract.md 3

} // namespace

TailReader::TailReader(RedisShared &shared, const std::vector<std::unique_ptr<RedisPartition>> &partitions,
                       redis::Link &link, redis::Link &events)
    : m_shared(shared)
    , m_partitions(partitions)
    , m_link(link)
    , m_events(events)
{ }

bool TailReader::mayDeliver()
{
    bool may = true;
    for (const auto &partition : m_partitions)
        may &= partition->mayDeliver();
    return may;
}

bool TailReader::isPushed() const
{
    return m_isHeard && m_subscribed == m_partitions.size();
}

void TailReader::read()
{
    const bool isDue = m_isBehind || !isPushed() || Clock::now() - m_lastRead >= readInterval;
    if (isDue && !m_isReading && m_link.isReady() && mayDeliver())
        send(!isPushed());
}

void TailReader::catchUp()
{
    m_isBehind = true;
    read();
}

void TailReader::send(bool blocks)
{
    m_isReading = true;
    m_isBehind = false;
    m_generations.clear();
    const QByteArray block = QByteArray::number(qint64(blockTime.count()));
    std::vector<std::string_view> command = {"XREAD", "COUNT", entriesAtOnce};
    if (blocks)
        command.insert(command.end(), {"BLOCK", view(block)});
    command.emplace_back("STREAMS");
    std::vector<QByteArray> cursors;
    for (const auto &partition : m_partitions) {
        command.push_back(view(partition->keys().log()));
        cursors.push_back(partition->cursor().toBytes());
        m_generations.push_back(partition->generation());
        partition->readBegins();
    }
    for (const QByteArray &cursor : cursors)
        command.push_back(view(cursor));
    m_link.send(
        command, [this](const redis::Result &result) { received(ScriptAnswer(result)); },
        blockTime + m_shared.options.commandTimeout);
}

void TailReader::received(const ScriptAnswer &answer)
{
    m_isReading = false;
    const auto now = Clock::now();
    const bool paused = now - m_lastRead > longPause;
    // This server's lease may have ended while it slept: then its places come first, and this is read again.
    if (answer.kind() != ScriptAnswer::Kind::Done || !mayDeliver()) {
        m_isBehind = true; // the link says when it is back, or the shard's tick tries again
        m_early.clear();
        return;
    }
    m_lastRead = now;
    m_lag = std::chrono::milliseconds(0);
    if (answer.size() > 0) {
        m_isBehind = true; // there may be more
        take(answer.reply());
    }
    takeEarly();
    for (const auto &partition : m_partitions) {
        partition->readEnds();
        if (paused)
            partition->compareCounters();
    }
    m_shared.outbox.send(); // now, not at the end of the turn: this is the way of every message
    read();
}

void TailReader::take(const redis::Reply &streams)
{
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const std::string_view name = streams[i][0].text();
        for (std::size_t k = 0; k < m_partitions.size(); ++k) {
            if (view(m_partitions[k]->keys().log()) == name)
                takeStream(*m_partitions[k], m_generations[k], streams[i][1]);
        }
    }
}

void TailReader::takeStream(RedisPartition &partition, quint64 generation, const redis::Reply &entries)
{
    if (partition.generation() != generation)
        return;
    m_shared.redisMetrics.read.add(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
        partition.take(entries[i]);
    m_lag = std::max(m_lag, partition.ageOfCursor());
}

// --- what is published ---

void TailReader::subscribe()
{
    m_subscribed = 0;
    for (const auto &partition : m_partitions) {
        const auto heard = [this, &one = *partition](std::string_view payload, bool isSubscription) {
            if (!isSubscription)
                return takePushed(one, payload);
            ++m_subscribed;
            catchUp(); // what came before this was not heard
        };
        m_events.subscribe(view(partition->keys().entries()), heard);
    }
}

void TailReader::unsubscribed()
{
    m_subscribed = 0;
    catchUp(); // from now on in a read that blocks
}

void TailReader::takePushed(RedisPartition &partition, std::string_view payload)
{
    if (partition.takePushed(payload)) {
        m_pushed = &partition;
        return flushSoon();
    }
    if (m_isReading && m_early.size() < mostEarly)
        m_early.emplace_back(&partition, payload);
    else
        catchUp();
}

void TailReader::takeEarly()
{
    for (const auto &[partition, payload] : std::exchange(m_early, {})) {
        if (!partition->takePushed(payload))
            m_isBehind = true;
    }
}

void TailReader::flush()
{
    m_flushScheduled = false;
    if (const RedisPartition *last = std::exchange(m_pushed, nullptr))
        m_lag = last->ageOfCursor();
    for (const auto &partition : m_partitions)
        partition->flush();
    m_shared.outbox.send();
}

// All that one turn of the loop heard together.
void TailReader::flushSoon()
{
    if (std::exchange(m_flushScheduled, true))
        return;
    Mailbox::current()->post([this, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired())
            flush();
    });
}

void TailReader::restarted()
{
    m_isBehind = true;
    for (const auto &partition : m_partitions)
        partition->compareCounters();
    read();
}

std::chrono::duration<double> TailReader::lag() const
{
    const auto silence = Clock::now() - m_lastRead;
    const bool isOverdue = silence > blockTime + readInterval;
    const bool isNone = m_lastRead == Clock::time_point();
    return isOverdue && !isNone ? std::chrono::duration<double>(silence) : m_lag;
}

bool TailReader::isHealthy() const
{
    return Clock::now() - m_lastRead < memory;
}

} // namespace nextchat::broker
