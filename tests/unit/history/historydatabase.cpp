// SPDX-License-Identifier: MIT
#include "tests/unit/history/historydatabase.h"

#include "sqlmigrate/exacttext.h"
#include "sqlmigrate/migrator.h"
#include "tests/support/testdatabase.h"

#include <QTemporaryDir>
#include <QTest>

namespace nextchat::test {

namespace {

using namespace Qt::StringLiterals;

class SqliteHistory final : public HistoryDatabase
{
public:
    [[nodiscard]] bool make() { return open() && m_writing->select(u"PRAGMA journal_mode = WAL"_s); }
    [[nodiscard]] sqlmigrate::DatabaseUrl url() const override
    {
        return {sqlmigrate::DatabaseUrl::System::Sqlite, m_dir.filePath(u"history.sqlite"_s)};
    }

    [[nodiscard]] QString planOf(const QString &condition) override
    {
        const auto plan = m_writing->select(
            u"EXPLAIN QUERY PLAN SELECT * FROM messages WHERE group_id = CAST('room' AS TEXT) AND "
            % condition);
        return plan && plan->size() == 1 ? plan->front()[3].toString() : u"not one step"_s;
    }
    [[nodiscard]] bool isRangeOfTheKey(const QString &plan) const override
    {
        return plan.startsWith(u"SEARCH messages USING PRIMARY KEY (group_id=? AND seq"_s);
    }

protected:
    [[nodiscard]] QString row() const override
    {
        return u"(CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))"_s;
    }
    [[nodiscard]] QVariant exact(const QString &text) const override { return sqlmigrate::toExactText(text); }

private:
    QTemporaryDir m_dir;
};

class MySqlHistory final : public HistoryDatabase
{
public:
    [[nodiscard]] bool make()
    {
        m_database = TestDatabase::create();
        return m_database && open();
    }
    ~MySqlHistory() override { close(); } // before the database is dropped
    [[nodiscard]] sqlmigrate::DatabaseUrl url() const override
    {
        return sqlmigrate::DatabaseUrl::parse(m_database->url()).value();
    }
    [[nodiscard]] QString planOf(const QString &condition) override
    {
        const auto plan =
            m_writing->select(u"EXPLAIN SELECT * FROM messages WHERE group_id = 'room' AND " % condition);
        if (!plan || plan->size() != 1)
            return u"not one step"_s;
        const QVariantList &step =
            plan->front(); // id, select_type, table, type, possible_keys, key, ..., Extra
        return u"%1 %2 %3"_s.arg(step[3].toString(), step[5].toString(), step.last().toString());
    }
    [[nodiscard]] bool isRangeOfTheKey(const QString &plan) const override
    {
        return plan.startsWith(u"range PRIMARY "_s) && !plan.contains(u"filesort"_s);
    }

protected:
    [[nodiscard]] QString row() const override { return u"(?, ?, ?, ?, ?, ?, ?)"_s; }
    [[nodiscard]] QVariant exact(const QString &text) const override { return text; }

private:
    std::unique_ptr<TestDatabase> m_database;
};

template <typename System> std::unique_ptr<HistoryDatabase> made()
{
    auto database = std::make_unique<System>();
    return database->make() ? std::move(database) : nullptr;
}

} // namespace

void HistoryDatabase::addRows()
{
    QTest::addColumn<sqlmigrate::DatabaseUrl::System>("system");
    QTest::newRow("SQLite") << sqlmigrate::DatabaseUrl::System::Sqlite;
    QTest::newRow("MariaDB") << sqlmigrate::DatabaseUrl::System::MySql;
}

std::unique_ptr<HistoryDatabase> HistoryDatabase::make(sqlmigrate::DatabaseUrl::System system)
{
    return system == sqlmigrate::DatabaseUrl::System::Sqlite ? made<SqliteHistory>() : made<MySqlHistory>();
}

bool HistoryDatabase::open()
{
    auto connection = sqlmigrate::Connection::open(url(), {});
    if (!connection) {
        qWarning("No database: %s", qPrintable(connection.error().message));
        return false;
    }
    m_writing = std::move(*connection);
    const auto migrations = sqlmigrate::builtInMigrations(m_writing->dialect());
    return migrations && sqlmigrate::Migrator(*m_writing, *migrations, sqlmigrate::programVersion()).up();
}

void HistoryDatabase::add(const QList<chat::Message> &messages)
{
    QVariantList values;
    for (const chat::Message &message : messages) {
        values << exact(message.groupId) << message.seq << message.epoch << exact(message.authorId)
               << exact(message.text) << qint64(message.sendTime.time_since_epoch().count())
               << exact(message.clientMessageId);
    }
    const QStringList rows(messages.size(), row());
    const auto added =
        m_writing->execute(u"INSERT INTO messages VALUES " % rows.join(QStringLiteral(", ")), values);
    if (!added)
        qWarning("Not stored: %s", qPrintable(added.error().message));
}

void HistoryDatabase::fill(const QString &group, int count)
{
    constexpr int most = 100; // at once
    QList<chat::Message> messages;
    for (qint64 seq = 1; seq <= count; ++seq) {
        const chat::Timestamp time(std::chrono::microseconds{seq});
        messages.append({group, u"ann"_s, QString::number(seq), time, seq, u"e"_s, {}});
        if (messages.size() < most && seq < count)
            continue;
        add(messages);
        messages.clear();
    }
}

} // namespace nextchat::test
