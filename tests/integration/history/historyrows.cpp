// SPDX-License-Identifier: MIT
#include "tests/integration/history/historyrows.h"

#include "sqlmigrate/exacttext.h"
#include "sqlmigrate/migrator.h"

#include <QTest>

namespace nextchat::test {

using namespace Qt::StringLiterals;
using sqlmigrate::Connection;

HistoryRows::HistoryRows(const QString &url)
    : m_url(sqlmigrate::DatabaseUrl::parse(url).value())
{ }

std::unique_ptr<Connection> HistoryRows::connect() const
{
    auto connection = Connection::open(m_url, {.mode = Connection::Mode::Write});
    return connection ? std::move(*connection) : nullptr;
}

bool HistoryRows::migrate() const
{
    const auto connection = connect();
    if (!connection)
        return false;
    const auto migrations = sqlmigrate::builtInMigrations(connection->dialect());
    const auto done = sqlmigrate::Migrator(*connection, *migrations, sqlmigrate::programVersion()).up();
    if (!done)
        qWarning("%s", qUtf8Printable(done.error().message));
    return done.has_value();
}

QList<chat::Message> HistoryRows::of(const QString &groupId) const
{
    const auto connection = connect();
    if (!connection) {
        QTest::qFail("the database is away", __FILE__, __LINE__);
        return {};
    }
    const QString bytes = m_url.system == sqlmigrate::DatabaseUrl::System::MySql ? u"BINARY"_s : u"BLOB"_s;
    const auto rows =
        connection->select(u"SELECT seq, epoch, CAST(author_id AS %1), CAST(text AS %1), send_time, "
                           u"CAST(client_message_id AS %1) "
                           "FROM messages WHERE CAST(group_id AS %1) = ? ORDER BY seq"_s.arg(bytes),
                           {groupId.toUtf8()});
    if (!rows) {
        QTest::qFail(qPrintable(rows.error().message), __FILE__, __LINE__);
        return {};
    }
    QList<chat::Message> messages;
    for (const QVariantList &row : *rows) {
        messages.append({.groupId = groupId,
                         .authorId = sqlmigrate::fromExactText(row[2]),
                         .text = sqlmigrate::fromExactText(row[3]),
                         .sendTime = chat::Timestamp(std::chrono::microseconds(row[4].toLongLong())),
                         .seq = row[0].toLongLong(),
                         .epoch = row[1].toString(),
                         .clientMessageId = sqlmigrate::fromExactText(row[5])});
    }
    return messages;
}

QVariant HistoryRows::value(const QString &sql) const
{
    const auto connection = connect();
    if (!connection)
        return {};
    const auto rows = connection->select(sql);
    return rows && !rows->empty() ? rows->front()[0] : QVariant();
}

bool HistoryRows::execute(const QString &sql) const
{
    const auto connection = connect();
    const auto done = connection ? connection->execute(sql) : Expected<void>();
    if (!done)
        qWarning("%s", qUtf8Printable(done.error().message));
    return connection && done;
}

} // namespace nextchat::test
