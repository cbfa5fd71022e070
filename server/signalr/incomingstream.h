// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/convert.h"
#include "common/support/expected.h"

#include <coroutine>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace nextchat::signalr {

// What waits in all client-to-server streams of a connection; shared with the streams, which may outlive it.
struct WaitingItems
{
    qsizetype bytes = 0; // as they were on the wire
    std::function<void()> taken = {}; // some were; null once the connection is over
};

// A running client-to-server stream. Shared by the connection, which fills it, and the method that reads it;
// one thread. One coroutine reads at a time.
class IncomingStream
{
public:
    // An item, nothing at the end, or why there are no more.
    using Next = Expected<std::optional<Value>>;

    explicit IncomingStream(std::shared_ptr<WaitingItems> waiting)
        : m_waiting(std::move(waiting))
    { }
    ~IncomingStream() { abandon(); }
    IncomingStream(const IncomingStream &) = delete;
    IncomingStream &operator=(const IncomingStream &) = delete;

    // The connection's side. What waits for an item goes on before these return. `size` in bytes.
    void push(Value item, qsizetype size);
    void end(std::optional<Error> error = {}); // the first end counts
    // Nobody will read any more.
    void abandon();

    // The method's side.
    [[nodiscard]] bool isReady() const { return !m_items.empty() || m_ended; }
    void wait(std::coroutine_handle<> reader) { m_reader = reader; }
    [[nodiscard]] Next take();

private:
    struct Item
    {
        Value value;
        qsizetype size;
    };

    void wake();
    void release(qsizetype size);

    std::shared_ptr<WaitingItems> m_waiting;
    std::deque<Item> m_items;
    std::optional<Error> m_error;
    bool m_ended = false;
    bool m_abandoned = false;
    std::coroutine_handle<> m_reader;
};

// What a hub method takes as a parameter for a stream that the client sends along: `co_await reader.next()`.
template <typename T> class StreamReader
{
public:
    class Next
    {
    public:
        explicit Next(IncomingStream &stream)
            : m_stream(&stream)
        { }
        [[nodiscard]] bool await_ready() const { return m_stream->isReady(); }
        void await_suspend(std::coroutine_handle<> reader) { m_stream->wait(reader); }
        Expected<std::optional<T>> await_resume()
        {
            IncomingStream::Next next = m_stream->take();
            if (!next)
                return tl::unexpected(std::move(next.error()));
            if (!*next)
                return std::optional<T>();
            std::optional<T> item = Convert<T>::from(**next);
            if (!item) {
                m_stream->abandon();
                return failure(Error::Code::Protocol, QStringLiteral("Failed to bind Stream message."));
            }
            return std::optional<T>(std::move(item));
        }

    private:
        IncomingStream *m_stream;
    };

    explicit StreamReader(std::shared_ptr<IncomingStream> stream)
        : m_stream(std::move(stream))
    { }

    // The next item; nothing when the client has completed the stream. Fails with the client's error, when an
    // item is of another type, or when the connection is over; nothing comes after that.
    [[nodiscard]] Next next() { return Next(*m_stream); }

private:
    std::shared_ptr<IncomingStream> m_stream;
};

} // namespace nextchat::signalr
