// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/recentmessages.h"
#include "server/history/messagesearch.h"

#include <chrono>

namespace nextchat::history {

// How far a search of the log came.
struct LogSearch
{
    MessageSearch search;
    int looked = 0; // messages
    bool isAtEnd = false; // all were looked at
    bool isWhole = false; // the log has deleted none of them
};

// Shows the search the log's messages with `after` < seq, in slices, none of them begun after the deadline
// but the first. Fails only if nothing could be read. The log outlives the call.
[[nodiscard]] QCoro::Task<Expected<LogSearch>> searchLog(broker::RecentMessages &log, QString groupId,
                                                         qint64 after, MessageSearch search,
                                                         std::chrono::steady_clock::time_point deadline);

} // namespace nextchat::history
