// SPDX-License-Identifier: MIT
#include "server/history/sqlhistorystore.h"

#include "common/chat/rules.h"
#include "common/support/ask.h"
#include "server/history/historylog.h"

namespace nextchat::history {

namespace {

using Clock = std::chrono::steady_clock;

Error unavailable()
{
    return {Error::Code::Unavailable, chat::texts::historyUnavailable()};
}

Error timedOut()
{
    return {Error::Code::TimedOut, chat::texts::historyUnavailable()};
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
    , m_refused(failureCounter(metrics, "queue_full"))
    , m_failed(failureCounter(metrics, "database"))
    , m_timedOut(failureCounter(metrics, "timeout"))
    , m_seconds(metrics.histogram("nextchat_history_read_seconds",
                                  "From the question to the end of the query.",
                                  {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2}))
{
    for (int i = 0; i < std::max(1, m_options.readers); ++i) {
        m_readers.push_back(
            std::make_unique<HistoryReaderThread>(m_options.database, 2 * m_options.readTimeout, i));
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
    auto work = [this, reader, asked, query = std::move(query)](Reply<Expected<T>> reply) mutable {
        reader->post(
            [this, asked, query = std::move(query), reply = std::move(reply)](MessageReader *database) {
                // Nobody waits for this any more: the asker has its TimedOut.
                if (Clock::now() - asked >= m_options.readTimeout) {
                    reply(tl::unexpected(timedOut()));
                    return true;
                }
                Expected<T> answer = database ? query(*database) : Expected<T>(tl::unexpected(unavailable()));
                m_seconds.observe(std::chrono::duration<double>(Clock::now() - asked).count());
                const bool worked = answer.has_value();
                if (!worked)
                    m_failed.add();
                reply(std::move(answer));
                return worked;
            });
    };
    // Nothing unnamed with a destructor in the awaiting expression: g++ 12 destroys some of that twice.
    Expected<T> late = tl::unexpected(timedOut());
    Expected<T> answer =
        co_await askWithin<Expected<T>>(m_options.readTimeout, std::move(late), std::move(work));
    if (!answer && answer.error().code == Error::Code::TimedOut)
        m_timedOut.add();
    co_return answer;
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

QCoro::Task<Expected<bool>> SqlHistoryStore::knows(QString groupId, qint64 seq, QString epoch)
{
    return read<bool>([groupId = std::move(groupId), seq, epoch = std::move(epoch)](MessageReader &reader) {
        return reader.knows(groupId, seq, epoch);
    });
}

} // namespace nextchat::history
