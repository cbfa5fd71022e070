// SPDX-License-Identifier: MIT
#include "server/broker/tailreader.h"

namespace nextchat::broker {

namespace {

using namespace std::chrono_literals;

constexpr auto blockTime = 1000ms;
// Of each partition. A read of 16 partitions with the longest messages stays below 40 MiB.
constexpr std::string_view entriesAtOnce = "200";
constexpr auto longPause = 5s; // design.md 5, "Tail"
constexpr auto memory = 5s; // contract.md 3

} // namespace

TailReader::TailReader(RedisShared &shared, const std::vector<std::unique_ptr<RedisPartition>> &partitions,
                       redis::Link &link)
    : m_shared(shared)
    , m_partitions(partitions)
    , m_link(link)
{ }

bool TailReader::mayDeliver()
{
    bool may = true;
    for (const auto &partition : m_partitions)
        may &= partition->mayDeliver();
    return may;
}

void TailReader::read()
{
    if (m_isReading || !m_link.isReady() || !mayDeliver())
        return;
    m_isReading = true;
    m_generations.clear();
    const QByteArray block = QByteArray::number(qint64(blockTime.count()));
    std::vector<std::string_view> command = {"XREAD", "COUNT",     entriesAtOnce,
                                             "BLOCK", view(block), "STREAMS"};
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
    if (answer.kind() != ScriptAnswer::Kind::Done)
        return; // the link says when it is back, or the shard's tick tries again
    const auto now = std::chrono::steady_clock::now();
    const bool paused = now - m_lastRead > longPause;
    // This server's lease may have ended while it slept: then its places come first, and this is read again.
    if (!mayDeliver())
        return;
    m_lastRead = now;
    if (answer.size() > 0)
        take(answer.reply());
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
}

void TailReader::restarted()
{
    for (const auto &partition : m_partitions)
        partition->compareCounters();
    read();
}

bool TailReader::isHealthy() const
{
    return std::chrono::steady_clock::now() - m_lastRead < memory;
}

} // namespace nextchat::broker
