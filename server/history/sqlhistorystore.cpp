// SPDX-License-Identifier: MIT
#include "server/history/sqlhistorystore.h"

#include "common/chat/rules.h"
#include "common/support/ask.h"
#include "server/history/historylog.h"

namespace nextchat::history {

namespace {

// Messages of a slice of a search, some milliseconds.
constexpr int searchSlice = 500;

Error unavailable()
{
    return {Error::Code::Unavailable, chat::texts::historyUnavailable()};
}

Error timedOut()
{
    return {Error::Code::TimedOut, chat::texts::historyUnavailable()};
}

MessageReader::Options readerOptions(const SqlHistoryOptions &options)
{
    return {options.database, options.readTimeout, options.maximumIdle};
}

Counter &failureCounter(MetricsRegistry &metrics, const QByteArray &reason)
{
    return metrics.counter("nextchat_history_read_failures_total",
                           "Reads of the history that gave no answer.", {{"reason", reason}});
}

} // namespace

SqlHistoryStore::SqlHistoryStore(SqlHistoryOptions options, MetricsRegistry &metrics)
    : m_options(std::move(options))
    , m_reads(metrics.counter("nextchat_history_reads_total", "Reads of the history that were asked for."))
    , m_searches(metrics.counter("nextchat_history_searches_total", "Searches of the history."))
    , m_refused(failureCounter(metrics, "queue_full"))
    , m_failed(failureCounter(metrics, "database"))
    , m_timedOut(failureCounter(metrics, "timeout"))
    , m_seconds(metrics.histogram("nextchat_history_read_seconds",
                                  "From the question to the end of the query.",
                                  {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2}))
    , m_searcher(readerOptions(m_options), m_options.readers)
{
    for (int i = 0; i < std::max(1, m_options.readers); ++i) {
        m_readers.push_back(std::make_unique<HistoryReaderThread>(readerOptions(m_options), i));
    }
}

SqlHistoryStore::~SqlHistoryStore() = default;

HistoryReaderThread *SqlHistoryStore::leastBusy() const
{
    // So much longer may the queue of a connected reader be: an answer later instead of none.
    constexpr int awayPenalty = 50;
    const auto load = [](const HistoryReaderThread &reader) {
        return reader.waiting() + (reader.isAway() ? awayPenalty : 0);
    };
    int all = 0;
    HistoryReaderThread *best = nullptr;
    for (const auto &reader : m_readers) {
        all += reader->waiting();
        if (reader->isStuck())
            continue;
        if (!best || load(*reader) < load(*best))
            best = reader.get();
    }
    return all < m_options.maximumWaiting ? best : nullptr;
}

template <typename T, typename Query> QCoro::Task<Expected<T>> SqlHistoryStore::read(Query query)
{
    m_reads.add();
    HistoryReaderThread *reader = leastBusy();
    if (!reader) {
        m_refused.add();
        co_return tl::unexpected(unavailable());
    }
    const auto asked = Clock::now();
    auto timed = [this, asked, query = std::move(query)](MessageReader &database) {
        auto answer = query(database);
        m_seconds.observe(std::chrono::duration<double>(Clock::now() - asked).count());
        return answer;
    };
    co_return co_await askReader<T>(*reader, asked + m_options.readTimeout, std::move(timed));
}

template <typename T, typename Query>
QCoro::Task<Expected<T>> SqlHistoryStore::askReader(HistoryReaderThread &reader, Clock::time_point deadline,
                                                    Query query)
{
    auto work = [&reader, deadline, query = std::move(query)](Reply<Expected<T>> reply) mutable {
        reader.post(deadline, std::move(query), std::move(reply));
    };
    // Nothing unnamed with a destructor in the awaiting expression: g++ 12 destroys some of that twice.
    Expected<T> late = tl::unexpected(timedOut());
    const auto left = std::max(std::chrono::milliseconds(0),
                               std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
    Expected<T> answer = co_await askWithin<Expected<T>>(left, std::move(late), std::move(work));
    if (answer)
        co_return answer;
    const bool isLate = answer.error().code == Error::Code::TimedOut;
    (isLate ? m_timedOut : m_failed).add();
    co_return tl::unexpected(isLate ? timedOut() : unavailable());
}

QCoro::Task<Expected<chat::HistoryPage>>
SqlHistoryStore::newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit)
{
    return read<chat::HistoryPage>([groupId = std::move(groupId), beforeSeq, limit](MessageReader &reader) {
        return reader.newest(groupId, beforeSeq, limit);
    });
}

QCoro::Task<Expected<chat::HistoryPage>> SqlHistoryStore::after(QString groupId, qint64 afterSeq,
                                                                qint64 upToSeq, PageLimit limit)
{
    return read<chat::HistoryPage>(
        [groupId = std::move(groupId), afterSeq, upToSeq, limit](MessageReader &reader) {
            return reader.after(groupId, afterSeq, upToSeq, limit);
        });
}

QCoro::Task<Expected<chat::SearchPage>> SqlHistoryStore::search(QString groupId, SearchQuery query)
{
    m_searches.add();
    if (m_searcher.isStuck() || m_searcher.waiting() >= m_options.maximumSearches) {
        m_refused.add();
        co_return tl::unexpected(unavailable());
    }
    const auto deadline = Clock::now() + m_options.readTimeout;
    MessageSearch search(query);
    bool hasBegun = false;
    while (!search.isOver()) {
        auto slice = [groupId, search](MessageReader &reader) {
            return reader.search(groupId, search, searchSlice);
        };
        auto looked = co_await askReader<MessageSearch>(m_searcher, deadline, std::move(slice));
        // What was found by now is better than nothing: the caller goes on from there.
        if (!looked && hasBegun)
            break;
        if (!looked)
            co_return tl::unexpected(looked.error());
        search = std::move(*looked);
        hasBegun = true;
    }
    co_return search.page();
}

QCoro::Task<Expected<bool>> SqlHistoryStore::knows(QString groupId, qint64 seq, QString epoch)
{
    return read<bool>([groupId = std::move(groupId), seq, epoch = std::move(epoch)](MessageReader &reader) {
        return reader.knows(groupId, seq, epoch);
    });
}

QCoro::Task<Expected<qint64>> SqlHistoryStore::storedUpTo(QString groupId)
{
    return read<qint64>(
        [groupId = std::move(groupId)](MessageReader &reader) { return reader.storedUpTo(groupId); });
}

} // namespace nextchat::history
