// SPDX-License-Identifier: MIT
#include "server/history/loghistorystore.h"

#include "common/chat/rules.h"
#include "server/history/logsearch.h"

namespace nextchat::history {

namespace {

using Page = broker::RecentMessages::Page;

// Whoever asks is in the group, so one that the log does not know is on its way back after a loss.
tl::unexpected<Error> away()
{
    return failure(Error::Code::Unavailable, chat::texts::historyUnavailable());
}

chat::HistoryPage pageOf(Page read, PageLimit limit, PageEnd first)
{
    chat::HistoryPage page;
    page.messages = std::move(read.messages);
    const bool isCut = cutToLimit(page.messages, limit, first);
    page.hasMore = isCut || read.more;
    return page;
}

} // namespace

QCoro::Task<Expected<chat::HistoryPage>>
LogHistoryStore::newest(QString groupId, std::optional<qint64> beforeSeq, PageLimit limit)
{
    broker::RecentMessages::Query query = {
        .groupId = groupId, .limit = limit.messages, .bytes = limit.bytes, .newest = true};
    if (beforeSeq)
        query.before = *beforeSeq;
    auto read = co_await m_log.recent(std::move(query));
    if (!read)
        co_return away();
    co_return pageOf(std::move(*read), limit, PageEnd::Newest);
}

QCoro::Task<Expected<chat::HistoryPage>> LogHistoryStore::after(QString groupId, qint64 afterSeq,
                                                                qint64 upToSeq, PageLimit limit)
{
    broker::RecentMessages::Query query = {.groupId = groupId,
                                           .after = afterSeq,
                                           .before = upToSeq + 1,
                                           .limit = limit.messages,
                                           .bytes = limit.bytes,
                                           .newest = false};
    auto read = co_await m_log.recent(std::move(query));
    if (!read)
        co_return away();
    const bool reached = read->reached;
    chat::HistoryPage page = pageOf(std::move(*read), limit, PageEnd::Oldest);
    page.complete = reached;
    co_return page;
}

QCoro::Task<Expected<chat::SearchPage>> LogHistoryStore::search(QString groupId, SearchQuery query)
{
    const auto deadline = std::chrono::steady_clock::now() + m_patience;
    MessageSearch begun(query);
    auto searched = co_await searchLog(m_log, std::move(groupId), 0, std::move(begun), deadline);
    if (!searched)
        co_return away();
    if (searched->isAtEnd)
        searched->search.reachEnd();
    co_return searched->search.page();
}

QCoro::Task<Expected<bool>> LogHistoryStore::knows(QString groupId, qint64 seq, QString epoch)
{
    broker::RecentMessages::Query query = {
        .groupId = groupId, .after = seq - 1, .before = seq + 1, .limit = 1, .newest = true};
    const auto read = co_await m_log.recent(std::move(query));
    if (!read)
        co_return away();
    if (read->messages.isEmpty())
        co_return seq == read->newestSeq;
    co_return read->messages.front().epoch == epoch;
}

} // namespace nextchat::history
