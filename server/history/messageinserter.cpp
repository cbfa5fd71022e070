// SPDX-License-Identifier: MIT
#include "server/history/messageinserter.h"

#include "sqlmigrate/exacttext.h"
#include "sqlmigrate/sqlerror.h"

#include <QStringList>

#include <array>
#include <thread>

namespace nextchat::history {

namespace {

using namespace Qt::StringLiterals;
using sqlmigrate::DatabaseUrl;

// Rows of a statement. Few sizes, since each is prepared once.
constexpr std::array<int, 4> statementSizes{512, 64, 8, 1};
// Of a statement's texts, at most: 4 MiB is the least that servers take by default.
constexpr qsizetype statementBytes = 2 * 1024 * 1024;
constexpr std::chrono::nanoseconds longestRest = std::chrono::milliseconds(10);
constexpr int columns = 7;
const QString placeholderText = u"[This message could not be stored.]"_s;

// Errors that the same rows would meet again, in any database that is well. Not those that every row would
// meet, as when a column is missing.
bool isAboutRows(const QSqlError &error, bool isMySql)
{
    // https://mariadb.com/docs/server/reference/error-codes: duplicate keys; packet too large; out of range,
    // cut, wrong, bad characters, too long; foreign key, constraints (MySQL's, MariaDB's); raised by a
    // trigger; out of range.
    static constexpr std::array ofMySql{1062, 1586, 1153, 2020, 1264, 1265, 1292, 1300,
                                        1366, 1406, 1452, 3819, 4025, 1644, 1690};
    // https://www.sqlite.org/rescode.html: too big, constraint, mismatch, range; in the low byte.
    static constexpr std::array ofSqlite{18, 19, 20, 25};
    const int number = error.nativeErrorCode().toInt();
    return isMySql ? std::ranges::find(ofMySql, number) != ofMySql.end()
                   : std::ranges::find(ofSqlite, number & 0xff) != ofSqlite.end();
}

qsizetype sizeOf(const chat::Message &message)
{
    constexpr qsizetype others = 400; // ids and numbers
    return 3 * message.text.size() + others;
}

// The rows of the next statement, of those that are left.
std::size_t statementSize(std::span<const MessageInserter::Entry> rest, int most)
{
    std::size_t count = 0;
    for (qsizetype bytes = 0; count < rest.size() && bytes < statementBytes; ++count)
        bytes += sizeOf(rest[count].entry->message);
    const auto fits = [count, most](int size) { return size <= most && std::size_t(size) <= count; };
    return std::size_t(*std::ranges::find_if(statementSizes, fits));
}

qint64 microsecondsOf(chat::Timestamp time)
{
    return time.time_since_epoch().count();
}

} // namespace

MessageInserter::MessageInserter(sqlmigrate::Connection &connection)
    : m_connection(connection)
    , m_isMySql(connection.url().system == DatabaseUrl::System::MySql)
{ }

tl::unexpected<Error> MessageInserter::failed() const
{
    return tl::unexpected(m_error);
}

QVariant MessageInserter::bound(const QString &text) const
{
    return m_isMySql ? QVariant(text) : sqlmigrate::toExactText(text);
}

MessageInserter::Done MessageInserter::run(QSqlQuery &query)
{
    if (query.exec())
        return Done::Yes;
    m_error = sqlmigrate::errorOf(query.lastError());
    return isAboutRows(query.lastError(), m_isMySql) ? Done::NotTheseRows : Done::No;
}

QSqlQuery *MessageInserter::statementFor(int rows)
{
    if (const auto found = m_statements.find(rows); found != m_statements.end())
        return &found->second;
    const QString row = m_isMySql
        ? u"(?, ?, ?, ?, ?, ?, ?)"_s
        : u"(CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))"_s;
    const QString sql = u"INSERT INTO messages (group_id, seq, epoch, author_id, text, send_time, "
                        "client_message_id) VALUES "
        % QStringList(rows, row).join(u", "_s);
    QSqlQuery query(m_connection.database());
    if (!query.prepare(sql)) {
        m_error = sqlmigrate::errorOf(query.lastError());
        return nullptr;
    }
    return &m_statements.emplace(rows, std::move(query)).first->second;
}

void MessageInserter::bind(QSqlQuery &query, const chat::Message &message, int row) const
{
    int place = row * columns;
    query.bindValue(place++, bound(message.groupId));
    query.bindValue(place++, message.seq);
    query.bindValue(place++, message.epoch);
    query.bindValue(place++, bound(message.authorId));
    query.bindValue(place++, bound(message.text));
    query.bindValue(place++, microsecondsOf(message.sendTime));
    query.bindValue(place,
                    message.clientMessageId.isNull() ? QVariant(QMetaType::fromType<QByteArray>())
                                                     : QVariant(message.clientMessageId.toUtf8()));
}

MessageInserter::Done MessageInserter::insertRows(std::span<const Entry> entries)
{
    QSqlQuery *const query = statementFor(int(entries.size()));
    if (!query)
        return Done::No;
    for (std::size_t i = 0; i < entries.size(); ++i)
        bind(*query, entries[i].entry->message, int(i));
    return run(*query);
}

MessageInserter::Done MessageInserter::insertRow(const chat::Message &message)
{
    QSqlQuery *const query = statementFor(1);
    if (!query)
        return Done::No;
    bind(*query, message, 0);
    return run(*query);
}

Expected<MessageInserter::Outcome> MessageInserter::insert(std::span<const Entry> entries, const Pace &pace)
{
    Outcome outcome;
    std::vector<Entry> messages;
    messages.reserve(entries.size());
    for (const Entry &entry : entries) {
        using Kind = HistoryEntry::Kind;
        if (entry.entry->kind == Kind::Message) {
            messages.push_back(entry);
        } else if (entry.entry->kind == Kind::Unreadable || entry.entry->kind == Kind::Foreign) {
            const QString reason = entry.entry->kind == Kind::Foreign
                ? u"Written by somebody else."_s
                : u"Can't be read: damaged, or of a later version."_s;
            if (auto buried = bury(entry, reason, false, outcome); !buried)
                return tl::unexpected(buried.error());
        }
    }
    const auto inserted = insertAll(messages, pace, outcome);
    return inserted ? Expected<Outcome>(std::move(outcome)) : tl::unexpected(inserted.error());
}

Expected<void> MessageInserter::insertAll(std::span<const Entry> entries, const Pace &pace, Outcome &outcome)
{
    using Clock = std::chrono::steady_clock;
    while (!entries.empty()) {
        const auto begun = Clock::now();
        const std::size_t size = statementSize(entries, pace.rows);
        if (auto inserted = insertSome(entries.first(size), outcome); !inserted)
            return inserted;
        entries = entries.subspan(size);
        if (pace.rests > 0 && !entries.empty())
            std::this_thread::sleep_for(std::min(longestRest, pace.rests * (Clock::now() - begun)));
    }
    return {};
}

// Halves what holds a row that can't be inserted. The sizes of the halves stay powers of two.
Expected<void> MessageInserter::insertSome(std::span<const Entry> entries, Outcome &outcome)
{
    if (entries.size() == 1)
        return insertOne(entries.front(), outcome);
    switch (insertRows(entries)) {
    case Done::Yes:
        outcome.stored += qint64(entries.size());
        return {};
    case Done::No:
        return failed();
    case Done::NotTheseRows:
        break;
    }
    const std::size_t half = entries.size() / 2;
    auto inserted = insertSome(entries.first(half), outcome);
    return inserted ? insertSome(entries.subspan(half), outcome) : inserted;
}

Expected<void> MessageInserter::insertOne(const Entry &entry, Outcome &outcome)
{
    const chat::Message &message = entry.entry->message;
    const Done done = insertRow(message);
    if (done == Done::Yes)
        ++outcome.stored;
    if (done == Done::No)
        return failed();
    if (done == Done::Yes)
        return {};
    const QString problem = m_error.message;
    bool isSame = false;
    const auto there = isThere(message, isSame);
    if (!there)
        return tl::unexpected(there.error());
    if (*there && isSame) {
        ++outcome.repeated;
        return {};
    }
    if (*there)
        return bury(entry, u"Another message of the group has its number."_s, true, outcome);
    return bury(entry, problem, false, outcome);
}

// Whether the group has a message of that seq; if so, whether it is this one.
Expected<bool> MessageInserter::isThere(const chat::Message &message, bool &isSame)
{
    const QString bytes = m_isMySql ? u"BINARY"_s : u"BLOB"_s;
    const auto rows = m_connection.select(
        u"SELECT epoch, CAST(author_id AS %1), CAST(text AS %1) FROM messages WHERE group_id = %2 AND seq = ?"_s
            .arg(bytes, m_isMySql ? u"?"_s : u"CAST(? AS TEXT)"_s),
        {bound(message.groupId), message.seq});
    if (!rows)
        return tl::unexpected(rows.error());
    if (rows->empty())
        return false;
    const QVariantList &row = rows->front();
    isSame = row[0].toString() == message.epoch && sqlmigrate::fromExactText(row[1]) == message.authorId
        && sqlmigrate::fromExactText(row[2]) == message.text;
    return true;
}

// --- what can't be stored ---

Expected<void> MessageInserter::bury(const Entry &entry, const QString &reason, bool isContradiction,
                                     Outcome &outcome)
{
    const HistoryEntry &lost = *entry.entry;
    const bool isKnown = lost.kind != HistoryEntry::Kind::Foreign;
    const QVariant none(QMetaType::fromType<QByteArray>());
    const QString now = m_connection.dialect().now();
    auto buried = m_connection.execute(
        u"INSERT INTO dead_letters (time, k, log_id, group_id, seq, epoch, entry, reason) VALUES ("_s % now
            % u", ?, ?, ?, ?, ?, ?, ?)"_s,
        {entry.partition, QString::fromLatin1(lost.id.toBytes()),
         isKnown ? QVariant(lost.group.left(1024)) : none, isKnown ? QVariant(lost.seq) : none,
         isKnown ? QVariant(lost.epoch.left(1024)) : none, lost.content(), reason});
    if (!buried)
        return buried;
    outcome.deadLetters.push_back({&lost, reason, isContradiction});
    return isContradiction ? Expected<void>() : insertPlaceholder(lost);
}

// The group's numbers stay without a gap.
Expected<void> MessageInserter::insertPlaceholder(const HistoryEntry &entry)
{
    const bool isMessage = entry.kind == HistoryEntry::Kind::Message;
    const bool hasPlace = !entry.message.groupId.isNull() && entry.seq > 0;
    if (!isMessage && (entry.kind != HistoryEntry::Kind::Unreadable || !hasPlace))
        return {};
    chat::Message placeholder;
    placeholder.groupId = entry.message.groupId;
    placeholder.authorId = u""_s; // as nobody writes: see completedpage.cpp
    placeholder.text = placeholderText;
    placeholder.sendTime = chat::Timestamp(std::chrono::microseconds(qint64(entry.id.milliseconds) * 1000));
    placeholder.seq = entry.seq;
    placeholder.epoch = QString::fromLatin1(entry.epoch);
    if (isMessage)
        placeholder.sendTime = entry.message.sendTime;
    // One that can't be there either leaves a gap.
    return insertRow(placeholder) == Done::No ? failed() : Expected<void>();
}

// --- groups ---

Expected<void> MessageInserter::addGroups(const std::vector<Group> &groups)
{
    const QString sql = m_isMySql
        ? u"INSERT INTO chat_groups (group_id, created_at, last_seq, last_time) VALUES (?, ?, ?, 0) "
          "ON DUPLICATE KEY UPDATE last_seq = GREATEST(last_seq, VALUES(last_seq))"_s
        : u"INSERT INTO chat_groups (group_id, created_at, last_seq, last_time) VALUES (CAST(? AS TEXT), ?, "
          u"?, 0) "
          "ON CONFLICT (group_id) DO UPDATE SET last_seq = max(last_seq, excluded.last_seq)"_s;
    QSqlQuery query(m_connection.database());
    if (!groups.empty() && !query.prepare(sql))
        return tl::unexpected(sqlmigrate::errorOf(query.lastError()));
    for (const Group &group : groups) {
        query.bindValue(0, bound(group.id));
        query.bindValue(1, group.createdAt);
        query.bindValue(2, group.lastSeq);
        if (!query.exec())
            return tl::unexpected(sqlmigrate::errorOf(query.lastError()));
    }
    return {};
}

} // namespace nextchat::history
