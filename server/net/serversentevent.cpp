// SPDX-License-Identifier: MIT
#include "server/net/serversentevent.h"

namespace nextchat::net {

QByteArray serverSentEvent(QByteArrayView text)
{
    constexpr QByteArrayView field = "data: ";
    constexpr QByteArrayView lineEnd = "\r\n";
    QByteArray event;
    event.reserve(text.size() + field.size() + 2 * lineEnd.size());
    for (;;) {
        const auto end =
            std::find_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
        const qsizetype size = end - text.begin();
        event.append(field).append(text.first(size)).append(lineEnd);
        if (size == text.size())
            break;
        const bool isPair = text[size] == '\r' && size + 1 < text.size() && text[size + 1] == '\n';
        text = text.sliced(size + (isPair ? 2 : 1));
    }
    return event.append(lineEnd);
}

} // namespace nextchat::net
