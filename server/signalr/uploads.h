// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"
#include "server/signalr/incomingstream.h"

#include <unordered_map>
#include <vector>

namespace nextchat::signalr {

// The client-to-server streams of one connection, by their ids. One thread.
class Uploads
{
public:
    using Streams = std::vector<std::shared_ptr<IncomingStream>>;

    // More than `most` bytes waiting is too much; `taken` is called whenever some were taken.
    Uploads(qsizetype most, std::function<void()> taken);
    ~Uploads();
    Uploads(const Uploads &) = delete;
    Uploads &operator=(const Uploads &) = delete;

    [[nodiscard]] std::size_t size() const { return m_streams.size(); }
    [[nodiscard]] bool contains(const QString &id) const { return m_streams.contains(id); }
    // None of the ids is in use.
    [[nodiscard]] Streams open(const QStringList &ids);
    // Nobody reads these any more, which open() gave for the ids. One that has ended may have left its id to
    // another.
    void close(const QStringList &ids, const Streams &streams);

    // What is for none of them is ignored. `size` in bytes on the wire.
    void push(StreamItem item, qsizetype size);
    // False when it is for none of them.
    bool complete(const Completion &completion);
    // The connection is over.
    void endAll();

    // Whether the client has to wait: from too much until half of it has been taken.
    [[nodiscard]] bool isFull();
    // Whether far too much waits, because the client does not.
    [[nodiscard]] bool isFlooded() const { return m_waiting && m_waiting->bytes > 4 * m_most; }

private:
    qsizetype m_most;
    std::function<void()> m_taken;
    std::shared_ptr<WaitingItems> m_waiting; // from the first stream on: few connections have any
    std::unordered_map<QString, std::shared_ptr<IncomingStream>> m_streams;
    bool m_full = false;
};

} // namespace nextchat::signalr
