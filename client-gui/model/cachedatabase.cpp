// SPDX-License-Identifier: MIT
#include "client-gui/model/cachedatabase.h"

#include "client-gui/model/desktoplog.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>

namespace nextchat::desktop {

namespace {

using chat::Message;

constexpr int formatOfFile = 1; // user_version
constexpr auto ownerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner;

Message messageOf(const QSqlQuery &query, const QString &groupId)
{
    Message message;
    message.groupId = groupId;
    message.seq = query.value(0).toLongLong();
    message.epoch = query.value(1).toString();
    message.authorId = query.value(2).toString();
    message.text = query.value(3).toString();
    message.sendTime = chat::Timestamp(std::chrono::microseconds(query.value(4).toLongLong()));
    message.clientMessageId = query.value(5).toString();
    return message;
}

bool done(QSqlQuery &query)
{
    if (query.exec())
        return true;
    qCWarning(desktopLog) << "The local cache refuses a statement:" << query.lastError().text();
    return false;
}

} // namespace

CacheDatabase::CacheDatabase(QString path)
    : m_path(std::move(path))
    , m_connection(QUuid::createUuid().toString())
{ }

CacheDatabase::~CacheDatabase()
{
    m_database.close();
    m_database = {};
    QSqlDatabase::removeDatabase(m_connection);
}

Expected<void> CacheDatabase::open()
{
    const QString folder = QFileInfo(m_path).path();
    if (!QDir().mkpath(folder))
        return failure(Error::Code::Unavailable, u"The folder " % folder % u" cannot be made.");
    QFile::setPermissions(folder, ownerOnly | QFileDevice::ExeOwner);
    m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection);
    m_database.setDatabaseName(m_path);
    if (m_database.open() && makeTables())
        return {};
    m_database.close();
    const QString aside = m_path % u".unreadable";
    QFile::remove(aside);
    QFile::rename(m_path, aside);
    if (m_database.open() && makeTables())
        return {};
    return failure(Error::Code::Unavailable, u"The file " % m_path % u" cannot be used.");
}

bool CacheDatabase::makeTables()
{
    QFile::setPermissions(m_path, ownerOnly);
    QSqlQuery version(m_database);
    if (!version.exec(QStringLiteral("PRAGMA user_version")) || !version.next())
        return false;
    const int found = version.value(0).toInt();
    version.finish();
    if (found > formatOfFile)
        return false;
    return run(QStringLiteral("PRAGMA journal_mode = WAL"))
        && run(QStringLiteral("PRAGMA synchronous = NORMAL"))
        && run(QStringLiteral(
            "CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, readSeq INTEGER, draft "
            "TEXT, pinned INTEGER, muted INTEGER, position INTEGER) WITHOUT ROWID"))
        && run(QStringLiteral(
            "CREATE TABLE IF NOT EXISTS message (conversation TEXT, seq INTEGER, epoch TEXT, author "
            "TEXT, text TEXT, time INTEGER, clientMessageId TEXT, PRIMARY KEY (conversation, seq)) "
            "WITHOUT ROWID"))
        && run(QStringLiteral("CREATE TABLE IF NOT EXISTS outbox (only INTEGER PRIMARY KEY, items TEXT)"))
        && run(QStringLiteral("PRAGMA user_version = 1"));
}

bool CacheDatabase::run(const QString &statement)
{
    QSqlQuery query(m_database);
    return query.exec(statement);
}

AccountState CacheDatabase::load()
{
    AccountState state;
    QSqlQuery groups(m_database);
    groups.exec(QStringLiteral("SELECT id, readSeq, draft, pinned, muted, position FROM conversation"));
    while (groups.next()) {
        state.groups.append({groups.value(0).toString(), groups.value(1).toLongLong(),
                             groups.value(2).toString(), groups.value(3).toBool(), groups.value(4).toBool(),
                             groups.value(5).toInt()});
    }
    for (const GroupRecord &record : std::as_const(state.groups))
        state.recent.insert(record.groupId, read(record.groupId, INT64_MAX, recentMessages));
    QSqlQuery outbox(m_database);
    if (outbox.exec(QStringLiteral("SELECT items FROM outbox")) && outbox.next())
        state.outbox = QJsonDocument::fromJson(outbox.value(0).toString().toUtf8()).array();
    return state;
}

QList<Message> CacheDatabase::older(const QString &groupId, qint64 beforeSeq, int limit)
{
    return read(groupId, beforeSeq, limit);
}

QList<Message> CacheDatabase::read(const QString &groupId, qint64 beforeSeq, int limit)
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(QStringLiteral("SELECT seq, epoch, author, text, time, clientMessageId FROM message "
                                 "WHERE conversation = ? AND seq < ? ORDER BY seq DESC LIMIT ?"));
    query.addBindValue(groupId);
    query.addBindValue(beforeSeq);
    query.addBindValue(limit);
    QList<Message> messages;
    if (!done(query))
        return messages;
    while (query.next())
        messages.append(messageOf(query, groupId));
    std::reverse(messages.begin(), messages.end());
    return messages;
}

void CacheDatabase::saveGroup(const GroupRecord &record)
{
    QSqlQuery query(m_database);
    query.prepare(QStringLiteral("INSERT OR REPLACE INTO conversation VALUES (?, ?, ?, ?, ?, ?)"));
    for (const QVariant &value : {QVariant(record.groupId), QVariant(record.readSeq), QVariant(record.draft),
                                  QVariant(record.pinned), QVariant(record.muted), QVariant(record.position)})
        query.addBindValue(value);
    done(query);
}

void CacheDatabase::removeGroup(const QString &groupId)
{
    for (const QString &statement : {QStringLiteral("DELETE FROM conversation WHERE id = ?"),
                                     QStringLiteral("DELETE FROM message WHERE conversation = ?")}) {
        QSqlQuery query(m_database);
        query.prepare(statement);
        query.addBindValue(groupId);
        done(query);
    }
}

void CacheDatabase::addMessages(const QString &groupId, const QList<Message> &messages, bool anew)
{
    m_database.transaction();
    if (anew) {
        QSqlQuery remove(m_database);
        remove.prepare(QStringLiteral("DELETE FROM message WHERE conversation = ?"));
        remove.addBindValue(groupId);
        done(remove);
    }
    QSqlQuery query(m_database);
    query.prepare(QStringLiteral("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?)"));
    for (const Message &message : messages) {
        query.bindValue(0, groupId);
        query.bindValue(1, message.seq);
        query.bindValue(2, message.epoch);
        query.bindValue(3, message.authorId);
        query.bindValue(4, message.text);
        query.bindValue(5, static_cast<qint64>(message.sendTime.time_since_epoch().count()));
        query.bindValue(6, message.clientMessageId);
        if (!done(query))
            break;
    }
    trim(groupId);
    m_database.commit();
}

void CacheDatabase::trim(const QString &groupId)
{
    QSqlQuery query(m_database);
    query.prepare(
        QStringLiteral("DELETE FROM message WHERE conversation = ? AND seq < (SELECT seq FROM message "
                       "WHERE conversation = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)"));
    query.addBindValue(groupId);
    query.addBindValue(groupId);
    query.addBindValue(keptMessages - 1);
    done(query);
}

void CacheDatabase::saveOutbox(const QJsonArray &outbox)
{
    QSqlQuery query(m_database);
    query.prepare(QStringLiteral("INSERT OR REPLACE INTO outbox VALUES (1, ?)"));
    query.addBindValue(QString::fromUtf8(QJsonDocument(outbox).toJson(QJsonDocument::Compact)));
    done(query);
}

} // namespace nextchat::desktop
