// SPDX-License-Identifier: MIT
#include "client-gui/model/conversation.h"

#include "client-gui/model/messagetext.h"
#include "client-gui/model/timelabels.h"

namespace nextchat::desktop {

namespace {

using chat::Message;

constexpr int gatheringTime = 10; // ms; less than a frame
constexpr qsizetype mostMessages = 100'000; // in memory, and a tenth more; some 50 MiB
constexpr std::chrono::seconds typingTime(5); // an OnTyping counts for so long

} // namespace

Conversation::Conversation(GroupRecord record, const QString &ownUser, QObject *parent)
    : QObject(parent)
    , m_record(std::move(record))
    , m_messages(ownUser)
{
    m_gathering.setSingleShot(true);
    connect(&m_gathering, &QTimer::timeout, this, &Conversation::flush);
    m_typingTimer.setSingleShot(true);
    connect(&m_typingTimer, &QTimer::timeout, this, &Conversation::typingChanged);
}

void Conversation::setPlace(Place place, const QString &problem)
{
    if (place == m_place && problem == m_problem)
        return;
    m_place = place;
    m_problem = problem;
    if (place != Place::Joined)
        m_members.setPresent({});
    Q_EMIT placeChanged();
    Q_EMIT changed();
}

void Conversation::markRead()
{
    const qint64 last = m_messages.lastSeq();
    if (m_record.readSeq >= last && m_unread == 0)
        return;
    m_record.readSeq = std::max(m_record.readSeq, last);
    countUnread();
    Q_EMIT recordChanged();
    Q_EMIT changed();
}

void Conversation::markUnreadLine()
{
    const auto &messages = m_messages.messages();
    const auto first = std::find_if(messages.begin(), messages.end(), [this](const Message &message) {
        return message.seq > m_record.readSeq && message.authorId != m_messages.ownUser();
    });
    m_messages.setFirstUnread(m_record.readSeq >= 0 && first != messages.end() ? first->seq : 0);
}

void Conversation::setDraft(const QString &draft)
{
    if (std::exchange(m_record.draft, draft) == draft)
        return;
    Q_EMIT recordChanged();
    Q_EMIT changed();
}

void Conversation::setMuted(bool muted)
{
    if (std::exchange(m_record.muted, muted) == muted)
        return;
    Q_EMIT recordChanged();
    Q_EMIT changed();
}

void Conversation::setPinned(bool pinned, int position)
{
    if (m_record.pinned == pinned && m_record.position == position)
        return;
    m_record.pinned = pinned;
    m_record.position = position;
    Q_EMIT recordChanged();
    Q_EMIT changed();
}

QStringList Conversation::typing() const
{
    QStringList users;
    for (const auto &[user, until] : m_typing) {
        if (!until.hasExpired())
            users.append(user);
    }
    return users;
}

void Conversation::isTyping(const QString &user)
{
    m_typing.removeIf(
        [&user](const auto &entry) { return entry.first == user || entry.second.hasExpired(); });
    m_typing.append({user, QDeadlineTimer(typingTime)});
    m_typingTimer.start(typingTime + std::chrono::milliseconds(20));
    Q_EMIT typingChanged();
}

void Conversation::stopTyping(const QString &user)
{
    if (m_typing.removeIf([&user](const auto &entry) { return entry.first == user; }) > 0)
        Q_EMIT typingChanged();
}

void Conversation::restore(const QList<Message> &messages)
{
    for (const Message &message : messages)
        m_members.wrote(message.authorId);
    m_messages.reset(messages);
    m_messages.setTop(messages.isEmpty() ? MessageList::Top::Unknown : MessageList::Top::More);
    countUnread();
    Q_EMIT changed();
}

void Conversation::joined(const QList<Message> &newest, bool whole)
{
    flush();
    for (const Message &message : newest)
        m_members.wrote(message.authorId);
    const bool wentOn = m_messages.join(newest, whole);
    if (!wentOn)
        m_messages.setTop(newest.isEmpty() ? MessageList::Top::Beginning : MessageList::Top::More);
    Q_EMIT loaded(newest, !wentOn);
    if (m_record.readSeq < 0) { // joined for the first time: what was before is not news
        m_record.readSeq = m_messages.lastSeq();
        Q_EMIT recordChanged();
    }
    countUnread();
    Q_EMIT changed();
}

void Conversation::received(const Message &message)
{
    m_gathered.append(message);
    if (m_gathering.isActive())
        return;
    const bool recently = m_sinceFlush.isValid() && m_sinceFlush.elapsed() < gatheringTime;
    m_gathering.start(recently ? gatheringTime : 0);
}

void Conversation::flush()
{
    m_gathering.stop();
    m_sinceFlush.start();
    const QList<Message> arrivals = std::exchange(m_gathered, {});
    if (arrivals.isEmpty())
        return;
    for (const Message &message : arrivals) {
        m_members.wrote(message.authorId);
        stopTyping(message.authorId);
    }
    const bool afterGap = m_messages.gapComes();
    if (m_messages.top() == MessageList::Top::Unknown)
        m_messages.setTop(MessageList::Top::More);
    m_messages.append(arrivals);
    Q_EMIT loaded(arrivals, afterGap);
    if (const qsizetype count = m_messages.messages().size(); count > mostMessages + mostMessages / 10)
        m_messages.dropOldest(static_cast<int>(count - mostMessages));
    if (m_record.readSeq < 0)
        m_record.readSeq = arrivals.first().seq - 1;
    countUnread();
    Q_EMIT changed();
    Q_EMIT arrived(arrivals);
}

void Conversation::older(const QList<Message> &messages)
{
    for (const Message &message : messages) {
        if (!m_members.isPresent(message.authorId))
            m_members.wrote(message.authorId);
    }
    m_messages.prepend(messages);
    if (!m_messages.hasGaps())
        Q_EMIT loaded(messages, false);
    countUnread();
    Q_EMIT changed();
}

void Conversation::mayHaveMissed()
{
    flush();
    m_messages.markGap();
}

void Conversation::countUnread()
{
    if (m_record.readSeq < 0) {
        m_unread = 0;
        m_mentioned = m_moreUnread = false;
        return;
    }
    m_unread = m_messages.othersAfter(m_record.readSeq);
    m_moreUnread = m_unread > 0 && m_messages.firstSeq() > m_record.readSeq + 1 && m_record.readSeq > 0;
    const auto &messages = m_messages.messages();
    m_mentioned = m_unread > 0
        && std::any_of(messages.rbegin(), messages.rbegin() + std::min<qsizetype>(messages.size(), 500),
                       [this](const Message &message) {
                           return message.seq > m_record.readSeq && message.authorId != m_messages.ownUser()
                               && mentions(message.text, m_messages.ownUser());
                       });
}

QString Conversation::lastText() const
{
    const auto &messages = m_messages.messages();
    return messages.isEmpty() ? QString() : preview(messages.last().text);
}

QString Conversation::lastAuthor() const
{
    const auto &messages = m_messages.messages();
    return messages.isEmpty() ? QString() : messages.last().authorId;
}

QDateTime Conversation::lastTime() const
{
    const auto &messages = m_messages.messages();
    return messages.isEmpty() ? QDateTime() : localTime(messages.last().sendTime);
}

} // namespace nextchat::desktop
