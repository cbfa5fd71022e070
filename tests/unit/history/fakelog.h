// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/recentmessages.h"

#include <algorithm>
#include <optional>

namespace nextchat::test {

// A log of one group as RedisBroker reads it: a list of messages, of which the log has deleted those below
// some seq.
class FakeLog final : public broker::RecentMessages
{
public:
    QList<chat::Message> messages; // of the list, oldest first
    qint64 deletedBelow = 0;
    qint64 newestSeq = 0;
    std::optional<Error> error;
    int reads = 0;

    void add(qint64 seq, const QString &epoch, qsizetype size = 10)
    {
        chat::Message message;
        message.groupId = QStringLiteral("room");
        message.authorId = QStringLiteral("ann");
        message.text = QString(size, u'x');
        message.seq = newestSeq = seq;
        message.epoch = epoch;
        messages.append(message);
    }

    QCoro::Task<Expected<Page>> recent(Query query) override
    {
        ++reads;
        if (error)
            co_return tl::unexpected(*error);
        co_return read(query);
    }

private:
    [[nodiscard]] Page read(const Query &query) const
    {
        const auto first = [this](qint64 seq) {
            return std::find_if(messages.cbegin(), messages.cend(),
                                [seq](const chat::Message &message) { return message.seq >= seq; });
        };
        Page page;
        page.newestSeq = newestSeq;
        auto from = first(query.after + 1);
        const auto to = std::max(from, first(query.before));
        page.reached = newestSeq <= query.after || from != messages.cbegin()
            || (!messages.isEmpty() && messages.constFirst().seq == query.after + 1);
        if (const auto there = first(deletedBelow); there > from) {
            page.reached = newestSeq <= query.after;
            from = std::min(there, to);
        }
        QList<chat::Message> all(from, to);
        if (query.newest)
            std::reverse(all.begin(), all.end());
        qsizetype bytes = 0;
        while (!all.isEmpty() && page.messages.size() < query.limit
               && (bytes < query.bytes || page.messages.isEmpty())) {
            const chat::Message message = all.takeFirst();
            bytes += message.text.toUtf8().size() + message.authorId.size();
            page.messages.append(message);
        }
        page.more = !all.isEmpty();
        if (query.newest)
            std::reverse(page.messages.begin(), page.messages.end());
        return page;
    }
};

} // namespace nextchat::test
