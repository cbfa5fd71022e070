// SPDX-License-Identifier: MIT
#include "common/chat/groupsessions.h"

#include "common/chat/retrypause.h"

#include <QPointer>

namespace nextchat::chat {

namespace {

constexpr int resumedAtOnce = 4;

} // namespace

GroupSessions::GroupSessions(Resume resume, QObject *parent)
    : QObject(parent)
    , m_resume(std::move(resume))
{ }

QStringList GroupSessions::joined() const
{
    QStringList groups;
    for (const auto &[groupId, session] : m_sessions) {
        if (session.joined)
            groups.append(groupId);
    }
    return groups;
}

bool GroupSessions::isJoined(const QString &groupId) const
{
    const auto found = m_sessions.find(groupId);
    return found != m_sessions.end() && found->second.joined;
}

bool GroupSessions::isCaughtUp(const QString &groupId) const
{
    const auto found = m_sessions.find(groupId);
    return found != m_sessions.end() && found->second.joined && !found->second.timeline.isHolding();
}

void GroupSessions::joinBegins(const QString &groupId)
{
    m_sessions.try_emplace(groupId);
    m_joining.append(groupId);
}

void GroupSessions::joinEnds(const QString &groupId, bool successfully)
{
    m_joining.removeOne(groupId);
    const auto found = m_sessions.find(groupId);
    if (found == m_sessions.end())
        return;
    if (successfully)
        found->second.joined = true;
    else if (!found->second.joined && !m_joining.contains(groupId))
        m_sessions.erase(found);
}

void GroupSessions::leave(const QString &groupId)
{
    m_sessions.erase(groupId);
    m_toResume.removeAll(groupId);
}

void GroupSessions::history(const QList<Message> &messages)
{
    if (messages.isEmpty() && m_joining.isEmpty())
        return;
    const QString groupId = messages.isEmpty() ? m_joining.front() : messages.front().groupId;
    const auto found = m_sessions.find(groupId);
    if (found == m_sessions.end()) {
        Q_EMIT historyReceived(groupId, messages);
        return;
    }
    const GroupTimeline::Step step = found->second.timeline.history(messages);
    if (step.needsResume)
        wantResume(groupId);
    else
        Q_EMIT historyReceived(groupId, step.messages);
}

void GroupSessions::message(const Message &message)
{
    const auto found = m_sessions.find(message.groupId);
    if (found == m_sessions.end()) {
        Q_EMIT messageReceived(message);
        return;
    }
    (void)pass(message.groupId, found->second.timeline.live(message));
}

void GroupSessions::epoch(const QString &groupId, const QString &epoch)
{
    const auto found = m_sessions.find(groupId);
    if (found != m_sessions.end())
        (void)pass(groupId, found->second.timeline.epochBegan(epoch));
}

void GroupSessions::connectionLost()
{
    m_connected = false;
    m_toResume.clear();
    for (auto &[groupId, session] : m_sessions) {
        session.timeline.hold();
        session.resuming = false;
    }
}

void GroupSessions::reconnected()
{
    m_connected = true;
    ++m_connection;
    for (const QString &groupId : joined())
        wantResume(groupId);
}

void GroupSessions::clear()
{
    m_sessions.clear();
    m_toResume.clear();
    m_connected = true; // for the next start
    ++m_connection;
}

void GroupSessions::wantResume(const QString &groupId)
{
    Session &session = m_sessions[groupId];
    if (!m_connected || std::exchange(session.resuming, true))
        return;
    session.attempts = 0;
    queueResume(groupId);
}

void GroupSessions::queueResume(const QString &groupId)
{
    m_toResume.append(groupId);
    if (m_resuming < resumedAtOnce)
        resumeQueued();
}

QCoro::Task<> GroupSessions::resumeQueued()
{
    const QPointer<GroupSessions> self(this);
    ++m_resuming;
    while (self && !m_toResume.isEmpty()) {
        const QString groupId = m_toResume.takeFirst();
        const bool again = co_await resumeOnce(groupId);
        if (self && again)
            resumeLater(groupId);
    }
    if (self)
        --m_resuming;
}

// Others have their turn meanwhile: of several Redis servers, that of this group alone may be away.
QCoro::Task<> GroupSessions::resumeLater(QString groupId)
{
    const QPointer<GroupSessions> self(this);
    const quint64 connection = m_connection;
    co_await retryPause(m_sessions[groupId].attempts++, this);
    if (!self || connection != m_connection || !m_connected)
        co_return; // the next connection resumes it
    const auto session = m_sessions.find(groupId);
    if (session != m_sessions.end() && session->second.resuming && !m_toResume.contains(groupId))
        queueResume(groupId);
}

// True when it is to be tried again.
QCoro::Task<bool> GroupSessions::resumeOnce(QString groupId)
{
    const QPointer<GroupSessions> self(this);
    const quint64 connection = m_connection;
    const auto before = m_sessions.find(groupId);
    if (before == m_sessions.end() || !m_connected)
        co_return false;
    const Expected<ResumeResult> result =
        co_await m_resume(groupId, before->second.timeline.epoch(), before->second.timeline.seq());
    if (!self || connection != m_connection || !m_connected)
        co_return false; // the next connection resumes it
    const auto session = m_sessions.find(groupId);
    if (session == m_sessions.end())
        co_return false; // left
    if (!result) {
        if (result.error().retryable())
            co_return true;
        lose(groupId, result.error());
        co_return false;
    }
    if (result->result == GroupJoinResult::NoRoom) {
        lose(groupId,
             Error{Error::Code::LimitReached, u"There is no room in group '" % groupId % u"' any more."});
        co_return false;
    }
    session->second.resuming = false;
    const GroupTimeline::Step step = session->second.timeline.resumed(*result);
    if (pass(groupId, step) && !step.needsResume)
        Q_EMIT caughtUp(groupId);
    co_return false;
}

// False when this is gone.
bool GroupSessions::pass(const QString &groupId, const GroupTimeline::Step &step)
{
    const QPointer<GroupSessions> self(this);
    if (step.mayHaveMissed)
        Q_EMIT mayHaveMissed(groupId);
    for (const Message &message : step.messages) {
        if (!self)
            return false;
        Q_EMIT messageReceived(message);
    }
    if (self && step.needsResume && m_sessions.contains(groupId))
        wantResume(groupId);
    return self;
}

void GroupSessions::lose(const QString &groupId, const Error &error)
{
    leave(groupId);
    Q_EMIT groupLost(groupId, error);
}

} // namespace nextchat::chat
