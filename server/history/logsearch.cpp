// SPDX-License-Identifier: MIT
#include "server/history/logsearch.h"

namespace nextchat::history {

namespace {

constexpr int slice = 200; // messages

} // namespace

QCoro::Task<Expected<LogSearch>> searchLog(broker::RecentMessages &log, QString groupId, qint64 after,
                                           MessageSearch search,
                                           std::chrono::steady_clock::time_point deadline)
{
    LogSearch result{.search = std::move(search)};
    bool hasBegun = false;
    while (!result.search.isOver() && !result.isAtEnd
           && (!hasBegun || std::chrono::steady_clock::now() < deadline)) {
        broker::RecentMessages::Query query = {.groupId = groupId,
                                               .after = after,
                                               .before = result.search.before(),
                                               .limit = slice,
                                               .bytes = slice * 1024,
                                               .newest = true};
        const auto read = co_await log.recent(std::move(query));
        if (!read && hasBegun)
            break; // what was found by now is better than nothing
        if (!read)
            co_return tl::unexpected(read.error());
        hasBegun = true;
        result.search.look(read->messages, true);
        result.looked += static_cast<int>(read->messages.size());
        result.isWhole = read->reached;
        // Nothing but messages that this version can't read is the end.
        result.isAtEnd = read->messages.isEmpty()
            || (!read->more && result.search.before() == read->messages.constFirst().seq);
    }
    co_return result;
}

} // namespace nextchat::history
