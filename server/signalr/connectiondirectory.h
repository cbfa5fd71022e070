// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpconnection.h"

#include <QByteArray>
#include <QHash>
#include <QSet>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace nextchat::signalr {

enum class TransportKind { WebSockets, ServerSentEvents, LongPolling };

// The I/O thread in which a connection lives. Any thread; outlives all connections.
class ConnectionHome
{
public:
    virtual ~ConnectionHome() = default;

    // Answers there the request with which it comes.
    virtual void take(net::MovedConnection connection) = 0;
};

// Which negotiated connections of the process are open, where, and by which transport: their requests may
// come in on any socket. Remembers for a while which have ended, since a token opens one connection only.
// Any thread; takes a lock, but not on the way of messages over WebSockets. Outlives its entries.
class ConnectionDirectory
{
public:
    using Clock = std::chrono::steady_clock;

    struct Attachment
    {
        TransportKind kind;
        ConnectionHome *home;
    };

    // A connection's being open; ends with its destruction.
    class Entry
    {
    public:
        Entry(ConnectionDirectory &directory, QByteArray connectionId);
        ~Entry();
        Entry(const Entry &) = delete;
        Entry &operator=(const Entry &) = delete;

    private:
        ConnectionDirectory &m_directory;
        QByteArray m_connectionId;
    };

    // That ended ones are remembered, the last of them: whoever opens and ends connections without a pause
    // can only have used tokens of their own taken again.
    static constexpr std::size_t mostEnded = 100'000;

    // Ended ones are remembered for at least `memory`, unless there are too many.
    explicit ConnectionDirectory(std::chrono::seconds memory)
        : m_memory(memory)
    { }

    // The id is not in use.
    [[nodiscard]] std::unique_ptr<Entry> add(const QByteArray &connectionId, const Attachment &attachment);
    [[nodiscard]] std::optional<Attachment> find(const QByteArray &connectionId) const;
    // Whether a connection of that id was open and is no more.
    [[nodiscard]] bool hasEnded(const QByteArray &connectionId) const;

private:
    struct Ended
    {
        Clock::time_point when;
        QByteArray connectionId;
    };

    void remove(const QByteArray &connectionId, Clock::time_point now);

    mutable std::mutex m_mutex;
    std::chrono::seconds m_memory;
    QHash<QByteArray, Attachment> m_open;
    QSet<QByteArray> m_endedIds;
    std::deque<Ended> m_ended; // oldest first
};

} // namespace nextchat::signalr
