// SPDX-License-Identifier: MIT
#include "client-cli/conversations.h"

#include "common/chat/mention.h"

namespace nextchat::console {

void Conversations::talkIn(const QString &groupId)
{
    m_current = groupId;
}

bool Conversations::showsNow(const chat::Message &message, const QString &user)
{
    if (m_current.isEmpty() || m_current == message.groupId)
        return true;
    Waiting &waiting = m_waiting[message.groupId];
    waiting.unread.newest.append(message);
    if (waiting.unread.newest.size() > keptUnread) {
        waiting.unread.newest.removeFirst();
        waiting.unread.hasMore = true;
    }
    if (message.authorId == user)
        return false;
    ++waiting.unread.count;
    waiting.isMentioned = waiting.isMentioned || chat::mentions(message.text, user);
    return false;
}

QList<UnreadMark> Conversations::unread() const
{
    QList<UnreadMark> marks;
    for (auto it = m_waiting.begin(); it != m_waiting.end(); ++it) {
        if (it->unread.count > 0)
            marks.append({it.key(), it->unread.count, it->isMentioned});
    }
    return marks;
}

QStringList Conversations::waitingGroups() const
{
    return m_waiting.keys();
}

Conversations::Unread Conversations::takeUnread(const QString &groupId)
{
    Unread unread = m_waiting.take(groupId).unread;
    if (unread.hasMore) // looking back goes on there
        m_oldestShown.insert(groupId, unread.newest.first().seq);
    return unread;
}

void Conversations::joined(const QString &groupId, const QList<chat::Message> &page)
{
    if (!m_oldestShown.contains(groupId)) // joining again gives only what is new
        lookedBack(groupId, page);
}

void Conversations::lookedBack(const QString &groupId, const QList<chat::Message> &page)
{
    if (!page.isEmpty())
        m_oldestShown.insert(groupId, page.first().seq);
}

std::optional<qint64> Conversations::oldestShown(const QString &groupId) const
{
    const auto found = m_oldestShown.constFind(groupId);
    return found == m_oldestShown.constEnd() ? std::nullopt : std::optional(*found);
}

void Conversations::forget(const QString &groupId)
{
    m_waiting.remove(groupId);
    m_oldestShown.remove(groupId);
    if (m_current == groupId)
        m_current.clear();
}

void Conversations::clear()
{
    m_current.clear();
    m_waiting.clear();
    m_oldestShown.clear();
}

} // namespace nextchat::console
