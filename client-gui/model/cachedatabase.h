// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/conversation.h"
#include "common/support/expected.h"

#include <QHash>
#include <QJsonArray>
#include <QSqlDatabase>

namespace nextchat::desktop {

// What an account's file knows.
struct AccountState
{
    QList<GroupRecord> groups;
    QHash<QString, QList<chat::Message>> recent; // the newest of each group, oldest first, without holes
    QJsonArray outbox; // of Outbox::toJson
};

// The SQLite file of one account: its groups, drafts, outbox, and the last messages of each group. A file
// that can't be read is put aside and begun anew. Lives in one thread, all of it.
class CacheDatabase
{
public:
    static constexpr int keptMessages = 1000; // of each group
    static constexpr int recentMessages = 60; // of each group, at the beginning

    explicit CacheDatabase(QString path);
    ~CacheDatabase();
    CacheDatabase(const CacheDatabase &) = delete;
    CacheDatabase &operator=(const CacheDatabase &) = delete;

    [[nodiscard]] Expected<void> open();
    [[nodiscard]] AccountState load();
    [[nodiscard]] QList<chat::Message> older(const QString &groupId, qint64 beforeSeq, int limit);

    void saveGroup(const GroupRecord &record);
    void removeGroup(const QString &groupId);
    // `anew`: they do not follow what is there, which goes away.
    void addMessages(const QString &groupId, const QList<chat::Message> &messages, bool anew);
    void saveOutbox(const QJsonArray &outbox);

private:
    bool run(const QString &statement);
    [[nodiscard]] bool makeTables();
    [[nodiscard]] QList<chat::Message> read(const QString &groupId, qint64 beforeSeq, int limit);
    void trim(const QString &groupId);

    const QString m_path;
    QString m_connection;
    QSqlDatabase m_database;
};

} // namespace nextchat::desktop
