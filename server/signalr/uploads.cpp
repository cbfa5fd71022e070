// SPDX-License-Identifier: MIT
#include "server/signalr/uploads.h"

namespace nextchat::signalr {

Uploads::Uploads(qsizetype most, std::function<void()> taken)
    : m_most(most)
    , m_taken(std::move(taken))
{ }

Uploads::~Uploads()
{
    if (m_waiting)
        m_waiting->taken = nullptr;
}

Uploads::Streams Uploads::open(const QStringList &ids)
{
    Streams streams;
    if (!m_waiting && !ids.isEmpty())
        m_waiting = std::make_shared<WaitingItems>(WaitingItems{.taken = m_taken});
    for (const QString &id : ids) {
        streams.push_back(std::make_shared<IncomingStream>(m_waiting));
        m_streams.insert_or_assign(id, streams.back());
    }
    return streams;
}

void Uploads::close(const QStringList &ids, const Streams &streams)
{
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const auto found = m_streams.find(ids[static_cast<qsizetype>(i)]);
        if (found != m_streams.end() && found->second == streams[i])
            m_streams.erase(found);
        streams[i]->abandon();
    }
}

void Uploads::push(StreamItem item, qsizetype size)
{
    const auto found = m_streams.find(item.invocationId);
    if (found == m_streams.end())
        return;
    const auto stream = found->second; // its method may end meanwhile
    stream->push(std::move(item.item), size);
}

bool Uploads::complete(const Completion &completion)
{
    const auto node = m_streams.extract(completion.invocationId);
    if (node.empty())
        return false;
    if (completion.error.isNull())
        node.mapped()->end();
    else
        node.mapped()->end(Error{Error::Code::Cancelled, completion.error});
    return true;
}

void Uploads::endAll()
{
    for (const auto &[id, stream] : std::exchange(m_streams, {}))
        stream->end(Error{Error::Code::Cancelled, QStringLiteral("The connection is over.")});
}

bool Uploads::isFull()
{
    if (!m_waiting)
        return false;
    if (m_waiting->bytes > m_most)
        m_full = true;
    else if (m_waiting->bytes <= m_most / 2)
        m_full = false;
    return m_full;
}

} // namespace nextchat::signalr
