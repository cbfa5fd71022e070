// SPDX-License-Identifier: MIT
#include "server/broker/messagelog.h"

#include "server/broker/brokerlog.h"
#include "sqlmigrate/exacttext.h"

namespace nextchat::broker {

namespace {

using sqlmigrate::Connection;
using sqlmigrate::fromExactText;
using sqlmigrate::toExactText;

tl::unexpected<Error> errorOf(const QSqlQuery &query)
{
    return tl::unexpected(Connection::errorOf(query.lastError()));
}

Expected<void> run(QSqlQuery &query)
{
    if (!query.exec())
        return errorOf(query);
    return {};
}

qint64 microseconds(chat::Timestamp time)
{
    return time.time_since_epoch().count();
}

chat::Timestamp timestamp(qint64 microseconds)
{
    return chat::Timestamp(std::chrono::microseconds(microseconds));
}

// Whether an error of COMMIT leaves no doubt. The frame that marks a transaction of the write-ahead log as
// committed is written last, then the file is synchronised: when a write fails, it is not there whole
// (https://www.sqlite.org/walformat.html). After a failed fsync it may be.
bool isCertainlyUndone(const QSqlError &error)
{
    constexpr int busy = 5;
    constexpr int locked = 6;
    constexpr int readOnly = 8;
    constexpr int full = 13;
    constexpr int writeFailed = 10 | (3 << 8); // SQLITE_IOERR_WRITE
    const int code = error.nativeErrorCode().toInt();
    const int primary = code & 0xff;
    return primary == busy || primary == locked || primary == readOnly || primary == full
        || code == writeFailed;
}

} // namespace

MessageLog::MessageLog(std::unique_ptr<Connection> connection)
    : m_connection(std::move(connection))
    , m_begin(m_connection->database())
    , m_commit(m_connection->database())
    , m_insertOne(m_connection->database())
    , m_insertMany(m_connection->database())
    , m_setLast(m_connection->database())
    , m_find(m_connection->database())
{ }

Expected<std::unique_ptr<MessageLog>> MessageLog::open(std::unique_ptr<Connection> connection)
{
    std::unique_ptr<MessageLog> log(new MessageLog(std::move(connection)));
    if (const auto prepared = log->prepare(); !prepared)
        return tl::unexpected(prepared.error());
    return log;
}

Expected<void> MessageLog::prepare()
{
    const QString row =
        QStringLiteral("(CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))");
    // OR ROLLBACK, which the caller does in any case: to undo the statement alone, SQLite would copy each
    // page that it changes to a temporary file first.
    const QString insert = QStringLiteral("INSERT OR ROLLBACK INTO messages (group_id, seq, epoch, "
                                          "author_id, text, send_time, client_message_id) VALUES ");
    QStringList rows;
    rows.fill(row, static_cast<qsizetype>(rowsAtOnce));

    const std::pair<QSqlQuery *, QString> statements[] = {
        {&m_begin, m_connection->dialect().beginStatement()},
        {&m_commit, QStringLiteral("COMMIT")},
        {&m_insertOne, insert % row},
        {&m_insertMany, insert % rows.join(u',')},
        {&m_setLast,
         QStringLiteral(
             "UPDATE chat_groups SET last_seq = ?, last_time = ? WHERE group_id = CAST(? AS TEXT)")},
        // Without statistics SQLite takes the primary key for better and walks through the whole group.
        {&m_find,
         QStringLiteral(
             "SELECT seq, epoch, send_time, CAST(text AS BLOB) FROM messages INDEXED BY "
             "messages_by_client_id "
             "WHERE group_id = CAST(? AS TEXT) AND author_id = CAST(? AS TEXT) "
             "AND client_message_id = CAST(? AS TEXT) AND send_time >= ? ORDER BY seq DESC LIMIT 1")},
    };
    for (const auto &[query, sql] : statements) {
        query->setForwardOnly(true);
        if (!query->prepare(sql))
            return errorOf(*query);
    }
    return {};
}

void MessageLog::setPatience(std::chrono::milliseconds patience)
{
    (void)m_connection->select(u"PRAGMA busy_timeout = " % QString::number(patience.count()));
}

Expected<void> MessageLog::begin()
{
    return run(m_begin);
}

MessageLog::Commit MessageLog::commit()
{
    if (m_commit.exec()) {
        ++m_commits;
        return Commit::Done;
    }
    const QSqlError error = m_commit.lastError();
    qCWarning(brokerLog).noquote() << "Commit failed:" << Connection::errorOf(error).message << "code"
                                   << error.nativeErrorCode();
    rollback();
    return isCertainlyUndone(error) ? Commit::Undone : Commit::Doubtful;
}

void MessageLog::checkpoint()
{
    // Fails when the database can't be written to, which the next commit finds out too.
    (void)m_connection->select(QStringLiteral("PRAGMA wal_checkpoint(PASSIVE)"));
}

void MessageLog::rollback()
{
    // Fails when the error that led here has ended the transaction already, which is as good.
    (void)m_connection->execute(QStringLiteral("ROLLBACK"));
}

Expected<void> MessageLog::append(std::span<const chat::Message> messages)
{
    while (!messages.empty()) {
        const bool many = messages.size() >= rowsAtOnce;
        const std::size_t count = many ? rowsAtOnce : 1;
        if (const auto done = insert(many ? m_insertMany : m_insertOne, messages.first(count)); !done)
            return done;
        messages = messages.subspan(count);
    }
    return {};
}

Expected<void> MessageLog::insert(QSqlQuery &query, std::span<const chat::Message> messages)
{
    int place = 0;
    for (const chat::Message &message : messages) {
        query.bindValue(place++, toExactText(message.groupId));
        query.bindValue(place++, message.seq);
        query.bindValue(place++, message.epoch);
        query.bindValue(place++, toExactText(message.authorId));
        query.bindValue(place++, toExactText(message.text));
        query.bindValue(place++, microseconds(message.sendTime));
        query.bindValue(place++, toExactText(message.clientMessageId)); // a null string is NULL
    }
    return run(query);
}

Expected<void> MessageLog::setLast(const StoredGroup &group)
{
    m_setLast.bindValue(0, group.lastSeq);
    m_setLast.bindValue(1, group.lastTime);
    m_setLast.bindValue(2, toExactText(group.id));
    return run(m_setLast);
}

Expected<void> MessageLog::addGroup(const QString &groupId, qint64 now)
{
    return m_connection->execute(
        QStringLiteral("INSERT OR IGNORE INTO chat_groups (group_id, created_at, last_seq, last_time) "
                       "VALUES (CAST(? AS TEXT), ?, 0, 0)"),
        {toExactText(groupId), now});
}

Expected<std::optional<MessageLog::StoredPost>> MessageLog::find(const PublishRequest &request, qint64 since)
{
    m_find.bindValue(0, toExactText(request.groupId));
    m_find.bindValue(1, toExactText(request.senderId));
    m_find.bindValue(2, toExactText(request.clientMessageId));
    m_find.bindValue(3, since);
    if (!m_find.exec())
        return errorOf(m_find);
    std::optional<StoredPost> post;
    if (m_find.next()) {
        post.emplace();
        post->receipt = {request.groupId, m_find.value(0).toLongLong(), m_find.value(1).toString(),
                         timestamp(m_find.value(2).toLongLong())};
        post->text = fromExactText(m_find.value(3));
    } else if (m_find.lastError().isValid()) {
        return errorOf(m_find);
    }
    m_find.finish();
    return post;
}

Expected<void> MessageLog::probe()
{
    return commitFact(QStringLiteral("probe"), QDateTime::currentMSecsSinceEpoch());
}

Expected<void> MessageLog::mark(qint64 number)
{
    return commitFact(QStringLiteral("mark"), number);
}

Expected<void> MessageLog::commitFact(const QString &name, qint64 value)
{
    auto done = begin();
    if (done) {
        done = m_connection->execute(QStringLiteral("REPLACE INTO store_facts (name, value) VALUES (?, ?)"),
                                     {name, QString::number(value)});
        if (!done)
            rollback();
        else if (commit() != Commit::Done)
            done = failure(Error::Code::Unavailable, QStringLiteral("It was not committed."));
    }
    return done;
}

Expected<std::vector<MessageLog::StoredGroup>> MessageLog::groups(bool verify)
{
    const auto rows = m_connection->select(
        verify ? QStringLiteral(
            "SELECT CAST(group_id AS BLOB), max(last_seq, coalesce((SELECT max(seq) FROM messages "
            "WHERE messages.group_id = chat_groups.group_id), 0)), last_time FROM chat_groups")
               : QStringLiteral("SELECT CAST(group_id AS BLOB), last_seq, last_time FROM chat_groups"));
    if (!rows)
        return tl::unexpected(rows.error());
    std::vector<StoredGroup> result;
    result.reserve(rows->size());
    for (const QVariantList &row : *rows)
        result.push_back({fromExactText(row[0]), row[1].toLongLong(), row[2].toLongLong()});
    return result;
}

Expected<MessageBatch> MessageLog::messagesAfter(const QString &groupId, qint64 seq)
{
    const auto rows = m_connection->select(
        QStringLiteral("SELECT seq, epoch, CAST(author_id AS BLOB), CAST(text AS BLOB), send_time, "
                       "CAST(client_message_id AS BLOB) FROM messages WHERE group_id = CAST(? AS TEXT) AND "
                       "seq > ? ORDER BY seq"),
        {toExactText(groupId), seq});
    if (!rows)
        return tl::unexpected(rows.error());
    MessageBatch result;
    for (const QVariantList &row : *rows) {
        result.push_back({groupId, fromExactText(row[2]), fromExactText(row[3]),
                          timestamp(row[4].toLongLong()), row[0].toLongLong(), row[1].toString(),
                          fromExactText(row[5])});
    }
    return result;
}

} // namespace nextchat::broker
