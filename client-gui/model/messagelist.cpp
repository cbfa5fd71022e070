// SPDX-License-Identifier: MIT
#include "client-gui/model/messagelist.h"

#include "client-gui/model/errorwords.h"
#include "client-gui/model/messagetext.h"
#include "client-gui/model/timelabels.h"

namespace nextchat::desktop {

namespace {

using chat::Message;
using chat::OutboxItem;

constexpr qint64 longestPauseInRun = 5 * 60; // seconds

MessageRow::Delivery deliveryOf(OutboxItem::State state)
{
    switch (state) {
    case OutboxItem::State::Sent:
        return MessageRow::Delivery::Sent;
    case OutboxItem::State::Failed:
        return MessageRow::Delivery::Failed;
    case OutboxItem::State::Unknown:
        return MessageRow::Delivery::Unknown;
    case OutboxItem::State::Sending:
        break;
    }
    return MessageRow::Delivery::Sending;
}

bool isOlder(const Message &message, qint64 seq)
{
    return message.seq < seq;
}

} // namespace

MessageList::MessageList(QString ownUser, QObject *parent)
    : QAbstractListModel(parent)
    , m_ownUser(std::move(ownUser))
{ }

int MessageList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_messages.size() + m_waiting.size());
}

// What does not depend on the neighbours.
MessageRow MessageList::plainRow(int row) const
{
    MessageRow result;
    if (row < m_messages.size()) {
        const Message &message = m_messages.at(row);
        result.id = message.seq;
        result.author = message.authorId;
        result.text = message.text;
        result.time = localTime(message.sendTime);
        result.delivery =
            message.authorId == m_ownUser ? MessageRow::Delivery::Sent : MessageRow::Delivery::Received;
        result.afterGap = m_gaps.contains(message.seq);
        result.firstUnread = message.seq == m_firstUnread;
        return result;
    }
    const Waiting &waiting = m_waiting.at(row - m_messages.size());
    result.id = waiting.id;
    result.author = m_ownUser;
    result.text = waiting.item.text;
    result.time = QDateTime::fromMSecsSinceEpoch(waiting.item.created.count());
    result.delivery = deliveryOf(waiting.item.state);
    result.clientMessageId = waiting.item.clientMessageId;
    if (result.needsDecision() && waiting.item.error)
        result.problem = inOwnWords(waiting.item.error->message);
    return result;
}

MessageRow MessageList::row(int row) const
{
    const auto joins = [](const MessageRow &before, const MessageRow &after) {
        return before.author == after.author && before.time.date() == after.time.date()
            && before.time.secsTo(after.time) < longestPauseInRun && !after.afterGap && !after.firstUnread;
    };
    MessageRow result = plainRow(row);
    result.mentionsMe = !result.isOwn() && mentions(result.text, m_ownUser);
    result.beginsDay = result.beginsRun = result.endsRun = true;
    if (row > 0) {
        const MessageRow before = plainRow(row - 1);
        result.beginsDay = before.time.date() != result.time.date();
        result.beginsRun = !joins(before, result);
    }
    if (row + 1 < rowCount())
        result.endsRun = !joins(result, plainRow(row + 1));
    return result;
}

qint64 MessageList::rowId(int row) const
{
    return row < m_messages.size() ? m_messages.at(row).seq : m_waiting.at(row - m_messages.size()).id;
}

int MessageList::rowOf(qint64 id) const
{
    if (id > 0) {
        const auto found = std::lower_bound(m_messages.begin(), m_messages.end(), id, isOlder);
        return found != m_messages.end() && found->seq == id ? static_cast<int>(found - m_messages.begin())
                                                             : -1;
    }
    for (qsizetype i = 0; i < m_waiting.size(); ++i) {
        if (m_waiting.at(i).id == id)
            return static_cast<int>(m_messages.size() + i);
    }
    return -1;
}

QVariant MessageList::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const MessageRow shown = row(index.row());
    switch (role) {
    case RowId:
        return shown.id;
    case Author:
        return shown.author;
    case Text:
    case Qt::DisplayRole:
        return shown.text;
    case Time:
        return shown.time;
    case Delivery:
        return static_cast<int>(shown.delivery);
    case IsOwn:
        return shown.isOwn();
    case AfterGap:
        return shown.afterGap;
    case FirstUnread:
        return shown.firstUnread;
    case Qt::AccessibleTextRole:
        return QString(shown.author % u", " % clockLabel(shown.time) % u": " % shown.text);
    default:
        return {};
    }
}

bool MessageList::isWaiting(const QString &clientMessageId) const
{
    return waitingIndex(clientMessageId) >= 0;
}

int MessageList::othersAfter(qint64 seq) const
{
    const auto first = std::lower_bound(m_messages.begin(), m_messages.end(), seq + 1, isOlder);
    return static_cast<int>(std::count_if(
        first, m_messages.end(), [this](const Message &message) { return message.authorId != m_ownUser; }));
}

void MessageList::reset(const QList<Message> &messages)
{
    beginResetModel();
    m_messages = messages;
    m_gaps.clear();
    m_gapComes = false;
    erase_if(m_waiting, [this](const Waiting &waiting) {
        return waiting.item.receipt && waiting.item.receipt->seq <= lastSeq();
    });
    endResetModel();
}

