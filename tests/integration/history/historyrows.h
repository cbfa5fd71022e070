// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "sqlmigrate/connection.h"

#include <memory>

namespace nextchat::test {

// What is in a history's database, read behind the servers' back. Each call connects anew, so that the
// database may come and go.
class HistoryRows
{
public:
    // mysql:// or sqlite://
    explicit HistoryRows(const QString &url);

    // Brings the schema up to date, as the deployment job does. False, with a warning, when that failed.
    [[nodiscard]] bool migrate() const;

    // The messages of a group, by their seq; fails the test, with none, when the database does.
    [[nodiscard]] QList<chat::Message> of(const QString &groupId) const;
    // The first value of the first row; not valid when there is none, or the database is away.
    [[nodiscard]] QVariant value(const QString &sql) const;
    [[nodiscard]] qint64 number(const QString &sql) const { return value(sql).toLongLong(); }
    [[nodiscard]] qint64 count(const QString &table) const
    {
        return number(u"SELECT COUNT(*) FROM " % table);
    }
    // True when it was done; else with a warning.
    bool execute(const QString &sql) const;

private:
    [[nodiscard]] std::unique_ptr<sqlmigrate::Connection> connect() const;

    const sqlmigrate::DatabaseUrl m_url;
};

} // namespace nextchat::test
