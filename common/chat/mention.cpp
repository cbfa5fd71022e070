// SPDX-License-Identifier: MIT
#include "common/chat/mention.h"

namespace nextchat::chat {

bool mentions(const QString &text, const QString &user)
{
    if (user.isEmpty() || !text.contains(u'@'))
        return false;
    const QString wanted = u'@' % user;
    for (qsizetype at = text.indexOf(wanted, 0, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(wanted, at + 1, Qt::CaseInsensitive)) {
        const qsizetype end = at + wanted.size();
        const bool begins = at == 0 || !text.at(at - 1).isLetterOrNumber();
        if (begins && (end == text.size() || !text.at(end).isLetterOrNumber()))
            return true;
    }
    return false;
}

} // namespace nextchat::chat
