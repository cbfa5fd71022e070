// SPDX-License-Identifier: MIT
#include "server/broker/redis/eventhooks.h"

#include <QCoreApplication>
#include <QEvent>

#include <hiredis/async.h>

namespace nextchat::broker::redis {

EventHooks::EventHooks(redisAsyncContext *context)
    : m_context(context)
    , m_readable(context->c.fd, QSocketNotifier::Read)
    , m_writable(context->c.fd, QSocketNotifier::Write)
{
    m_readable.setEnabled(false);
    m_writable.setEnabled(false);
    context->ev.data = this;
    context->ev.addRead = [](void *hooks) { setReading(hooks, true); };
    context->ev.delRead = [](void *hooks) { setReading(hooks, false); };
    context->ev.addWrite = &addWrite;
    context->ev.delWrite = &removeWrite;
    context->ev.cleanup = &cleanUp;
    connect(&m_readable, &QSocketNotifier::activated, this, &EventHooks::read);
    connect(&m_writable, &QSocketNotifier::activated, this, [this] {
        if (m_context)
            redisAsyncHandleWrite(m_context);
    });
}

void EventHooks::read()
{
    if (m_context)
        redisAsyncHandleRead(m_context);
}

void EventHooks::setReading(void *hooks, bool on)
{
    auto &self = *static_cast<EventHooks *>(hooks);
    if (self.m_readable.isEnabled() != on)
        self.m_readable.setEnabled(on);
}

void EventHooks::addWrite(void *hooks)
{
    auto &self = *static_cast<EventHooks *>(hooks);
    if (!self.m_isConnected || self.m_isFlushing) {
        self.m_writable.setEnabled(true); // it connects, or the socket takes no more
    } else if (!self.m_writable.isEnabled() && !std::exchange(self.m_isPosted, true)) {
        QCoreApplication::postEvent(&self, new QEvent(QEvent::User));
    }
}

bool EventHooks::event(QEvent *event)
{
    if (event->type() != QEvent::User)
        return QObject::event(event);
    m_isPosted = false;
    if (m_context) {
        m_isFlushing = true;
        redisAsyncHandleWrite(m_context);
        m_isFlushing = false;
    }
    return true;
}

void EventHooks::removeWrite(void *hooks)
{
    auto &self = *static_cast<EventHooks *>(hooks);
    if (self.m_writable.isEnabled())
        self.m_writable.setEnabled(false);
}

// hiredis closes the socket next.
void EventHooks::cleanUp(void *hooks)
{
    auto &self = *static_cast<EventHooks *>(hooks);
    self.m_context = nullptr;
    self.m_readable.setEnabled(false);
    self.m_writable.setEnabled(false);
}

} // namespace nextchat::broker::redis
