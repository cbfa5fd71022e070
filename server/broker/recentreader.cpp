// SPDX-License-Identifier: MIT
#include "server/broker/recentreader.h"

#include "common/chat/rules.h"
#include "server/broker/logreply.h"

namespace nextchat::broker {

namespace {

// The fields of the script's answer before the entries.
constexpr std::size_t headFields = 4;

RecentItems itemsOf(const QString &groupId, const ScriptAnswer &answer)
{
    RecentItems page;
    page.newestSeq = answer.number(1);
    page.reached = answer.number(2) != 0;
    page.more = answer.number(3) != 0;
    for (std::size_t i = headFields; i < answer.size(); ++i) {
        const auto entry = logEntryOf(answer.reply()[i]);
        if (entry)
            page.items.push_back({entry->seq,
                                  QString::fromLatin1(entry->epoch.data(), qsizetype(entry->epoch.size())),
                                  entry->message(groupId), entry->id, entry->trace()});
    }
    return page;
}

} // namespace

QCoro::Task<Expected<RecentItems>> readRecent(RedisPartitionContext &context, RecentMessages::Query query)
{
    const QByteArray group = query.groupId.toUtf8();
    const bool isBounded = query.before != std::numeric_limits<qint64>::max();
    std::vector<QByteArray> names = {context.keys.seq(), context.keys.tail(group), context.keys.log()};
    std::vector<QByteArray> arguments = {group,
                                         QByteArray::number(query.after),
                                         isBounded ? QByteArray::number(query.before) : QByteArray(),
                                         QByteArray::number(query.limit),
                                         QByteArray::number(query.bytes),
                                         query.newest ? "1" : "0"};
    const ScriptAnswer answer =
        co_await context.shard.call(context.shared.scripts.recent, std::move(names), std::move(arguments));
    if (answer.kind() != ScriptAnswer::Kind::Done)
        co_return failure(Error::Code::Unavailable, chat::texts::messagingUnavailable());
    if (answer.status() != "OK")
        co_return failure(Error::Code::NotFound, chat::texts::unknownGroup(query.groupId));
    co_return itemsOf(query.groupId, answer);
}

} // namespace nextchat::broker
