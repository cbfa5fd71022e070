// SPDX-License-Identifier: MIT
#include "server/history/partitionwriter.h"

#include "common/support/ask.h"
#include "common/support/jitter.h"
#include "common/support/logging.h"
#include "server/history/historylog.h"

#include <QRandomGenerator>

namespace nextchat::history {

namespace {

using namespace std::chrono_literals;

constexpr auto idleWait = 250ms; // for the first entry of a log that has none
constexpr auto statesInterval = 1s;
constexpr auto longestHousekeeping = 2s;
constexpr int renewalsPerLease = 3;
constexpr auto firstBackOff = 100ms;
constexpr auto longestBackOff = 5s;
constexpr double jitter = 0.25; // of what several writers do
constexpr int leastBatch = 64;
constexpr auto paceInterval = 1s;
// About a millisecond of the database's time, then as much for others.
constexpr MessageInserter::Pace besideClients{.rows = 64, .rests = 1};

QByteArray randomName(int index)
{
    return QByteArray::number(QRandomGenerator::system()->generate64(), 16) + '-' + QByteArray::number(index);
}

std::chrono::milliseconds backOffAfter(int failures)
{
    const int doublings = std::clamp(failures - 1, 0, 10);
    return jittered(std::min<std::chrono::milliseconds>(longestBackOff, firstBackOff * (1 << doublings)),
                    jitter);
}

int partitionCount(const std::vector<std::unique_ptr<LogFeed>> &feeds)
{
    std::size_t count = 0;
    for (const auto &feed : feeds)
        count += feed->partitions().size();
    return int(count);
}

} // namespace

PartitionWriter::PartitionWriter(const HistoryWriterOptions &options,
                                 std::vector<std::unique_ptr<LogFeed>> feeds, int index,
                                 WriterMetrics &metrics, broker::StoreHealth &health)
    : m_options(options)
    , m_metrics(metrics)
    , m_health(health)
    , m_owner(randomName(index))
    , m_feeds(std::move(feeds))
    , m_partitions(std::size_t(partitionCount(m_feeds)))
    , m_leases(m_partitions, options.lease, metrics)
    , m_reader(m_partitions, metrics)
    , m_batchSize(options.batchSize)
{
    for (const auto &feed : m_feeds) {
        for (const int k : feed->partitions())
            m_partitions[std::size_t(k)].feed = feed.get();
    }
    m_pause.setSingleShot(true);
    m_pause.callOnTimeout([this] {
        if (m_wake)
            std::exchange(m_wake, {})();
    });
}

PartitionWriter::~PartitionWriter() = default;

void PartitionWriter::start()
{
    for (const auto &feed : m_feeds)
        feed->open();
    run();
}

void PartitionWriter::stop(std::function<void()> stopped)
{
    m_isStopping = true;
    m_stopped = std::move(stopped);
    for (const auto &feed : m_feeds)
        feed->close();
    if (m_wake)
        std::exchange(m_wake, {})();
}

QCoro::Task<> PartitionWriter::pause(std::chrono::milliseconds time)
{
    if (m_isStopping)
        co_return;
    auto wait = [this, time](Reply<bool> reply) {
        m_wake = [reply] { reply(true); };
        m_pause.start(time);
    };
    (void)co_await ask<bool>(std::move(wait)); // named: g++ 12 destroys a temporary twice
}

QCoro::Task<> PartitionWriter::run()
{
    auto wait = std::chrono::milliseconds(0);
    while (!m_isStopping) {
        co_await askStates();
        std::optional<int> entries;
        if (!m_isStopping && connectDatabase() && co_await keepHouse())
            entries = co_await turn(wait);
        if (m_isStopping)
            break;
        if (!entries)
            co_await pause(backOffAfter(m_failures));
        else if (!m_reader.hasMore())
            co_await pause(m_options.gatherTime);
        wait = entries == 0 ? idleWait : 0ms;
    }
    if (m_database)
        m_database->leave();
    m_database.reset();
    m_leases.loseAll();
    m_stopped();
}

// --- the database ---

bool PartitionWriter::connectDatabase()
{
    if (m_database)
        return true;
    auto opened = WriterDatabase::open({.url = m_options.database,
                                        .owner = m_owner,
                                        .lease = m_options.lease,
                                        .answerTimeout = m_options.answerTimeout});
    if (!opened) {
        databaseFailed(opened.error());
        return false;
    }
    m_database = std::move(*opened);
    m_nextHousekeeping = Clock::now();
    return true;
}

// What was committed is not certain: the partitions are taken again, over another connection.
void PartitionWriter::databaseFailed(const Error &error)
{
    ++m_failures;
    m_metrics.failures.add();
    m_metrics.up.set(0);
    m_health.noteFailure();
    m_batchSize = std::max(leastBatch, m_batchSize / 2);
    m_leases.loseAll();
    m_database.reset();
    if (std::exchange(m_problem, error.message) == error.message)
        return;
    if (error.code == Error::Code::Conflict)
        qCCritical(historyLog).noquote() << "History can't be stored:" << error.message;
    else
        qCWarning(historyLog).noquote() << "History can't be stored, and waits in Redis:" << error.message;
}

void PartitionWriter::databaseWorks()
{
    m_failures = 0;
    m_metrics.up.set(1);
    m_health.noteSuccess();
    if (!std::exchange(m_problem, {}).isEmpty())
        qCInfo(historyLog, "History is stored again.");
}

QCoro::Task<bool> PartitionWriter::keepHouse()
{
    const auto now = Clock::now();
    if (now >= m_nextHousekeeping) {
        m_nextHousekeeping = now
            + jittered(std::min<std::chrono::milliseconds>(longestHousekeeping,
                                                           m_options.lease / renewalsPerLease),
                       jitter);
        if (const auto renewed = m_leases.renew(*m_database); !renewed) {
            databaseFailed(renewed.error());
            co_return false;
        }
    }
    co_return co_await compareGroups();
}

// --- Redis ---

QCoro::Task<> PartitionWriter::askStates()
{
    const auto now = Clock::now();
    const auto isNew = [](const WrittenPartition &partition) {
        return partition.feed->isReady() && partition.connection != partition.feed->connection();
    };
    if (now < m_nextStates && std::none_of(m_partitions.begin(), m_partitions.end(), isNew))
        co_return;
    m_nextStates = now + statesInterval;
    std::chrono::milliseconds lag{0};
    qint64 backlog = 0;
    m_longestBacklog = 0;
    for (const auto &feed : m_feeds) {
        const int connection = feed->connection();
        const auto states = co_await feed->states();
        if (!states || connection != feed->connection())
            continue;
        if (m_partitions[std::size_t(feed->partitions().front())].connection != connection)
            m_nextHousekeeping = now; // its partitions can be taken now
        for (const auto &[k, state] : *states) {
            WrittenPartition &partition = m_partitions[std::size_t(k)];
            partition.isNoted = partition.isNoted && partition.connection == connection
                && partition.state.epoch == state.epoch;
            partition.hasGroups = partition.hasGroups && partition.state.epoch == state.epoch;
            partition.connection = connection;
            partition.state = state;
            lag = std::max(lag, state.oldest);
            const qint64 waiting = std::max<qint64>(0, state.lastNumber - state.storedNumber);
            backlog += waiting;
            m_longestBacklog = std::max(m_longestBacklog, waiting);
        }
    }
    m_metrics.lag.set(std::chrono::duration<double>(lag).count());
    m_metrics.backlog.set(double(backlog));
}

// Groups that Redis has and the log does not tell of are those from before there was a history. Those that
// the database has, and Redis does not, were lost when an epoch began while the database was away.
QCoro::Task<bool> PartitionWriter::compareGroups()
{
    std::optional<std::vector<QString>> stored;
    for (std::size_t k = 0; k < m_partitions.size(); ++k) {
        WrittenPartition &partition = m_partitions[k];
        if (!partition.isOwned || partition.hasGroups || !partition.isCurrent())
            continue;
        const auto groups = co_await partition.feed->groups(int(k));
        if (!groups || !m_database)
            continue;
        const auto missing = storeGroups(int(k), *groups, stored);
        if (!missing) {
            databaseFailed(missing.error());
            co_return false;
        }
        partition.hasGroups = missing->empty();
        if (partition.hasGroups)
            continue;
        const auto restored = co_await partition.feed->restore(int(k), partition.state.epoch, *missing);
        partition.hasGroups = restored.has_value();
        if (restored)
            qCInfo(historyLog) << "Groups that Redis had lost are there again" << field("count", *restored)
                               << field("partition", qint64(k));
    }
    co_return true;
}

// Gives the groups of the partition that are not among these. `stored`: all that the database has, if known.
Expected<std::vector<LogFeed::Group>>
PartitionWriter::storeGroups(int k, const std::vector<QString> &groups,
                             std::optional<std::vector<QString>> &stored)
{
    if (const auto added = m_database->addGroups(groups); !added)
        return tl::unexpected(added.error());
    if (!stored) {
        auto all = m_database->groups();
        if (!all)
            return tl::unexpected(all.error());
        stored = std::move(*all);
    }
    const std::set<QString> known(groups.begin(), groups.end());
    std::vector<LogFeed::Group> missing;
    for (const QString &id : *stored) {
        if (broker::RedisKeys::partitionOf(id.toUtf8(), int(m_partitions.size())) != k || known.contains(id))
            continue;
        const auto lastSeq = m_database->lastSeqOf(id);
        if (!lastSeq)
            return tl::unexpected(lastSeq.error());
        missing.push_back({id, *lastSeq});
    }
    return missing;
}

QCoro::Task<std::optional<int>> PartitionWriter::turn(std::chrono::milliseconds wait)
{
    const auto batches = co_await m_reader.read(m_batchSize, wait);
    if (m_reader.isOutdated())
        m_nextStates = Clock::now();
    if (!m_database || m_isStopping)
        co_return std::nullopt;
    if (batches.empty()) {
        databaseWorks();
    } else if (!store(batches)) {
        co_return std::nullopt;
    }
    co_await notePositions();
    std::size_t count = 0;
    for (const WriterDatabase::Batch &batch : batches)
        count += batch.entries.size();
    co_return int(count);
}

// --- storing ---

// The database, Redis and the server may share their cores.
MessageInserter::Pace PartitionWriter::pace()
{
    const auto now = Clock::now();
    if (m_options.sent && now >= m_nextPace) {
        m_nextPace = now + paceInterval;
        const quint64 before = std::exchange(m_sent, m_options.sent->value());
        m_areClientsServed = m_sent != before;
    }
    const bool isLate = m_options.maximumBacklog > 0 && m_longestBacklog >= m_options.maximumBacklog / 2;
    return m_areClientsServed && !isLate ? besideClients : MessageInserter::Pace();
}

bool PartitionWriter::store(const std::vector<WriterDatabase::Batch> &batches)
{
    const auto begun = Clock::now();
    const auto stored = m_database->store(batches, pace());
    if (!stored) {
        databaseFailed(stored.error());
        return false;
    }
    if (stored->lost) {
        m_metrics.partitionsLost.add();
        qCWarning(historyLog) << "Another server stores a partition now"
                              << field("partition", qint64(*stored->lost));
        m_leases.lose(*stored->lost);
        return true;
    }
    for (const WriterDatabase::Batch &batch : batches) {
        WrittenPartition &partition = m_partitions[std::size_t(batch.partition)];
        partition.position = batch.after;
        partition.leaseEnd = begun + m_options.lease;
        partition.isNoted = false;
    }
    m_batchSize = std::min(m_options.batchSize, 2 * m_batchSize);
    m_metrics.batches.add();
    m_metrics.batchSeconds.observe(std::chrono::duration<double>(Clock::now() - begun).count());
    databaseWorks();
    report(batches, stored->rows);
    return true;
}

void PartitionWriter::report(const std::vector<WriterDatabase::Batch> &batches,
                             const MessageInserter::Outcome &outcome)
{
    m_metrics.stored.add(quint64(outcome.stored));
    m_metrics.batchRows.observe(double(outcome.stored));
    m_metrics.repeated.add(quint64(outcome.repeated));
    if (outcome.deadLetters.empty())
        return;
    const auto &letters = outcome.deadLetters;
    m_metrics.deadLetters.add(letters.size());
    const auto contradicts = [](const auto &letter) { return letter.isContradiction; };
    m_metrics.contradictions.add(quint64(std::count_if(letters.begin(), letters.end(), contradicts)));
    if (const int count = m_letterPace.due(int(letters.size())); count > 0) {
        const HistoryEntry &last = *letters.back().entry;
        qCCritical(historyLog).noquote()
            << "Entries of the log could not be stored, and are in the table dead_letters:"
            << letters.back().reason << field("count", qint64(count))
            << field("partition", qint64(batches.back().partition))
            << field("last", QString::fromLatin1(last.id.toBytes()));
    }
}

QCoro::Task<> PartitionWriter::notePositions()
{
    std::map<LogFeed *, std::vector<LogFeed::Note>> notes;
    for (std::size_t k = 0; k < m_partitions.size(); ++k) {
        const WrittenPartition &partition = m_partitions[k];
        if (partition.isOwned && !partition.isNoted && partition.isCurrent()
            && partition.position.epoch == partition.state.epoch)
            notes[partition.feed].push_back({int(k), partition.position.epoch, partition.position.id,
                                             partition.position.number, partition.fence});
    }
    for (const auto &[feed, some] : notes) {
        const std::vector<bool> taken = co_await feed->note(some);
        for (std::size_t i = 0; i < taken.size(); ++i)
            m_partitions[std::size_t(some[i].partition)].isNoted = taken[i];
        if (std::find(taken.begin(), taken.end(), false) != taken.end())
            m_nextStates = Clock::now();
    }
}

} // namespace nextchat::history
