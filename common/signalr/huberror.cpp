// SPDX-License-Identifier: MIT
#include "common/signalr/huberror.h"

namespace nextchat::signalr {

std::optional<QString> hubExceptionText(QStringView completionError)
{
    // `An unexpected error occurred invoking 'X' on the server. HubException: TEXT`. X comes from our own
    // call and could hold the marker, so the sentence in front of it has to match as well.
    constexpr QStringView markers[] = {u"' on the server. HubException: ",
                                       u"' due to an error on the server. HubException: ",
                                       u"while streaming results. HubException: "};
    for (QStringView marker : markers) {
        const qsizetype at = completionError.indexOf(marker);
        if (at >= 0)
            return completionError.sliced(at + marker.size()).toString();
    }
    return std::nullopt;
}

} // namespace nextchat::signalr
