// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"
#include "common/support/expected.h"

#include <functional>
#include <memory>

namespace nextchat::signalr {

// A stream that the client sends along with a call: made before it, named in HubConnection::invoke() or
// stream(), then filled. Used in the thread of its connection, which it may outlive. Destroying it before
// complete() ends the stream with an error.
class HubUpload
{
public:
    HubUpload();
    HubUpload(HubUpload &&) noexcept = default;
    HubUpload &operator=(HubUpload &&) = delete;
    ~HubUpload();

    // Queues an item. Conflict before the call and after complete(), Unavailable when the connection that
    // made the call is gone, LimitReached when too much waits (the item may be written again later).
    Expected<void> write(const Value &item);
    // Ends the stream, with an error for the hub's method when that is not null.
    Expected<void> complete(const QString &error = {});

private:
    friend class HubConnection;

    enum class Message { Item, Completion };
    struct State
    {
        // Set by the call, null before; gone with the connection.
        std::function<Expected<void>(Message, const Value &item, const QString &error)> send;
        bool isComplete = false;
    };

    std::shared_ptr<State> m_state;
};

} // namespace nextchat::signalr
