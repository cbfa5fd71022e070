// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <functional>
#include <memory>

struct redisAsyncContext;

namespace nextchat::broker::redis {

// Lets a context of hiredis live in this thread's event loop. What is to be sent leaves at the end of the
// turn, all of it at once; only what the socket does not take waits for a notifier. Belongs to the thread
// that made it.
class EventHooks : public QObject
{
    Q_OBJECT

public:
    // Takes the context's event hooks; `context` may be freed by hiredis at any time, which calls them.
    explicit EventHooks(redisAsyncContext *context);

    // Reads what the socket has, now. The context may be gone afterwards.
    void read();
    // From now on what is to be sent need not wait for a notifier.
    void connected() { m_isConnected = true; }

    [[nodiscard]] bool hasContext() const { return m_context != nullptr; }

protected:
    bool event(QEvent *event) override;

private:
    static void setReading(void *hooks, bool on);
    static void addWrite(void *hooks);
    static void removeWrite(void *hooks);
    static void cleanUp(void *hooks);

    redisAsyncContext *m_context; // null once hiredis frees it
    QSocketNotifier m_readable;
    QSocketNotifier m_writable;
    bool m_isConnected = false;
    bool m_isPosted = false;
    bool m_isFlushing = false;
};

} // namespace nextchat::broker::redis
