// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/deferred.h"
#include "common/signalr/hubmessage.h"
#include "common/signalr/hubstream.h"
#include "common/support/expected.h"

#include <QDeadlineTimer>
#include <QTimer>

#include <deque>
#include <map>

namespace nextchat::signalr {

// The calls that a client has sent and that are not complete. Lives in its connection's thread. Every call
// ends: answered, timed out, failed with the connection, or, when this is destroyed, failed from the event
// loop.
class PendingCalls
{
public:
    using Answer = Deferred<Expected<Value>>;

    // `callTimeout` 0: calls wait for as long as the connection lives. Streams always do.
    PendingCalls(std::chrono::milliseconds callTimeout, qsizetype maximum);
    PendingCalls(const PendingCalls &) = delete;
    PendingCalls &operator=(const PendingCalls &) = delete;
    ~PendingCalls();

    [[nodiscard]] bool isFull() const { return static_cast<qsizetype>(m_calls.size()) >= m_maximum; }

    // The new call's invocation id.
    [[nodiscard]] QString add(const Answer &answer);
    [[nodiscard]] QString add(std::shared_ptr<HubStream::State> stream);
    void forget(const QString &invocationId);

    // What the server says. Unknown ids are ignored: the call may have timed out or been cancelled. The
    // receiver goes on before these return, and may destroy this.
    void item(StreamItem &&item);
    void complete(Completion &&completion);
    void failAll(const Error &error);

private:
    using Call = std::variant<Answer, std::shared_ptr<HubStream::State>>;

    [[nodiscard]] QString insert(Call call);
    void expire();

    std::map<qint64, Call> m_calls;
    qint64 m_lastId = 0;
    const std::chrono::milliseconds m_callTimeout;
    const qsizetype m_maximum;
    std::deque<std::pair<QDeadlineTimer, qint64>>
        m_deadlines; // in the order of the calls, which is theirs too
    QTimer m_expiry;
};

} // namespace nextchat::signalr
