// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/negotiator.h"

#include <QObject>

#include <memory>

namespace nextchat::signalr {

// What carries the bytes of a connection to a hub and back: one of SignalR's three ways (signalr-notes 1.3).
// Lives in its connection's thread. Only release() deletes it.
class ClientTransport : public QObject
{
    Q_OBJECT

public:
    enum class Format { Text, Binary };

    virtual void open() = 0; // once

    // Queues bytes; between opened() and ended() only.
    virtual void send(const QByteArray &bytes, Format format) = 0;
    [[nodiscard]] virtual qsizetype bytesToWrite() const = 0; // queued, or under way

    // Takes leave of the server where the transport needs that, for closeTimeout at most, and is deleted from
    // the event loop: may be called in its own signals. Nobody listens to them any more.
    virtual void release() = 0;

Q_SIGNALS:
    void opened();
    void received(const QByteArray &bytes); // no record: any part of one, or of several
    void heard(); // a sign of life of the server without bytes
    void ended(const nextchat::Error &error); // once, and the last: it was lost, or did not come about

protected:
    using QObject::QObject;
};

// A transport of that kind to the address, which must offer it. Not opened yet.
[[nodiscard]] ClientTransport *makeTransport(HubTransport kind, const HubConnectionOptions &options,
                                             const HubAddress &address, const HubNetwork &network);

} // namespace nextchat::signalr
