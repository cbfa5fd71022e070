// SPDX-License-Identifier: MIT
#include "server/history/completedhistorystore.h"

#include "common/chat/rules.h"
#include "server/history/logsearch.h"
#include "server/history/messagesize.h"

namespace nextchat::history {

namespace {

using Query = broker::RecentMessages::Query;

// The size of a page that has no room for any message in any case: the largest is smaller than this.
constexpr qsizetype roomForOne = 32 * 1024;

tl::unexpected<Error> away()
{
    return failure(Error::Code::Unavailable, chat::texts::historyUnavailable());
}

// What is left to look for below what was looked at, and of the page.
SearchQuery restOf(SearchQuery query, const LogSearch &searched, const chat::SearchPage &found)
{
    query.beforeSeq = searched.search.before();
    query.mostLooked -= searched.looked;
    query.limit.messages -= static_cast<int>(found.messages.size());
    for (const chat::Message &message : found.messages)
        query.limit.bytes -= encodedSize(message);
    return query;
}

} // namespace

CompletedHistoryStore::CompletedHistoryStore(std::unique_ptr<StoredHistory> database,
                                             broker::RecentMessages &log, std::chrono::milliseconds patience,
                                             MetricsRegistry &metrics)
    : m_database(std::move(database))
    , m_log(log)
    , m_patience(patience)
    , m_logAlone(metrics.counter("nextchat_history_log_pages_total",
                                 "Pages of the history that the broker's log had, without the database."))
    , m_incomplete(metrics.counter("nextchat_history_incomplete_pages_total",
                                   "Pages of the history in which messages may be missing."))
{ }

chat::HistoryPage CompletedHistoryStore::given(CompletedPage completed)
{
    if (!completed.page.complete)
        m_incomplete.add();
    return std::move(completed.page);
}

template <typename Complete, typename Read>
QCoro::Task<Expected<chat::HistoryPage>> CompletedHistoryStore::page(Query query, Complete complete,
                                                                     Read read)
{
    const QString groupId = query.groupId;
    PageSources sources;
    // The log comes first: what it deletes from then on is in the database when that is asked.
    if (auto logged = co_await m_log.recent(std::move(query))) {
        sources.log = std::move(*logged);
        CompletedPage alone = complete(sources);
        if (alone.page.complete) {
            m_logAlone.add();
            co_return std::move(alone.page);
        }
    }
    const auto asked = Clock::now();
    auto stored = co_await read();
    if (!stored && !sources.log)
        co_return tl::unexpected(stored.error());
    if (!stored)
        co_return given(complete(sources));
    sources.stored = std::move(*stored);
    CompletedPage completed = complete(sources);
    if (completed.page.complete || Clock::now() - asked > m_patience / 2)
        co_return given(std::move(completed));
    // Seqs that are not there were skipped by an epoch, or deleted, if the database has come as far. Its
    // page must be younger than that is known.
    const auto upTo = co_await m_database->storedUpTo(groupId);
    if (!upTo || *upTo < completed.missing || Clock::now() - asked > m_patience / 2)
        co_return given(std::move(completed));
    if (auto again = co_await read()) {
        sources.stored = std::move(*again);
        sources.storedUpTo = *upTo;
        completed = complete(sources);
    }
    co_return given(std::move(completed));
}

QCoro::Task<Expected<chat::HistoryPage>>
CompletedHistoryStore::newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit)
{
    Query query = {.groupId = groupId, .limit = limit.messages, .bytes = limit.bytes, .newest = true};
    if (beforeSeq)
        query.before = *beforeSeq;
    return page(
        std::move(query),
        [beforeSeq, limit](PageSources sources) {
            return completedNewest(std::move(sources), beforeSeq, limit);
        },
        [this, groupId, beforeSeq, limit] { return m_database->newest(groupId, beforeSeq, limit); });
}

QCoro::Task<Expected<chat::HistoryPage>> CompletedHistoryStore::after(QString groupId, qint64 afterSeq,
                                                                      qint64 upToSeq, PageLimit limit)
{
    Query query = {.groupId = groupId,
                   .after = afterSeq,
                   .before = upToSeq + 1,
                   .limit = limit.messages,
                   .bytes = limit.bytes,
                   .newest = false};
    return page(
        std::move(query),
        [afterSeq, upToSeq, limit](PageSources sources) {
            return completedAfter(std::move(sources), afterSeq, upToSeq, limit);
        },
        [this, groupId, afterSeq, upToSeq, limit] {
            return m_database->after(groupId, afterSeq, upToSeq, limit);
        });
}

QCoro::Task<Expected<chat::SearchPage>> CompletedHistoryStore::search(QString groupId, SearchQuery query)
{
    const auto upTo = co_await m_database->storedUpTo(groupId);
    const auto storedUpTo = upTo ? std::optional(*upTo) : std::nullopt;
    co_return co_await searchBoth(std::move(groupId), std::move(query), storedUpTo);
}

QCoro::Task<Expected<chat::SearchPage>> CompletedHistoryStore::searchBoth(QString groupId, SearchQuery query,
                                                                          std::optional<qint64> storedUpTo)
{
    const auto deadline = Clock::now() + m_patience / 2;
    MessageSearch begun(query);
    auto searched = co_await searchLog(m_log, groupId, storedUpTo.value_or(0), std::move(begun), deadline);
    if (!searched && !storedUpTo)
        co_return away();
    if (!searched)
        co_return co_await m_database->search(std::move(groupId), std::move(query));
    if (storedUpTo.value_or(0) == 0 && searched->isAtEnd && searched->isWhole)
        searched->search.reachEnd();
    chat::SearchPage found = searched->search.page();
    SearchQuery rest = restOf(std::move(query), *searched, found);
    const bool isFull = !found.messages.isEmpty() && rest.limit.bytes < roomForOne;
    if (searched->search.isOver() || isFull || (storedUpTo && !searched->isAtEnd))
        co_return found;
    if (!storedUpTo) {
        // Without having looked at anything, going on from there would go on for ever.
        if (searched->looked == 0)
            co_return away();
        co_return found;
    }
    auto older = co_await m_database->search(std::move(groupId), std::move(rest));
    if (!older && searched->looked == 0)
        co_return tl::unexpected(older.error());
    if (!older)
        co_return found;
    older->messages.append(found.messages);
    co_return std::move(*older);
}

QCoro::Task<Expected<bool>> CompletedHistoryStore::knows(QString groupId, qint64 seq, QString epoch)
{
    Query query = {.groupId = groupId, .after = seq - 1, .before = seq + 1, .limit = 1, .newest = true};
    const auto logged = co_await m_log.recent(std::move(query));
    if (logged && !logged->messages.isEmpty())
        co_return logged->messages.constFirst().epoch == epoch;
    const auto stored = co_await m_database->knows(std::move(groupId), seq, std::move(epoch));
    if (stored || !logged)
        co_return stored;
    co_return seq == logged->newestSeq;
}

} // namespace nextchat::history
