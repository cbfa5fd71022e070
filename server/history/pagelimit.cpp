// SPDX-License-Identifier: MIT
#include "server/history/pagelimit.h"

#include "server/history/messagesize.h"

namespace nextchat::history {

bool cutToLimit(QList<chat::Message> &messages, PageLimit limit, PageEnd first)
{
    const bool fromNewest = first == PageEnd::Newest;
    const qsizetype most = std::min<qsizetype>(messages.size(), limit.messages);
    qsizetype bytes = 0;
    qsizetype kept = 0;
    while (kept < most) {
        bytes += encodedSize(messages[fromNewest ? messages.size() - 1 - kept : kept]);
        if (kept > 0 && bytes > limit.bytes)
            break;
        ++kept;
    }
    const qsizetype cut = messages.size() - kept;
    messages.remove(fromNewest ? 0 : kept, cut);
    return cut > 0;
}

} // namespace nextchat::history
