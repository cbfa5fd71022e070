// SPDX-License-Identifier: MIT
#include "server/history/messagereader.h"

#include "common/chat/rules.h"
#include "server/history/historylog.h"
#include "server/history/messagesize.h"
#include "sqlmigrate/exacttext.h"

#include <QFile>

#include <limits>

namespace nextchat::history {

namespace {

tl::unexpected<Error> unavailable(const QString &detail)
{
    qCWarning(historyLog).noquote() << "Reading history failed:" << detail;
    return failure(Error::Code::Unavailable, chat::texts::historyUnavailable());
}

tl::unexpected<Error> unavailable(const QSqlQuery &query)
{
    return unavailable(sqlmigrate::Connection::errorOf(query.lastError()).message);
}

chat::Message messageOf(const QString &groupId, const QSqlQuery &query)
{
    chat::Message message;
    message.groupId = groupId;
    message.seq = query.value(0).toLongLong();
    message.epoch = query.value(1).toString();
    message.authorId = sqlmigrate::fromExactText(query.value(2));
    message.text = sqlmigrate::fromExactText(query.value(3));
    message.sendTime = chat::Timestamp(std::chrono::microseconds(query.value(4).toLongLong()));
    message.clientMessageId = sqlmigrate::fromExactText(query.value(5));
    return message;
}

// Takes rows until the limit. One row more than the limit was asked for, so that hasMore is known.
Expected<chat::HistoryPage> pageOf(const QString &groupId, QSqlQuery &query, PageLimit limit)
{
    chat::HistoryPage page;
    qsizetype bytes = 0;
    while (query.next()) {
        if (page.messages.size() >= limit.messages) {
            page.hasMore = true;
            break;
        }
        chat::Message message = messageOf(groupId, query);
        bytes += encodedSize(message);
        if (!page.messages.isEmpty() && bytes > limit.bytes) {
            page.hasMore = true;
            break;
        }
        page.messages.append(std::move(message));
    }
    const bool failed = query.lastError().isValid();
    query.finish(); // lets go of the read transaction
    return failed ? unavailable(query) : Expected<chat::HistoryPage>(std::move(page));
}

} // namespace

MessageReader::MessageReader(std::unique_ptr<sqlmigrate::Connection> connection)
    : m_connection(std::move(connection))
    , m_newest(m_connection->database())
    , m_after(m_connection->database())
    , m_knows(m_connection->database())
{ }

Expected<std::unique_ptr<MessageReader>> MessageReader::open(const sqlmigrate::DatabaseUrl &url,
                                                             std::chrono::milliseconds busyTimeout)
{
    // A file that is missing would read as an empty history.
    if (!QFile::exists(url.path))
        return unavailable(u"there is no database '" % url.path % u"'");
    auto connection = sqlmigrate::Connection::open(url, {sqlmigrate::Connection::Mode::Read, busyTimeout});
    if (!connection)
        return unavailable(connection.error().message);
    std::unique_ptr<MessageReader> reader(new MessageReader(std::move(*connection)));
    if (const auto prepared = reader->prepare(); !prepared)
        return tl::unexpected(prepared.error());
    return reader;
}

Expected<void> MessageReader::prepare()
{
    const QString select = QStringLiteral("SELECT seq, epoch, CAST(author_id AS BLOB), CAST(text AS BLOB), "
                                          "send_time, CAST(client_message_id AS BLOB) "
                                          "FROM messages WHERE group_id = CAST(? AS TEXT) ");
    for (QSqlQuery *query : {&m_newest, &m_after, &m_knows})
        query->setForwardOnly(true);
    if (!m_newest.prepare(select % u"AND seq < ? ORDER BY seq DESC LIMIT ?"))
        return unavailable(m_newest);
    if (!m_after.prepare(select % u"AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"))
        return unavailable(m_after);
    if (!m_knows.prepare(QStringLiteral(
            "SELECT 1 FROM messages WHERE group_id = CAST(? AS TEXT) AND seq = ? AND epoch = ?")))
        return unavailable(m_knows);
    return {};
}

Expected<chat::HistoryPage> MessageReader::newest(const QString &groupId, std::optional<qint64> beforeSeq,
                                                  PageLimit limit)
{
    m_newest.bindValue(0, sqlmigrate::toExactText(groupId));
    m_newest.bindValue(1, beforeSeq.value_or(std::numeric_limits<qint64>::max()));
    m_newest.bindValue(2, limit.messages + 1);
    if (!m_newest.exec())
        return unavailable(m_newest);
    auto page = pageOf(groupId, m_newest, limit);
    if (page)
        std::reverse(page->messages.begin(), page->messages.end());
    return page;
}

Expected<chat::HistoryPage> MessageReader::after(const QString &groupId, qint64 afterSeq, qint64 upToSeq,
                                                 PageLimit limit)
{
    m_after.bindValue(0, sqlmigrate::toExactText(groupId));
    m_after.bindValue(1, afterSeq);
    m_after.bindValue(2, upToSeq);
    m_after.bindValue(3, limit.messages + 1);
    if (!m_after.exec())
        return unavailable(m_after);
    return pageOf(groupId, m_after, limit);
}

Expected<MessageSearch> MessageReader::search(const QString &groupId, MessageSearch search, int most)
{
    m_newest.bindValue(0, sqlmigrate::toExactText(groupId));
    m_newest.bindValue(1, search.before());
    m_newest.bindValue(2, most + 1); // one row more tells that it goes on
    if (!m_newest.exec())
        return unavailable(m_newest);
    bool isMore = false;
    for (int looked = 0; !isMore && m_newest.next(); ++looked) {
        if (looked == most || search.isOver())
            isMore = true;
        else if (search.text().isInUtf8(m_newest.value(3).toByteArray()))
            isMore = !search.take(messageOf(groupId, m_newest));
        else
            search.pass(m_newest.value(0).toLongLong());
    }
    const bool failed = m_newest.lastError().isValid();
    m_newest.finish();
    if (failed)
        return unavailable(m_newest);
    if (!isMore)
        search.reachEnd();
    return search;
}

Expected<bool> MessageReader::knows(const QString &groupId, qint64 seq, const QString &epoch)
{
    m_knows.bindValue(0, sqlmigrate::toExactText(groupId));
    m_knows.bindValue(1, seq);
    m_knows.bindValue(2, epoch);
    if (!m_knows.exec())
        return unavailable(m_knows);
    const bool known = m_knows.next();
    const bool failed = m_knows.lastError().isValid();
    m_knows.finish();
    return failed ? unavailable(m_knows) : Expected<bool>(known);
}

} // namespace nextchat::history
