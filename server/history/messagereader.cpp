// SPDX-License-Identifier: MIT
#include "server/history/messagereader.h"

#include "server/history/messagesize.h"
#include "sqlmigrate/exacttext.h"
#include "sqlmigrate/sqlerror.h"

#include <QFile>

#include <limits>

namespace nextchat::history {

namespace {

using System = sqlmigrate::DatabaseUrl::System;

tl::unexpected<Error> unavailable(const QSqlQuery &query)
{
    return failure(Error::Code::Unavailable, sqlmigrate::errorOf(query.lastError()).message);
}

// What differs between the databases in the statements: text is read as the bytes that it is (see
// exacttext.h), and a group's id compared so that the key serves.
struct Phrases
{
    QString bytes; // the type that a column is cast to
    QString group; // the parameter for a group's id
};

Phrases phrasesOf(System system)
{
    if (system == System::MySql)
        return {QStringLiteral("BINARY"), QStringLiteral("?")};
    return {QStringLiteral("BLOB"), QStringLiteral("CAST(? AS TEXT)")};
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
    , m_storedUpTo(m_connection->database())
    , m_find(m_connection->database())
{ }

Expected<std::unique_ptr<MessageReader>> MessageReader::open(const Options &options)
{
    // A file that is missing would read as an empty history.
    const bool isFile = options.database.system == System::Sqlite;
    if (isFile && !QFile::exists(options.database.path))
        return failure(Error::Code::Unavailable, u"There is no database '" % options.database.path % u"'.");
    // Whoever asks has given up by then, and has an answer: these end what would hold the thread.
    const sqlmigrate::Connection::Options patience = {.mode = sqlmigrate::Connection::Mode::Read,
                                                      .busyTimeout = 2 * options.readTimeout,
                                                      .connectTimeout = options.readTimeout,
                                                      .answerTimeout =
                                                          options.readTimeout + std::chrono::seconds(1)};
    auto connection = sqlmigrate::Connection::open(options.database, patience);
    if (!connection)
        return failure(Error::Code::Unavailable, connection.error().message);
    std::unique_ptr<MessageReader> reader(new MessageReader(std::move(*connection)));
    auto ready = isFile ? Expected<void>() : reader->limitTime(options.readTimeout);
    if (ready)
        ready = reader->prepare();
    if (!ready)
        return tl::unexpected(ready.error());
    return reader;
}

// First of all, since a query that ends on a lost connection makes the driver complain.
MessageReader::~MessageReader()
{
    m_connection->database().close();
}

// The server gives up on a query that nobody waits for any more; the connection stays good.
Expected<void> MessageReader::limitTime(std::chrono::milliseconds time)
{
    const auto version = m_connection->select(QStringLiteral("SELECT VERSION()"));
    if (!version)
        return failure(Error::Code::Unavailable, version.error().message);
    const bool isMariaDb = version->front()[0].toString().contains(u"MariaDB");
    const auto set = isMariaDb
        ? m_connection->execute(u"SET SESSION max_statement_time = "
                                % QString::number(std::chrono::duration<double>(time).count(), 'f', 3))
        : m_connection->execute(u"SET SESSION max_execution_time = " % QString::number(time.count()));
    return set ? Expected<void>() : failure(Error::Code::Unavailable, set.error().message);
}

Expected<void> MessageReader::prepare()
{
    const Phrases phrases = phrasesOf(m_connection->url().system);
    const auto bytes = [&phrases](const QString &column) {
        return QString(u"CAST(" % column % u" AS " % phrases.bytes % u')');
    };
    const QString from = u" FROM messages WHERE group_id = " % phrases.group;
    const QString select = u"SELECT seq, epoch, " % bytes(QStringLiteral("author_id")) % u", "
        % bytes(QStringLiteral("text")) % u", send_time, " % bytes(QStringLiteral("client_message_id"))
        % from;
    for (QSqlQuery *query : {&m_newest, &m_after, &m_knows, &m_storedUpTo, &m_find})
        query->setForwardOnly(true);
    if (!m_newest.prepare(select % u" AND seq < ? ORDER BY seq DESC LIMIT ?"))
        return unavailable(m_newest);
    if (!m_after.prepare(select % u" AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"))
        return unavailable(m_after);
    if (!m_knows.prepare(u"SELECT 1" % from % u" AND seq = ? AND epoch = ?"))
        return unavailable(m_knows);
    // A group keeps its number when all its messages were deleted.
    if (!m_storedUpTo.prepare(u"SELECT (SELECT MAX(seq)" % from
                              % u"), (SELECT last_seq FROM chat_groups WHERE group_id = " % phrases.group
                              % u')'))
        return unavailable(m_storedUpTo);
    if (!m_find.prepare(u"SELECT seq, epoch, send_time, " % bytes(QStringLiteral("text")) % from
                        % u" AND author_id = " % phrases.group % u" AND client_message_id = " % phrases.group
                        % u" AND send_time >= ? " % u"ORDER BY seq DESC LIMIT 1"))
        return unavailable(m_find);
    return {};
}

QVariant MessageReader::bound(const QString &text) const
{
    // MySQL's driver sends text as the UTF-8 that it is; as bytes it would be no text to compare by the key.
    return m_connection->url().system == System::MySql ? QVariant(text) : sqlmigrate::toExactText(text);
}

Expected<chat::HistoryPage> MessageReader::newest(const QString &groupId, std::optional<qint64> beforeSeq,
                                                  PageLimit limit)
{
    m_newest.bindValue(0, bound(groupId));
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
    m_after.bindValue(0, bound(groupId));
    m_after.bindValue(1, afterSeq);
    m_after.bindValue(2, upToSeq);
    m_after.bindValue(3, limit.messages + 1);
    if (!m_after.exec())
        return unavailable(m_after);
    return pageOf(groupId, m_after, limit);
}

Expected<MessageSearch> MessageReader::search(const QString &groupId, MessageSearch search, int most)
{
    m_newest.bindValue(0, bound(groupId));
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
    m_knows.bindValue(0, bound(groupId));
    m_knows.bindValue(1, seq);
    m_knows.bindValue(2, epoch);
    if (!m_knows.exec())
        return unavailable(m_knows);
    const bool known = m_knows.next();
    const bool failed = m_knows.lastError().isValid();
    m_knows.finish();
    return failed ? unavailable(m_knows) : Expected<bool>(known);
}

Expected<qint64> MessageReader::storedUpTo(const QString &groupId)
{
    m_storedUpTo.bindValue(0, bound(groupId));
    m_storedUpTo.bindValue(1, bound(groupId));
    if (!m_storedUpTo.exec() || !m_storedUpTo.next())
        return unavailable(m_storedUpTo);
    const qint64 highest =
        std::max(m_storedUpTo.value(0).toLongLong(), m_storedUpTo.value(1).toLongLong()); // NULL is 0
    m_storedUpTo.finish();
    return highest;
}

Expected<std::vector<broker::MessageArchive::Group>> MessageReader::groups()
{
    const QString id = u"CAST(group_id AS " % phrasesOf(m_connection->url().system).bytes % u')';
    const auto rows = m_connection->select(
        u"SELECT " % id % u", last_seq, (SELECT MAX(seq) FROM messages WHERE messages.group_id = "
        % u"chat_groups.group_id) FROM chat_groups");
    if (!rows)
        return failure(Error::Code::Unavailable, rows.error().message);
    std::vector<broker::MessageArchive::Group> groups;
    for (const QVariantList &row : *rows)
        groups.push_back({sqlmigrate::fromExactText(row[0]),
                          std::max(row[1].toLongLong(), row[2].toLongLong())}); // NULL is 0
    return groups;
}

Expected<std::optional<broker::MessageArchive::Post>> MessageReader::find(const QString &groupId,
                                                                          const QString &senderId,
                                                                          const QString &clientMessageId,
                                                                          chat::Timestamp earliest)
{
    m_find.bindValue(0, bound(groupId));
    m_find.bindValue(1, bound(senderId));
    m_find.bindValue(2, clientMessageId.toUtf8());
    m_find.bindValue(3, qint64(earliest.time_since_epoch().count()));
    if (!m_find.exec())
        return unavailable(m_find);
    std::optional<broker::MessageArchive::Post> post;
    if (m_find.next()) {
        post.emplace();
        post->receipt = {groupId, m_find.value(0).toLongLong(), m_find.value(1).toString(),
                         chat::Timestamp(std::chrono::microseconds(m_find.value(2).toLongLong()))};
        post->text = sqlmigrate::fromExactText(m_find.value(3));
    }
    const bool failed = m_find.lastError().isValid();
    m_find.finish();
    return failed ? unavailable(m_find) : Expected<std::optional<broker::MessageArchive::Post>>(post);
}

} // namespace nextchat::history
