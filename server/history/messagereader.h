// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagearchive.h"
#include "server/history/messagesearch.h"
#include "sqlmigrate/connection.h"

#include <QSqlQuery>

namespace nextchat::history {

// The queries of the history, prepared once, on one connection to SQLite or MySQL. Belongs to the thread that
// made it. Errors: Unavailable, with what the database says; the connection may be lost then.
class MessageReader
{
public:
    struct Options
    {
        sqlmigrate::DatabaseUrl database{};
        std::chrono::milliseconds readTimeout{2000}; // of a query; MySQL gives up on it itself
        std::chrono::milliseconds maximumIdle{60000}; // of a connection; for its owner
    };

    [[nodiscard]] static Expected<std::unique_ptr<MessageReader>> open(const Options &options);
    ~MessageReader();

    // As in HistoryStore.
    [[nodiscard]] Expected<chat::HistoryPage> newest(const QString &groupId, std::optional<qint64> beforeSeq,
                                                     PageLimit limit);
    [[nodiscard]] Expected<chat::HistoryPage> after(const QString &groupId, qint64 afterSeq, qint64 upToSeq,
                                                    PageLimit limit);
    // Shows the search at most `most` messages, and gives it back.
    [[nodiscard]] Expected<MessageSearch> search(const QString &groupId, MessageSearch search, int most);
    [[nodiscard]] Expected<bool> knows(const QString &groupId, qint64 seq, const QString &epoch);
    // As in StoredHistory.
    [[nodiscard]] Expected<qint64> storedUpTo(const QString &groupId);
    // All groups, as in MessageArchive.
    [[nodiscard]] Expected<std::vector<broker::MessageArchive::Group>> groups();
    // The newest that the sender posted to the group under that id, if it was sent after that moment.
    [[nodiscard]] Expected<std::optional<broker::MessageArchive::Post>> find(const QString &groupId,
                                                                             const QString &senderId,
                                                                             const QString &clientMessageId,
                                                                             chat::Timestamp earliest);

private:
    explicit MessageReader(std::unique_ptr<sqlmigrate::Connection> connection);
    [[nodiscard]] Expected<void> limitTime(std::chrono::milliseconds time);
    [[nodiscard]] Expected<void> prepare();

    // How a string is bound. Null is NULL.
    [[nodiscard]] QVariant bound(const QString &text) const;

    std::unique_ptr<sqlmigrate::Connection> m_connection; // destroyed after the queries on it
    QSqlQuery m_newest;
    QSqlQuery m_after;
    QSqlQuery m_knows;
    QSqlQuery m_storedUpTo;
    QSqlQuery m_find;
};

} // namespace nextchat::history
