// SPDX-License-Identifier: MIT
#include "server/broker/logreader.h"

#include "server/broker/logreply.h"
#include "server/broker/redis/words.h"

namespace nextchat::broker {

namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using redis::view;

constexpr auto lookInterval = 1s;
// A partition that is read anew waits for the read that is under way.
constexpr auto blockTime = 100ms;
constexpr std::size_t headFields = 2; // of the answer of backlog.lua
constexpr std::size_t partitionFields = 8;

} // namespace

LogReader::LogReader(Options options, LogReaderOutput &output)
    : m_options(std::move(options))
    , m_output(output)
    , m_commands(redis::Link::Options{.url = m_options.url,
                                      .purpose = u"what history has stored"_s,
                                      .patience = m_options.commandTimeout,
                                      .scripts = {&m_scripts.backlog, &m_scripts.stored}})
    , m_tail(redis::Link::Options{.url = m_options.url,
                                  .purpose = u"reading the log for history"_s,
                                  .patience = m_options.commandTimeout})
{
    for (const int index : m_options.partitions)
        m_partitions.push_back({.index = index, .keys = RedisKeys(m_options.prefix, index)});
    m_timer.callOnTimeout([this] { look(); });
    for (redis::Link *link : {&m_commands, &m_tail}) {
        QObject::connect(link, &redis::Link::ready, link, [this] { look(); });
        QObject::connect(link, &redis::Link::lost, link, [this] { lost(); });
    }
}

LogReader::~LogReader()
{
    for (redis::Link *link : {&m_commands, &m_tail}) {
        QObject::disconnect(link, nullptr, link, nullptr);
        link->close();
    }
}

void LogReader::start()
{
    m_commands.open();
    m_tail.open();
    m_timer.start(lookInterval);
}

LogReader::Partition &LogReader::partition(int index)
{
    const auto has = [index](const Partition &partition) { return partition.index == index; };
    return *std::find_if(m_partitions.begin(), m_partitions.end(), has);
}

void LogReader::lost()
{
    for (Partition &partition : m_partitions)
        lose(partition);
}

void LogReader::lose(Partition &partition)
{
    if (partition.epoch.isEmpty())
        return;
    partition.epoch.clear();
    partition.isRead = false;
    ++partition.generation;
    m_output.partitionLost(partition.index);
}

// --- which epoch it is, and how far it is stored ---

void LogReader::look()
{
    if (m_isLooking || !m_commands.isReady() || !m_tail.isReady())
        return;
    // They may have found two servers, while one takes over from the other.
    if (m_commands.info().identity() != m_tail.info().identity()) {
        m_tail.reconnect(u"is another server than before"_s);
        return m_commands.reconnect(u"is another server than before"_s);
    }
    m_isLooking = true;
    std::vector<std::string_view> keys;
    for (const Partition &partition : m_partitions) {
        keys.push_back(view(partition.keys.meta()));
        keys.push_back(view(partition.keys.log()));
    }
    m_commands.run(m_scripts.backlog, keys, {},
                   [this](const redis::Result &result) { looked(ScriptAnswer(result)); });
}

void LogReader::looked(const ScriptAnswer &answer)
{
    m_isLooking = false;
    if (!answer.isDone())
        return; // the link says when it is back
    for (std::size_t i = 0; i < m_partitions.size(); ++i) {
        const std::size_t at = headFields + partitionFields * i;
        LogStanding standing;
        standing.epoch = answer.bytes(at);
        standing.from = LogId::parse(answer.view(at + 2)).value_or(LogId());
        standing.fromNumber = answer.number(at + 3);
        standing.number = answer.number(at + 4);
        standing.storedNumber = answer.number(at + 5);
        standing.storedFence = answer.number(at + 6);
        standing.age = std::chrono::milliseconds(answer.number(at + 7));
        stands(m_partitions[i], answer.bytes(at + 1), standing);
    }
    read();
}

