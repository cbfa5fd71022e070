// SPDX-License-Identifier: MIT
#include "common/chat/groupwatches.h"

#include "common/chat/retrypause.h"

#include <QPointer>

namespace nextchat::chat {

GroupWatches::GroupWatches(Watch watch, QObject *parent)
    : QObject(parent)
    , m_watch(std::move(watch))
{ }

void GroupWatches::began(const QString &groupId)
{
    m_watched.insert(groupId, true);
}

void GroupWatches::ended(const QString &groupId)
{
    m_watched.remove(groupId);
}

void GroupWatches::connectionLost()
{
    ++m_connection;
    for (bool &here : m_watched)
        here = false;
}

void GroupWatches::resumed(const QString &groupId)
{
    const auto found = m_watched.find(groupId);
    if (found != m_watched.end() && !std::exchange(*found, true))
        watchAgain(groupId);
}

void GroupWatches::clear()
{
    ++m_connection;
    m_watched.clear();
}

QCoro::Task<> GroupWatches::watchAgain(QString groupId)
{
    const QPointer<GroupWatches> self(this);
    const quint64 connection = m_connection;
    const auto isWanted = [&] { return self && connection == m_connection && m_watched.contains(groupId); };
    for (int attempt = 0; isWanted(); ++attempt) {
        const Expected<void> watched = co_await m_watch(groupId);
        if (watched || !isWanted())
            co_return;
        if (!watched.error().retryable()) { // we are no longer in it
            ended(groupId);
            co_return;
        }
        co_await retryPause(attempt, this);
    }
}

} // namespace nextchat::chat
