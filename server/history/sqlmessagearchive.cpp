// SPDX-License-Identifier: MIT
#include "server/history/sqlmessagearchive.h"

#include "common/chat/rules.h"
#include "common/support/ask.h"
#include "server/broker/rediskeys.h"
#include "server/history/historylog.h"

namespace nextchat::history {

namespace {

using namespace Qt::StringLiterals;

constexpr int mostWaiting = 10'000;

Error unavailable(Error::Code code = Error::Code::Unavailable)
{
    return {code, chat::texts::historyUnavailable()};
}

} // namespace

SqlMessageArchive::SqlMessageArchive(const Options &options)
    : m_options(options)
    , m_reader({.database = options.database, .readTimeout = options.readTimeout}, 0)
{ }

template <typename T, typename Query> QCoro::Task<Expected<T>> SqlMessageArchive::ask(Query query)
{
    if (m_reader.isStuck() || m_reader.waiting() >= mostWaiting)
        co_return tl::unexpected(unavailable());
    const auto deadline = Clock::now() + m_options.readTimeout;
    auto start = [this, deadline, query = std::move(query)](Reply<Expected<T>> reply) mutable {
        m_reader.post<T>(deadline, std::move(query), std::move(reply));
    };
    // Nothing unnamed with a destructor in the awaiting expression: g++ 12 destroys some of that twice.
    Expected<T> late = tl::unexpected(unavailable(Error::Code::TimedOut));
    co_return co_await askWithin<Expected<T>>(m_options.readTimeout, std::move(late), std::move(start));
}

QCoro::Task<Expected<std::vector<broker::MessageArchive::Group>>> SqlMessageArchive::groups(int partition,
                                                                                            int partitions)
{
    return ask<std::vector<Group>>(
        [this, partition, partitions, asked = Clock::now()](MessageReader &reader) {
            auto all = allGroups(reader, asked);
            if (all) {
                std::erase_if(*all, [&](const Group &group) {
                    return broker::RedisKeys::partitionOf(group.id.toUtf8(), partitions) != partition;
                });
            }
            return all;
        });
}

Expected<std::vector<broker::MessageArchive::Group>> SqlMessageArchive::allGroups(MessageReader &reader,
                                                                                  Clock::time_point moment)
{
    if (m_groupsBegun > moment)
        return m_groups;
    const auto begun = Clock::now();
    // One that can't be written to can't get anything more either.
    if (const auto ended = endLeases(); !ended)
        qCInfo(historyLog).noquote() << "The writers of the history go on as they are:"
                                     << ended.error().message;
    auto groups = reader.groups();
    if (groups) {
        m_groups = *groups;
        m_groupsBegun = begun;
    }
    return groups;
}

Expected<void> SqlMessageArchive::endLeases() const
{
    auto connection = sqlmigrate::Connection::open(m_options.database,
                                                   {.mode = sqlmigrate::Connection::Mode::Write,
                                                    .busyTimeout = m_options.readTimeout / 2,
                                                    .connectTimeout = m_options.readTimeout,
                                                    .answerTimeout = m_options.readTimeout});
    if (!connection)
        return tl::unexpected(connection.error());
    return (*connection)->execute(u"UPDATE partitions SET fence = fence + 1, lease_until = 0"_s);
}

QCoro::Task<Expected<std::optional<broker::MessageArchive::Post>>>
SqlMessageArchive::find(QString groupId, QString senderId, QString clientMessageId)
{
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    const chat::Timestamp earliest = now - m_options.clientIdWindow;
    return ask<std::optional<Post>>([groupId = std::move(groupId), senderId = std::move(senderId),
                                     clientMessageId = std::move(clientMessageId),
                                     earliest](MessageReader &reader) {
        return reader.find(groupId, senderId, clientMessageId, earliest);
    });
}

} // namespace nextchat::history