void LogReader::stands(Partition &partition, const QByteArray &identity, const LogStanding &standing)
{
    if (standing.epoch.isEmpty() || identity != m_commands.info().identity() || !m_tail.isReady())
        return lose(partition); // until a broker has opened it here
    if (partition.epoch != standing.epoch) {
        partition.epoch = standing.epoch;
        partition.isRead = false;
        ++partition.generation;
        m_output.partitionOpened(partition.index, standing);
    }
    m_output.partitionStands(partition.index, standing);
}

void LogReader::noteStored(int index, const QByteArray &epoch, LogId id, qint64 number, qint64 fence)
{
    const RedisKeys &keys = partition(index).keys;
    const QByteArray idText = id.toBytes();
    const QByteArray numberText = QByteArray::number(number);
    const QByteArray fenceText = QByteArray::number(fence);
    const QByteArray channel = keys.stored();
    const std::array<std::string_view, 1> names{view(keys.meta())};
    const std::array<std::string_view, 5> arguments{view(epoch), view(idText), view(numberText),
                                                    view(fenceText), view(channel)};
    m_commands.run(m_scripts.stored, names, arguments, [this, index](const redis::Result &result) {
        const ScriptAnswer answer(result);
        if (answer.isDone() && answer.status() == "FENCE")
            m_output.fenced(index, answer.number(1));
    });
}

// --- the entries ---

void LogReader::readFrom(int index, LogId cursor)
{
    Partition &one = partition(index);
    one.cursor = cursor;
    one.isRead = !one.epoch.isEmpty();
    one.isHeld = false;
    ++one.generation;
    read();
}

void LogReader::stopReading(int index)
{
    Partition &one = partition(index);
    one.isRead = false;
    ++one.generation;
}

void LogReader::hold(int index, bool isHeld)
{
    partition(index).isHeld = isHeld;
    if (!isHeld)
        read();
}

void LogReader::read()
{
    if (m_isReading || !m_tail.isReady())
        return;
    const QByteArray count = QByteArray::number(m_options.entriesAtOnce);
    const QByteArray block = QByteArray::number(qint64(blockTime.count()));
    std::vector<std::string_view> command = {"XREAD", "COUNT", view(count), "BLOCK", view(block), "STREAMS"};
    std::vector<QByteArray> cursors;
    std::vector<std::pair<std::size_t, quint64>> asked;
    for (std::size_t i = 0; i < m_partitions.size(); ++i) {
        const Partition &one = m_partitions[i];
        if (!one.isRead || one.isHeld)
            continue;
        command.push_back(view(one.keys.log()));
        cursors.push_back(one.cursor.toBytes());
        asked.emplace_back(i, one.generation);
    }
    if (asked.empty())
        return;
    for (const QByteArray &cursor : cursors)
        command.push_back(view(cursor));
    m_isReading = true;
    m_tail.send(
        command,
        [this, asked = std::move(asked)](const redis::Result &result) {
            received(asked, ScriptAnswer(result));
        },
        blockTime + m_options.commandTimeout);
}

void LogReader::received(const std::vector<std::pair<std::size_t, quint64>> &asked,
                         const ScriptAnswer &answer)
{
    // Whoever takes entries may ask for more: not before all cursors have moved.
    const redis::Reply &streams = answer.reply();
    for (std::size_t i = 0; answer.isDone() && i < streams.size(); ++i) {
        for (const auto &[index, generation] : asked) {
            Partition &one = m_partitions[index];
            if (view(one.keys.log()) == streams[i][0].text() && one.generation == generation)
                take(one, streams[i][1]);
        }
    }
    m_isReading = false;
    if (answer.isDone())
        read(); // if not, the link says when it is back, and look() reads on
}

void LogReader::take(Partition &partition, const redis::Reply &entries)
{
    if (entries.size() == 0)
        return;
    if (const auto last = logIdOf(entries[entries.size() - 1]))
        partition.cursor = *last;
    m_output.entriesRead(partition.index, entries);
}

} // namespace nextchat::broker
