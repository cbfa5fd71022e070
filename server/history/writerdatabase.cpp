// SPDX-License-Identifier: MIT
#include "server/history/writerdatabase.h"

#include "sqlmigrate/compatibility.h"
#include "sqlmigrate/exacttext.h"
#include "sqlmigrate/sqlerror.h"

namespace nextchat::history {

namespace {

using namespace Qt::StringLiterals;
using sqlmigrate::Connection;
using sqlmigrate::DatabaseUrl;

constexpr std::size_t mostKnownGroups = 100'000;
constexpr auto lockPatience = std::chrono::seconds(5);

qint64 microseconds(std::chrono::milliseconds time)
{
    return std::chrono::microseconds(time).count();
}

QString textOf(const QByteArray &ascii)
{
    return QString::fromLatin1(ascii);
}

} // namespace

WriterDatabase::WriterDatabase(Options options, std::unique_ptr<Connection> connection)
    : m_options(std::move(options))
    , m_isMySql(m_options.url.system == DatabaseUrl::System::MySql)
    , m_connection(std::move(connection))
    , m_inserter(*m_connection)
{ }

// First of all, since a query that ends on a lost connection makes the driver complain.
WriterDatabase::~WriterDatabase()
{
    m_connection->database().close();
}

Expected<std::unique_ptr<WriterDatabase>> WriterDatabase::open(const Options &options)
{
    auto connection = Connection::open(options.url,
                                       {.mode = Connection::Mode::Write,
                                        .busyTimeout = lockPatience,
                                        .connectTimeout = options.answerTimeout,
                                        .answerTimeout = options.answerTimeout});
    if (!connection)
        return tl::unexpected(connection.error());
    std::unique_ptr<WriterDatabase> database(new WriterDatabase(options, std::move(*connection)));
    auto ready = sqlmigrate::checkSchema(*database->m_connection);
    if (ready)
        ready = database->limitIdleTime();
    if (!ready)
        return tl::unexpected(ready.error());
    return database;
}

// A writer that stops in the midst of a transaction holds the locks of its rows, until the database ends its
// connection.
Expected<void> WriterDatabase::limitIdleTime()
{
    if (!m_isMySql)
        return m_connection->execute(u"PRAGMA synchronous = FULL"_s);
    const QString seconds = QString::number(
        std::max<qint64>(1, std::chrono::ceil<std::chrono::seconds>(m_options.lease).count()));
    return m_connection->execute(
        u"SET SESSION wait_timeout = %1, net_read_timeout = %1, net_write_timeout = %1"_s.arg(seconds));
}

// In MySQL a statement that had to wait for a lock gets a lease that is shorter.
QString WriterDatabase::now() const
{
    return m_connection->dialect().now();
}

// Gives how many rows the statement changed.
Expected<int> WriterDatabase::change(const QString &sql, const QVariantList &values)
{
    QSqlQuery query(m_connection->database());
    if (!query.prepare(sql))
        return tl::unexpected(sqlmigrate::errorOf(query.lastError()));
    for (const QVariant &value : values)
        query.addBindValue(value);
    if (!query.exec())
        return tl::unexpected(sqlmigrate::errorOf(query.lastError()));
    return query.numRowsAffected();
}

// --- who owns what ---

Expected<int> WriterDatabase::appear()
{
    const QString sql = u"REPLACE INTO writers (owner, lease_until) VALUES (?, "_s % now() % u" + ?)"_s;
    auto done = m_connection->execute(sql, {textOf(m_options.owner), microseconds(m_options.lease)});
    if (done)
        done = m_connection->execute(u"DELETE FROM writers WHERE lease_until < "_s % now()
                                     % u" - 10 * %1"_s.arg(microseconds(m_options.lease)));
    if (!done)
        return tl::unexpected(done.error());
    const auto rows = m_connection->select(u"SELECT COUNT(*) FROM writers WHERE lease_until >= "_s % now());
    if (!rows)
        return tl::unexpected(rows.error());
    return std::max(1, rows->front()[0].toInt());
}

void WriterDatabase::leave()
{
    const auto left = m_connection->execute(u"UPDATE partitions SET lease_until = 0 WHERE owner = ?"_s,
                                            {textOf(m_options.owner)});
    if (left)
        (void)m_connection->execute(u"DELETE FROM writers WHERE owner = ?"_s, {textOf(m_options.owner)});
}

Expected<std::vector<int>> WriterDatabase::renew(const std::map<int, qint64> &fences)
{
    std::vector<int> lost;
    for (const auto &[k, fence] : fences) {
        const auto renewed = change(u"UPDATE partitions SET lease_until = "_s % now()
                                        % u" + ? WHERE k = ? AND owner = ? AND fence = ?"_s,
                                    {microseconds(m_options.lease), k, textOf(m_options.owner), fence});
        if (!renewed)
            return tl::unexpected(renewed.error());
        if (*renewed == 0)
            lost.push_back(k);
    }
    return lost;
}

Expected<std::vector<int>> WriterDatabase::unowned(int partitions)
{
    const auto rows = m_connection->select(u"SELECT k FROM partitions WHERE lease_until >= "_s % now()
                                               % u" AND owner <> ?"_s,
                                           {textOf(m_options.owner)});
    if (!rows)
        return tl::unexpected(rows.error());
    std::set<int> owned;
    for (const QVariantList &row : *rows)
        owned.insert(row[0].toInt());
    std::vector<int> result;
    for (int k = 0; k < partitions; ++k) {
        if (!owned.contains(k))
            result.push_back(k);
    }
    return result;
}

Expected<std::optional<WriterDatabase::Owned>> WriterDatabase::take(int partition, qint64 fence)
{
    const QString make =
        u"INSERT INTO partitions (k, owner, fence, lease_until, epoch, position_ms, position_n, "
        "number, stored_at) VALUES (?, '', 0, 0, '', 0, 0, 0, 0) "_s
        % (m_isMySql ? u"ON DUPLICATE KEY UPDATE k = k"_s : u"ON CONFLICT (k) DO NOTHING"_s);
    if (auto made = m_connection->execute(make, {partition}); !made)
        return tl::unexpected(made.error());
    const QString highest = m_isMySql ? u"GREATEST"_s : u"max"_s;
    const auto taken = change(
        u"UPDATE partitions SET owner = ?, fence = "_s % highest % u"(fence + 1, ?), lease_until = "_s % now()
            % u" + ? WHERE k = ? AND (lease_until < "_s % now() % u" OR owner = ?)"_s,
        {textOf(m_options.owner), fence, microseconds(m_options.lease), partition, textOf(m_options.owner)});
    if (!taken)
        return tl::unexpected(taken.error());
    if (*taken == 0)
        return std::optional<Owned>();
    const auto rows =
        m_connection->select(u"SELECT fence, epoch, position_ms, position_n, number FROM partitions "
                             "WHERE k = ? AND owner = ?"_s,
                             {partition, textOf(m_options.owner)});
    if (!rows)
        return tl::unexpected(rows.error());
    if (rows->empty())
        return std::optional<Owned>();
    const QVariantList &row = rows->front();
    return Owned{.fence = row[0].toLongLong(),
                 .position = {.epoch = row[1].toString().toLatin1(),
                              .id = {row[2].toULongLong(), row[3].toULongLong()},
                              .number = row[4].toLongLong()}};
}

Expected<void> WriterDatabase::release(int partition, qint64 fence)
{
    return m_connection->execute(
        u"UPDATE partitions SET lease_until = 0 WHERE k = ? AND owner = ? AND fence = ?"_s,
        {partition, textOf(m_options.owner), fence});
}

Expected<void> WriterDatabase::endLeases(Connection &connection)
{
    auto ended = connection.execute(u"UPDATE partitions SET lease_until = 0"_s);
    return ended ? connection.execute(u"DELETE FROM writers"_s) : ended;
}

// --- storing ---

Expected<WriterDatabase::Stored> WriterDatabase::store(const std::vector<Batch> &batches,
                                                       const MessageInserter::Pace &pace)
{
    auto done = m_connection->execute(m_connection->dialect().beginStatement());
    if (!done)
        return tl::unexpected(done.error());
    auto stored = storeInTransaction(batches, pace);
    if (!stored || stored->lost) {
        const auto ended = m_connection->execute(u"ROLLBACK"_s);
        return ended || !stored ? stored : tl::unexpected(ended.error());
    }
    done = m_connection->execute(u"COMMIT"_s);
    if (!done)
        return tl::unexpected(done.error());
    if (m_groups.size() > mostKnownGroups)
        m_groups.clear(); // they are only looked at to save statements
    for (const MessageInserter::Group &group : newGroups(batches))
        m_groups.insert(group.id);
    return stored;
}

// The positions come first: from then on nobody can take the partitions, and a database that is slow gets on
// nevertheless.
Expected<WriterDatabase::Stored> WriterDatabase::storeInTransaction(const std::vector<Batch> &batches,
                                                                    const MessageInserter::Pace &pace)
{
    std::vector<MessageInserter::Entry> entries;
    for (const Batch &batch : batches) {
        const auto moved = movePosition(batch);
        if (!moved)
            return tl::unexpected(moved.error());
        if (!*moved)
            return Stored{.lost = batch.partition};
        for (const HistoryEntry &entry : batch.entries)
            entries.push_back({&entry, batch.partition});
    }
    if (auto added = m_inserter.addGroups(newGroups(batches)); !added)
        return tl::unexpected(added.error());
    auto rows = m_inserter.insert(entries, pace);
    if (!rows)
        return tl::unexpected(rows.error());
    return Stored{.lost = {}, .rows = std::move(*rows)};
}

// The position before is compared, too: a database may have lost its last commits and not its fence.
Expected<bool> WriterDatabase::movePosition(const Batch &batch)
{
    const auto moved = change(
        u"UPDATE partitions SET epoch = ?, position_ms = ?, position_n = ?, number = ?, stored_at = "_s
            % now() % u", lease_until = "_s % now()
            % u" + ? WHERE k = ? AND owner = ? AND fence = ? AND epoch = ? AND position_ms = ? AND "
              "position_n = ?"_s,
        {textOf(batch.after.epoch), batch.after.id.milliseconds, batch.after.id.counter, batch.after.number,
         microseconds(m_options.lease), batch.partition, textOf(m_options.owner), batch.fence,
         textOf(batch.before.epoch), batch.before.id.milliseconds, batch.before.id.counter});
    if (!moved)
        return tl::unexpected(moved.error());
    return *moved > 0;
}

std::vector<MessageInserter::Group> WriterDatabase::newGroups(const std::vector<Batch> &batches) const
{
    using Kind = HistoryEntry::Kind;
    std::map<QString, MessageInserter::Group> groups; // sorted: writers lock them in one order
    for (const Batch &batch : batches) {
        for (const HistoryEntry &entry : batch.entries) {
            const auto createdAt = qint64(entry.id.milliseconds) * 1000;
            if (entry.kind == Kind::GroupCreated) {
                groups[entry.message.groupId] = {entry.message.groupId, createdAt, entry.seq};
            } else if (entry.kind == Kind::Message && !m_groups.contains(entry.message.groupId)) {
                groups.try_emplace(entry.message.groupId,
                                   MessageInserter::Group{entry.message.groupId, createdAt, 0});
            }
        }
    }
    std::vector<MessageInserter::Group> result;
    for (auto &[id, group] : groups)
        result.push_back(std::move(group));
    return result;
}

Expected<std::vector<QString>> WriterDatabase::groups()
{
    const auto rows = m_connection->select(
        u"SELECT CAST(group_id AS %1) FROM chat_groups"_s.arg(m_isMySql ? u"BINARY"_s : u"BLOB"_s));
    if (!rows)
        return tl::unexpected(rows.error());
    std::vector<QString> ids;
    for (const QVariantList &row : *rows)
        ids.push_back(sqlmigrate::fromExactText(row[0]));
    return ids;
}

Expected<qint64> WriterDatabase::lastSeqOf(const QString &groupId)
{
    const QString group = m_isMySql ? u"?"_s : u"CAST(? AS TEXT)"_s;
    const QVariant id = m_isMySql ? QVariant(groupId) : sqlmigrate::toExactText(groupId);
    const auto rows = m_connection->select(u"SELECT (SELECT MAX(seq) FROM messages WHERE group_id = %1), "
                                           u"(SELECT last_seq FROM chat_groups WHERE "
                                           "group_id = %1)"_s.arg(group),
                                           {id, id});
    if (!rows)
        return tl::unexpected(rows.error());
    return std::max(rows->front()[0].toLongLong(), rows->front()[1].toLongLong()); // NULL is 0
}

// In one transaction: a commit for each would take long.
Expected<void> WriterDatabase::addGroups(const std::vector<QString> &ids)
{
    std::vector<MessageInserter::Group> groups;
    for (const QString &id : ids) {
        if (!m_groups.contains(id))
            groups.push_back({id, 0, 0});
    }
    if (groups.empty())
        return {};
    auto done = m_connection->execute(m_connection->dialect().beginStatement());
    if (done)
        done = m_inserter.addGroups(groups);
    if (done)
        done = m_connection->execute(u"COMMIT"_s);
    if (done)
        m_groups.insert(ids.begin(), ids.end());
    return done;
}

} // namespace nextchat::history
