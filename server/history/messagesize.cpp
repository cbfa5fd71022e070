// SPDX-License-Identifier: MIT
#include "server/history/messagesize.h"

#include <QStringView>

namespace nextchat::history {

namespace {

// {"groupId":"","authorId":"","text":"","sendTime":"2000-01-01T00:00:00.000000+00:00","seq":9007199254740991,"epoch":"",
// "clientMessageId":""}, and a comma
constexpr qsizetype namesAndNumbers = 160;

qsizetype encodedSize(QStringView text)
{
    qsizetype size = 0;
    for (const QChar c : text) {
        const char16_t unit = c.unicode();
        if (unit < 0x20)
            size += 6; // \u001f
        else if (unit < 0x80)
            size += unit == u'"' || unit == u'\\' ? 2 : 1;
        else if (unit < 0x800 || c.isSurrogate())
            size += 2; // two surrogates make four bytes
        else
            size += 3;
    }
    return size;
}

} // namespace

qsizetype encodedSize(const chat::Message &message)
{
    return namesAndNumbers + encodedSize(message.groupId) + encodedSize(message.authorId)
        + encodedSize(message.text) + encodedSize(message.epoch) + encodedSize(message.clientMessageId);
}

} // namespace nextchat::history
