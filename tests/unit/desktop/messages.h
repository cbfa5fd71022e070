// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/outbox.h"
#include "common/chat/types.h"

namespace nextchat::test {

// A message of the group `lobby`, sent `seq` seconds after a day began.
inline chat::Message message(qint64 seq, const QString &author, const QString &text = QStringLiteral("text"),
                             const QString &epoch = QStringLiteral("e"))
{
    const auto day = std::chrono::seconds(1'700'000'000);
    return {QStringLiteral("lobby"),
            author,
            text,
            chat::Timestamp(day + std::chrono::seconds(seq)),
            seq,
            epoch,
            {}};
}

inline QList<chat::Message> messages(qint64 first, qint64 last, const QString &author = QStringLiteral("bob"))
{
    QList<chat::Message> list;
    for (qint64 seq = first; seq <= last; ++seq)
        list.append(message(seq, author, QString::number(seq)));
    return list;
}

inline chat::OutboxItem outboxItem(const QString &id, chat::OutboxItem::State state,
                                   const QString &text = QStringLiteral("mine"))
{
    chat::OutboxItem item;
    item.clientMessageId = id;
    item.groupId = QStringLiteral("lobby");
    item.text = text;
    item.state = state;
    item.created = std::chrono::seconds(1'700'000'500);
    return item;
}

} // namespace nextchat::test
