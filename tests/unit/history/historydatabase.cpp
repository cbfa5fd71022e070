// SPDX-License-Identifier: MIT
#include "tests/unit/history/historydatabase.h"

#include "sqlmigrate/exacttext.h"
#include "sqlmigrate/migrator.h"

#include <QTemporaryDir>

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

protected:
    [[nodiscard]] QString insertion() const override
    {
        return u"INSERT INTO messages VALUES (CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))"_s;
    }
    [[nodiscard]] QVariant exact(const QString &text) const override { return sqlmigrate::toExactText(text); }

private:
    QTemporaryDir m_dir;
};

} // namespace

std::unique_ptr<HistoryDatabase> HistoryDatabase::sqlite()
{
    auto database = std::make_unique<SqliteHistory>();
    return database->make() ? std::move(database) : nullptr;
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

void HistoryDatabase::add(const chat::Message &message)
{
    const auto added = m_writing->execute(
        insertion(),
        {exact(message.groupId), message.seq, message.epoch, exact(message.authorId), exact(message.text),
         qint64(message.sendTime.time_since_epoch().count()), exact(message.clientMessageId)});
    if (!added)
        qWarning("Not stored: %s", qPrintable(added.error().message));
}

void HistoryDatabase::fill(const QString &group, int count)
{
    (void)m_writing->execute(u"BEGIN"_s);
    for (qint64 seq = 1; seq <= count; ++seq) {
        const chat::Timestamp time(std::chrono::microseconds{seq});
        add({group, u"ann"_s, QString::number(seq), time, seq, u"e"_s, {}});
    }
    (void)m_writing->execute(u"COMMIT"_s);
}

} // namespace nextchat::test
