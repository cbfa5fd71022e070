// SPDX-License-Identifier: MIT
#include "tests/integration/soakfindings.h"

namespace nextchat::test {

using chat::Message;
using chat::OutboxItem;

namespace {

// The number of the message by its receipt, or as its author saw it; 0: it never learned of it.
qint64 seqOf(const Books &books, const OutboxItem &item)
{
    if (item.receipt)
        return item.receipt->seq;
    for (const Stay &stay : books.stays) {
        for (const Message &message : stay.seen) {
            if (message.authorId == books.author && message.clientMessageId == item.clientMessageId)
                return message.seq;
        }
    }
    return 0;
}

} // namespace

SoakFindings::SoakFindings(QList<Message> history, qsizetype joinLimit)
    : m_history(std::move(history))
    , m_joinLimit(joinLimit)
    , m_messages(m_history.size())
{
    lookAtHistory();
}

void SoakFindings::lookAtHistory()
{
    QHash<QString, int> next; // number by author
    for (qsizetype i = 0; i < m_history.size(); ++i) {
        const Message &message = m_history.at(i);
        const Id id(message.authorId, message.clientMessageId);
        if (m_positions.contains(id))
            ++m_doubled;
        m_positions.insert(id, i);
        const int number = message.text.toInt();
        if (number < next.value(message.authorId))
            ++m_outOfOrder;
        next[message.authorId] = number + 1;
        if (i == 0)
            continue;
        const Message &before = m_history.at(i - 1);
        if (message.seq <= before.seq)
            ++m_outOfOrder;
        else if (message.epoch == before.epoch) // over epochs it only grows
            m_lost += message.seq - before.seq - 1;
    }
}

void SoakFindings::compare(const Books &books)
{
    m_posted += books.posted;
    m_notSent += books.refused;
    m_gapsAnnounced += books.missed + books.lost;
    m_notSent += std::abs(books.posted - books.ended.size()); // each ends, and once
    for (const OutboxItem &item : books.ended)
        compareSent(books, item);
    for (const Stay &stay : books.stays)
        compareStay(stay, books.missed + books.lost > 0);
}

bool SoakFindings::isAnnounced(const QString &epoch) const
{
    return m_mayLose && !m_history.isEmpty() && epoch != m_history.last().epoch;
}

bool SoakFindings::isDeleted(qint64 seq) const
{
    return m_mayBeDeleted && !m_history.isEmpty() && seq < m_history.first().seq;
}

void SoakFindings::compareSent(const Books &books, const OutboxItem &item)
{
    const auto position = m_positions.constFind({books.author, item.clientMessageId});
    if (item.state != OutboxItem::State::Sent) {
        const bool isExplained = m_mayLosePlaces && books.lost > 0 && item.state == OutboxItem::State::Failed
            && item.error && item.error->code == Error::Code::NotMember && position == m_positions.constEnd();
        ++(isExplained ? m_withoutPlace : m_notSent);
        return;
    }
    const QString epoch = item.receipt ? item.receipt->epoch : QString();
    const qint64 seq = seqOf(books, item);
    if (position == m_positions.constEnd() && seq > 0 && isDeleted(seq)) {
        ++m_deleted;
        return;
    }
    if (position == m_positions.constEnd()) {
        isAnnounced(epoch) ? ++m_lostAnnounced : ++m_lost;
        return;
    }
    const Message &message = m_history.at(*position);
    const chat::MessageReceipt stored{message.groupId, message.seq, message.epoch, message.sendTime};
    if (message.text != item.text || (item.receipt && item.receipt != stored && !isAnnounced(epoch)))
        ++m_different;
}

qsizetype SoakFindings::compareDeleted(const Stay &stay, bool wasTold)
{
    qsizetype count = 0;
    qint64 last = -1;
    for (const Message &message : stay.seen) {
        if (!isDeleted(message.seq))
            continue;
        ++count;
        if (last >= 0 && message.seq == last)
            ++m_doubled;
        else if (message.seq < last)
            ++m_outOfOrder;
        else if (last >= 0 && !wasTold)
            m_lost += message.seq - last - 1;
        last = std::max(last, message.seq);
    }
    // Up to where the history begins.
    if (count > 0 && !wasTold && (!stay.isOver || count < stay.seen.size()))
        m_lost += m_history.first().seq - last - 1;
    return count;
}

void SoakFindings::compareStay(const Stay &stay, bool wasTold)
{
    ++m_stays;
    m_deliveries += stay.seen.size();
    const qsizetype deleted = compareDeleted(stay, wasTold);
    qsizetype last = -1;
    for (const Message &message : stay.seen) {
        if (isDeleted(message.seq))
            continue;
        const qsizetype position = m_positions.value({message.authorId, message.clientMessageId}, -1);
        if (position < 0 || m_history.at(position) != message) {
            isAnnounced(message.epoch) ? ++m_unseenAnnounced : ++m_different;
            continue;
        }
        if (last < 0 && deleted > 0)
            m_lost += wasTold ? 0 : position;
        else if (last < 0)
            m_lost += std::min(position, std::max<qsizetype>(m_joinLimit - stay.seen.size(), 0));
        else if (position == last)
            ++m_doubled;
        else if (position < last)
            ++m_outOfOrder;
        else
            m_lost += position - last - 1;
        last = std::max(last, position);
    }
    if (!stay.isOver)
        m_lost += m_history.size() - 1 - last;
}

bool SoakFindings::isClean() const
{
    // With nothing lost, as many messages as posts means that there are no others.
    return m_messages + m_lostAnnounced + m_deleted + m_withoutPlace == m_posted
        && (m_mayLose || m_mayBeDeleted || m_mayLosePlaces || m_gapsAnnounced == 0)
        && m_lost + m_doubled + m_outOfOrder + m_different + m_notSent == 0;
}

QString SoakFindings::summary() const
{
    return QStringLiteral("%1 posted, %2 in the history, %3 deliveries in %4 stays; lost %5, doubled %6, "
                          "out of order %7, different %8, not sent %9, gaps announced %10, lost with an "
                          "announcement %11, deleted %12, refused without a place %13")
        .arg(m_posted)
        .arg(m_messages)
        .arg(m_deliveries)
        .arg(m_stays)
        .arg(m_lost)
        .arg(m_doubled)
        .arg(m_outOfOrder)
        .arg(m_different)
        .arg(m_notSent)
        .arg(m_gapsAnnounced)
        .arg(m_lostAnnounced)
        .arg(m_deleted)
        .arg(m_withoutPlace);
}

SoakFindings &SoakFindings::operator+=(const SoakFindings &other)
{
    m_messages += other.m_messages;
    m_posted += other.m_posted;
    m_deliveries += other.m_deliveries;
    m_stays += other.m_stays;
    m_lost += other.m_lost;
    m_doubled += other.m_doubled;
    m_outOfOrder += other.m_outOfOrder;
    m_different += other.m_different;
    m_notSent += other.m_notSent;
    m_gapsAnnounced += other.m_gapsAnnounced;
    m_lostAnnounced += other.m_lostAnnounced;
    m_unseenAnnounced += other.m_unseenAnnounced;
    m_deleted += other.m_deleted;
    m_withoutPlace += other.m_withoutPlace;
    m_mayLose |= other.m_mayLose;
    m_mayBeDeleted |= other.m_mayBeDeleted;
    m_mayLosePlaces |= other.m_mayLosePlaces;
    return *this;
}

} // namespace nextchat::test
