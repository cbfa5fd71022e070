// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>
#include <qcorotask.h>

#include <exception>

namespace nextchat::signalr {

class HubConnectionContext;

// Why a connection is over, as its hub sees it.
enum class DisconnectReason {
    Ended, // the client said so, or the server ended it for good
    Lost, // it broke, or the server asked the client to reconnect
};

// The server's side of one connection: its methods are what the client calls. One object per connection, made
// and used in the connection's thread. It lives until disconnected() was called and every call of it has
// completed.
class Hub
{
public:
    virtual ~Hub() = default;

    // Runs after the handshake and before the first invocation. An error closes the connection.
    [[nodiscard]] virtual QCoro::Task<Expected<void>> connected() { co_return Expected<void>(); }
    // Once for every connected(), when the connection is over. Calls may still be running, and a send() to
    // this connection may be what found out: whoever sends to many in a loop must expect it.
    virtual void disconnected(DisconnectReason) { }

    // Asked once for each call, before it starts, also where there is no such method or its arguments are
    // wrong; an error refuses the call with that text.
    [[nodiscard]] virtual Expected<void> admit(const QString &method)
    {
        Q_UNUSED(method)
        return {};
    }
    // What the caller is told when a method threw; null: the engine's text.
    [[nodiscard]] virtual QString describeUnforeseen(const QString &method, const std::exception &thrown)
    {
        Q_UNUSED(method)
        Q_UNUSED(thrown)
        return {};
    }
};

} // namespace nextchat::signalr