void MessageList::prepend(const QList<Message> &messages)
{
    QList<Message> older = messages;
    if (!m_messages.isEmpty())
        erase_if(older, [this](const Message &message) { return message.seq >= firstSeq(); });
    if (older.isEmpty())
        return;
    beginInsertRows({}, 0, static_cast<int>(older.size()) - 1);
    m_messages = older + m_messages;
    endInsertRows();
    changed(static_cast<int>(older.size()), static_cast<int>(older.size()));
}

void MessageList::dropOldest(int count)
{
    if (count <= 0 || count >= m_messages.size())
        return;
    beginRemoveRows({}, 0, count - 1);
    m_messages.remove(0, count);
    erase_if(m_gaps, [this](qint64 seq) { return seq < firstSeq(); });
    endRemoveRows();
    changed(0, 0);
    setTop(Top::More);
}

void MessageList::append(const QList<Message> &messages)
{
    QList<Message> newer;
    newer.reserve(messages.size());
    qint64 last = lastSeq();
    bool ours = false;
    for (const Message &message : messages) {
        if (message.seq <= last)
            continue;
        last = message.seq;
        newer.append(message);
        ours = ours || isWaiting(message.clientMessageId);
    }
    if (!ours) {
        appendAll(newer);
        return;
    }
    for (const Message &message : newer)
        appendOne(message);
}

void MessageList::appendAll(const QList<Message> &messages)
{
    if (messages.isEmpty())
        return;
    const int first = static_cast<int>(m_messages.size());
    const int count = static_cast<int>(messages.size());
    beginInsertRows({}, first, first + count - 1);
    m_messages += messages;
    if (std::exchange(m_gapComes, false))
        m_gaps.insert(messages.first().seq);
    endInsertRows();
    changed(first - 1, first - 1);
    changed(first + count, first + count);
}

// One that may take the place of a row that was on its way.
void MessageList::appendOne(const Message &message)
{
    // Not by its author: a token may name its bearer otherwise.
    int waiting = waitingIndex(message.clientMessageId);
    if (waiting >= 0 && m_waiting.at(waiting).item.text != message.text)
        waiting = -1;
    const int end = static_cast<int>(m_messages.size());
    if (waiting < 0) {
        appendAll({message});
        return;
    }
    if (waiting > 0) {
        beginMoveRows({}, end + waiting, end + waiting, {}, end);
        m_waiting.move(waiting, 0);
        endMoveRows();
    }
    m_messages.append(message);
    m_waiting.removeFirst();
    if (std::exchange(m_gapComes, false))
        m_gaps.insert(message.seq);
    changed(end - 1, end + 1);
}

bool MessageList::join(const QList<Message> &newest, bool whole)
{
    if (newest.isEmpty() && !whole)
        return true;
    if (m_messages.isEmpty() || !follows(newest)) {
        reset(newest);
        return false;
    }
    append(newest);
    return true;
}

// Whether `newest` overlaps with the messages that are here, or begins right behind them.
bool MessageList::follows(const QList<Message> &newest) const
{
    if (newest.isEmpty())
        return false;
    const Message &first = newest.first();
    const int row = rowOf(first.seq);
    if (row >= 0)
        return m_messages.at(row).epoch == first.epoch;
    return first.seq == lastSeq() + 1 && first.epoch == m_messages.last().epoch;
}

void MessageList::markGap()
{
    m_gapComes = !m_messages.isEmpty();
}

void MessageList::setFirstUnread(qint64 seq)
{
    if (m_firstUnread == seq)
        return;
    const qint64 before = std::exchange(m_firstUnread, seq);
    for (const qint64 id : {before, seq}) {
        const int row = id > 0 ? rowOf(id) : -1;
        if (row >= 0)
            changed(row - 1, row);
    }
}

void MessageList::setTop(Top top)
{
    if (std::exchange(m_top, top) != top)
        Q_EMIT topChanged(top);
}

int MessageList::waitingIndex(const QString &clientMessageId) const
{
    if (clientMessageId.isEmpty())
        return -1;
    for (qsizetype i = 0; i < m_waiting.size(); ++i) {
        if (m_waiting.at(i).item.clientMessageId == clientMessageId)
            return static_cast<int>(i);
    }
    return -1;
}

void MessageList::put(const OutboxItem &item)
{
    const int end = static_cast<int>(m_messages.size());
    const int known = waitingIndex(item.clientMessageId);
    if (item.receipt && rowOf(item.receipt->seq) >= 0) { // it came back before the answer
        drop(item.clientMessageId);
        return;
    }
    if (known >= 0) {
        m_waiting[known].item = item;
        changed(end + known, end + known);
        return;
    }
    if (item.state == OutboxItem::State::Sent)
        return;
    const int last = rowCount();
    beginInsertRows({}, last, last);
    m_waiting.append({--m_lastWaitingId, item});
    endInsertRows();
    changed(last - 1, last - 1);
}

void MessageList::drop(const QString &clientMessageId)
{
    const int index = waitingIndex(clientMessageId);
    if (index < 0)
        return;
    const int row = static_cast<int>(m_messages.size()) + index;
    beginRemoveRows({}, row, row);
    m_waiting.removeAt(index);
    endRemoveRows();
    changed(row - 1, row);
}

void MessageList::changed(int first, int last)
{
    first = std::max(first, 0);
    last = std::min(last, rowCount() - 1);
    if (first <= last)
        Q_EMIT dataChanged(index(first), index(last));
}

} // namespace nextchat::desktop
