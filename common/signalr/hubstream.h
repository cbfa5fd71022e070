// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/deferred.h"
#include "common/signalr/value.h"
#include "common/support/expected.h"

#include <qcorotask.h>

#include <deque>
#include <functional>

namespace nextchat::signalr {

// The items of one streaming call as they arrive. Owned by the caller, used in the thread of its
// HubConnection, which it may outlive. Destroying it cancels the stream.
class HubStream
{
public:
    // What the connection and the reader share.
    struct State
    {
        std::deque<Value> items; // arrived, not yet taken; at most `maximumItems`
        std::optional<Expected<void>> end;
        std::optional<Deferred<bool>> waiting; // the reader, when there is nothing to take
        std::function<void()> cancel; // tells the server; null once the stream has ended
        qsizetype maximumItems = 0;

        void push(Value item);
        void finish(Expected<void> how);
        void finishLater(Expected<void> how); // for destructors
    };

    explicit HubStream(std::shared_ptr<State> state);
    HubStream(HubStream &&) noexcept = default;
    HubStream &operator=(HubStream &&) = delete;
    ~HubStream();

    // The next item; absent at the end of the stream; an error when it ended with one (those of
    // HubConnection::invoke, and LimitReached when items came faster than they were taken). One call at a
    // time.
    [[nodiscard]] QCoro::Task<Expected<std::optional<Value>>> next();

    // Tells the server to stop. Items that are already there can still be taken; then the stream ends with
    // Cancelled.
    void cancel();

private:
    static QCoro::Task<Expected<std::optional<Value>>> next(std::shared_ptr<State> state);

    std::shared_ptr<State> m_state;
};

} // namespace nextchat::signalr
