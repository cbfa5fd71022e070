// SPDX-License-Identifier: MIT
#include "server/history/messageexpiry.h"

#include "server/history/historylog.h"
#include "sqlmigrate/compatibility.h"
#include "sqlmigrate/exacttext.h"

namespace nextchat::history {

namespace {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using sqlmigrate::Connection;
using System = sqlmigrate::DatabaseUrl::System;

constexpr int groupsAtOnce = 200;
constexpr auto lockPatience = 5s;
constexpr auto answerPatience = 30s;
constexpr int roundsPerRetention = 20;

std::chrono::milliseconds intervalOf(const MessageExpiry::Options &options)
{
    if (options.interval.count() > 0)
        return options.interval;
    return std::clamp<std::chrono::milliseconds>(options.retention / roundsPerRetention, 10s, 1h);
}

} // namespace

MessageExpiry::MessageExpiry(const Options &options, MetricsRegistry &metrics)
    : m_options(options)
    , m_expired(metrics.counter("nextchat_history_expired_total",
                                "Messages deleted for their age (history.retention)."))
    , m_thread(u"expiry"_s)
{
    m_thread.post([this] {
        m_timer = std::make_unique<QTimer>();
        m_timer->setSingleShot(true);
        m_timer->callOnTimeout([this] { m_connection ? step() : beginRound(); });
        m_timer->start(0ms);
    });
}

MessageExpiry::~MessageExpiry()
{
    m_isStopping = true;
    m_thread.post([this] {
        m_timer.reset();
        m_connection.reset();
    });
    m_thread.stop();
}

bool MessageExpiry::isMySql() const
{
    return m_options.database.system == System::MySql;
}

QVariant MessageExpiry::bound(const QString &text) const
{
    return isMySql() ? QVariant(text) : sqlmigrate::toExactText(text);
}

QString MessageExpiry::group() const
{
    return isMySql() ? u"?"_s : u"CAST(? AS TEXT)"_s;
}

void MessageExpiry::beginRound()
{
    const auto earliest = std::chrono::system_clock::now() - m_options.retention;
    m_earliest = std::chrono::duration_cast<std::chrono::microseconds>(earliest.time_since_epoch()).count();
    m_lastGroup = QString();
    m_groups.clear();
    const auto connected = connect();
    if (!connected)
        return failed(connected.error());
    if (!*connected)
        return endRound();
    m_timer->start(0ms);
}

Expected<bool> MessageExpiry::connect()
{
    auto connection =
        Connection::open(m_options.database, {.busyTimeout = lockPatience, .answerTimeout = answerPatience});
    if (!connection)
        return tl::unexpected(connection.error());
    if (const auto checked = sqlmigrate::checkSchema(**connection); !checked)
        return tl::unexpected(checked.error());
    m_connection = std::move(*connection);
    if (!isMySql())
        return true;
    const auto locked =
        m_connection->select(u"SELECT GET_LOCK(CONCAT('nextchat-retention-', MD5(DATABASE())), 0)"_s);
    if (!locked)
        return tl::unexpected(locked.error());
    return locked->front()[0].toInt() == 1;
}

void MessageExpiry::step()
{
    if (m_isStopping)
        return;
    if (m_groups.isEmpty()) {
        if (const auto read = readGroups(); !read)
            return failed(read.error());
        if (m_groups.isEmpty()) {
            if (std::exchange(m_hasFailed, false))
                qCInfo(historyLog, "Old messages are deleted again.");
            return endRound();
        }
    }
    const auto expired = expireSome(m_groups.constLast());
    if (!expired)
        return failed(expired.error());
    if (*expired < m_options.batchSize)
        m_groups.removeLast();
    m_timer->start(*expired > 0 ? m_options.pause : 0ms);
}

void MessageExpiry::endRound()
{
    m_connection.reset(); // and the lock
    m_timer->start(intervalOf(m_options));
}

void MessageExpiry::failed(const Error &error)
{
    if (!std::exchange(m_hasFailed, true))
        qCWarning(historyLog).noquote() << "Old messages can't be deleted:" << error.message;
    endRound();
}

Expected<void> MessageExpiry::readGroups()
{
    const QString id = isMySql() ? u"CAST(group_id AS BINARY)"_s : u"CAST(group_id AS BLOB)"_s;
    const bool isFirst = m_lastGroup.isNull();
    const auto rows =
        m_connection->select(u"SELECT "_s % id % u" FROM chat_groups "
                                 % (isFirst ? QString() : QString(u"WHERE group_id > "_s % group()))
                                 % u" ORDER BY group_id LIMIT " % QString::number(groupsAtOnce),
                             isFirst ? QVariantList() : QVariantList{bound(m_lastGroup)});
    if (!rows)
        return tl::unexpected(rows.error());
    for (const QVariantList &row : *rows)
        m_groups.prepend(sqlmigrate::fromExactText(row[0]));
    if (!m_groups.isEmpty())
        m_lastGroup = m_groups.constFirst();
    return {};
}

// Times grow with the numbers, so the oldest messages are the first.
Expected<int> MessageExpiry::expireSome(const QString &groupId)
{
    const auto rows = m_connection->select(
        u"SELECT COUNT(*), MAX(seq), MAX(send_time) FROM (SELECT seq, send_time FROM messages WHERE group_id = "_s
            % group() % u" ORDER BY seq LIMIT " % QString::number(m_options.batchSize)
            % u") AS oldest WHERE send_time < ?",
        {bound(groupId), m_earliest});
    if (!rows)
        return tl::unexpected(rows.error());
    const QVariantList &oldest = rows->front();
    const int count = oldest[0].toInt();
    if (count == 0)
        return 0;
    auto done = m_connection->execute(m_connection->dialect().beginStatement());
    const auto deleted = done ? deleteUpTo(groupId, oldest[1].toLongLong(), oldest[2].toLongLong())
                              : tl::unexpected(done.error());
    if (deleted)
        done = m_connection->execute(u"COMMIT"_s);
    if (!deleted || !done)
        return tl::unexpected(deleted ? done.error() : deleted.error());
    m_expired.add(quint64(*deleted));
    return count;
}

Expected<int> MessageExpiry::deleteUpTo(const QString &groupId, qint64 seq, qint64 time)
{
    const QString highest = isMySql() ? u"GREATEST"_s : u"max"_s;
    const auto noted = m_connection->execute(u"UPDATE chat_groups SET last_seq = "_s % highest
                                                 % u"(last_seq, ?), last_time = " % highest
                                                 % u"(last_time, ?) WHERE group_id = " % group(),
                                             {seq, time, bound(groupId)});
    if (!noted)
        return tl::unexpected(noted.error());
    QSqlQuery query(m_connection->database());
    const bool isPrepared = query.prepare(u"DELETE FROM messages WHERE group_id = "_s % group()
                                          % u" AND seq <= ? AND send_time < ?");
    query.addBindValue(bound(groupId));
    query.addBindValue(seq);
    query.addBindValue(m_earliest);
    if (!isPrepared || !query.exec())
        return tl::unexpected(Connection::errorOf(query.lastError()));
    return query.numRowsAffected();
}

} // namespace nextchat::history
