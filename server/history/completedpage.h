// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/recentmessages.h"
#include "server/history/pagelimit.h"

#include <optional>

namespace nextchat::history {

// What a page is put together from: the database has a group's messages from the first on, the log has them
// up to the last, and they overlap unless the one lags or the other was cut.
struct PageSources
{
    // Read before `stored`: what the log had deleted by then is in the database.
    std::optional<broker::RecentMessages::Page> log = {}; // absent: not to be had
    std::optional<chat::HistoryPage> stored = {}; // likewise
    // Messages up to here are in `stored`, if the page goes there, or were deleted for their age.
    qint64 storedUpTo = 0;
};

// Messages of both by their seq, each once.
struct CompletedPage
{
    chat::HistoryPage page; // not complete as long as something may be missing
    // What the database must have, up to this seq, for nothing to be missing between the messages of the
    // page, or above them. 0: nothing.
    qint64 missing = 0;
};

// As HistoryStore::newest() gives it, of what newest() gave. Has the messages on both sides of a gap.
[[nodiscard]] CompletedPage completedNewest(PageSources sources, std::optional<qint64> beforeSeq,
                                            PageLimit limit);

// As HistoryStore::after() gives it, of what after() gave. Ends before a gap: whoever reads on from its last
// message misses nothing.
[[nodiscard]] CompletedPage completedAfter(PageSources sources, qint64 afterSeq, qint64 upToSeq,
                                           PageLimit limit);

} // namespace nextchat::history
