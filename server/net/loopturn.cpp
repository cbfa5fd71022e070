// SPDX-License-Identifier: MIT
#include "server/net/loopturn.h"

#include "server/net/stream.h"

#include <QCoreApplication>
#include <QEvent>

namespace nextchat::net {

namespace {

const QEvent::Type turnEnds = static_cast<QEvent::Type>(QEvent::registerEventType());

} // namespace

TurnTask::~TurnTask()
{
    if (m_turn)
        std::replace(m_turn->m_tasks.begin(), m_turn->m_tasks.end(), this, static_cast<TurnTask *>(nullptr));
}

LoopTurn::LoopTurn(QObject *parent)
    : QObject(parent)
{ }

LoopTurn::~LoopTurn()
{
    for (TurnTask *task : m_tasks) {
        if (task)
            task->m_turn = nullptr;
    }
}

void LoopTurn::schedule()
{
    if (std::exchange(m_scheduled, true))
        return;
    // Below the mailbox in priority: what other threads have sent by then is flushed along.
    QCoreApplication::postEvent(this, new QEvent(turnEnds), Qt::LowEventPriority);
}

void LoopTurn::callLater(TurnTask *task)
{
    if (task->m_turn)
        return;
    task->m_turn = this;
    m_tasks.push_back(task);
    schedule();
}

void LoopTurn::flushLater(Stream *stream)
{
    m_dirty.push_back(stream);
    schedule();
}

void LoopTurn::forget(Stream *stream)
{
    std::replace(m_dirty.begin(), m_dirty.end(), stream, static_cast<Stream *>(nullptr));
}

bool LoopTurn::event(QEvent *event)
{
    if (event->type() != turnEnds)
        return QObject::event(event);
    m_scheduled = false;
    for (std::size_t i = 0; i < m_tasks.size(); ++i) { // tasks may add others
        if (TurnTask *task = std::exchange(m_tasks[i], nullptr)) {
            task->m_turn = nullptr;
            task->turnEnds();
        }
    }
    m_tasks.clear();
    // Flushing may find a connection broken, which may write to others (they are flushed along), delete
    // streams of this list, or retire objects.
    for (std::size_t i = 0; i < m_dirty.size(); ++i) {
        if (i + 2 < m_dirty.size())
            __builtin_prefetch(m_dirty[i + 2]); // many streams: each is far from the one before
        if (Stream *stream = std::exchange(m_dirty[i], nullptr))
            stream->flushAtTurnEnd();
    }
    m_dirty.clear();
    const auto retired = std::exchange(m_retired, {});
    return true;
}

} // namespace nextchat::net
