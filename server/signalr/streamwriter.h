// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/convert.h"

#include <qcorotask.h>

#include <memory>

namespace nextchat::signalr {

class HubConnectionContext;

// A running server-to-client stream. Shared by the connection, which cancels it, and the method that fills
// it; one thread.
class OutgoingStream
{
public:
    OutgoingStream(std::shared_ptr<HubConnectionContext> connection, QString invocationId);
    ~OutgoingStream();

    // Sends an item once the connection has room for it. False when nobody wants more: the client cancelled,
    // or the connection is over.
    [[nodiscard]] QCoro::Task<bool> write(Value item);
    [[nodiscard]] bool isCancelled() const { return m_cancelled; }

    void cancel() { m_cancelled = true; }

private:
    std::shared_ptr<HubConnectionContext> m_connection;
    QString m_invocationId;
    bool m_cancelled = false;
};

// What a streaming hub method takes as its first parameter. The stream completes when the method returns.
template <typename T> class StreamWriter
{
public:
    explicit StreamWriter(std::shared_ptr<OutgoingStream> stream)
        : m_stream(std::move(stream))
    { }

    // False when the method should stop. Throws when the item cannot be encoded, which ends the stream with
    // an error: a gap in it would go unnoticed.
    [[nodiscard]] QCoro::Task<bool> write(const T &item) { return m_stream->write(Convert<T>::to(item)); }
    [[nodiscard]] bool isCancelled() const { return m_stream->isCancelled(); }

private:
    std::shared_ptr<OutgoingStream> m_stream;
};

} // namespace nextchat::signalr
