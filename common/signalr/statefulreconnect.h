// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"

#include <QtGlobal>

#include <deque>
#include <utility>

// What both sides of a stateful reconnect keep (signalr-notes 1.9). Messages that count have ids from 1 on,
// in each direction of their own, over all transports of the connection.
namespace nextchat::signalr {

// Whether the message has an id.
[[nodiscard]] inline bool isCounted(const HubMessage &message)
{
    return std::visit(
        [](const auto &held) {
            using T = std::decay_t<decltype(held)>;
            return std::is_same_v<
                       T,
                       Invocation> || std::is_same_v<T, StreamItem> || std::is_same_v<T, Completion> || std::is_same_v<T, CancelInvocation>;
        },
        message);
}

// What was sent and not yet acknowledged, to be sent again over the next transport. `Payload` holds one or
// more encoded messages. One thread.
template <typename Payload> class ReplayBuffer
{
public:
    // `bytes` as they count against limits, `messages` at least 1.
    void add(Payload payload, qint64 messages, qsizetype bytes)
    {
        m_entries.push_back({std::move(payload), m_next, m_next + messages - 1, bytes});
        m_next += messages;
        m_bytes += bytes;
    }

    // False when nothing of that id was sent: the peer is wrong. What was acknowledged before may be again.
    [[nodiscard]] bool acknowledge(qint64 id)
    {
        if (id < 1 || id >= m_next)
            return false;
        while (!m_entries.empty() && m_entries.front().last <= id) {
            m_bytes -= m_entries.front().bytes;
            m_entries.pop_front();
        }
        return true;
    }

    // What the Sequence message says before everything is sent again: the id of the first that is.
    [[nodiscard]] qint64 sequenceId() const { return m_entries.empty() ? m_next : m_entries.front().first; }
    [[nodiscard]] qsizetype bytes() const { return m_bytes; }

    // Calls `send` with each payload, oldest first.
    template <typename Send> void replay(const Send &send) const
    {
        for (const Entry &entry : m_entries)
            send(entry.payload);
    }

private:
    struct Entry
    {
        Payload payload;
        qint64 first; // ids
        qint64 last;
        qsizetype bytes;
    };

    std::deque<Entry> m_entries;
    qint64 m_next = 1; // id of the next message
    qsizetype m_bytes = 0;
};

// Counts what is received, so that what comes again over another transport is taken once. One thread.
class ReceivedSequence
{
public:
    // A message that counts has come: whether it is new.
    [[nodiscard]] bool take()
    {
        const qint64 id = m_next++;
        if (id <= m_latest)
            return false;
        m_latest = id;
        return true;
    }

    // What comes next has this id. False when that leaves a gap, or is no id: the peer is wrong.
    [[nodiscard]] bool restart(qint64 id)
    {
        if (id < 1 || id > m_latest + 1)
            return false;
        m_next = id;
        return true;
    }

    // The id to acknowledge, 0 when there is nothing new since the last time.
    [[nodiscard]] qint64 takeUnacknowledged()
    {
        return m_latest == std::exchange(m_acknowledged, m_latest) ? 0 : m_latest;
    }
    // As takeUnacknowledged(), again on a new transport: an acknowledgement may have been lost.
    void forgetAcknowledged() { m_acknowledged = 0; }

private:
    qint64 m_next = 1;
    qint64 m_latest = 0;
    qint64 m_acknowledged = 0;
};

} // namespace nextchat::signalr
