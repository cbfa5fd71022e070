// SPDX-License-Identifier: MIT
#include "server/signalr/connectiondirectory.h"

namespace nextchat::signalr {

ConnectionDirectory::Entry::Entry(ConnectionDirectory &directory, QByteArray connectionId)
    : m_directory(directory)
    , m_connectionId(std::move(connectionId))
{ }

ConnectionDirectory::Entry::~Entry()
{
    m_directory.remove(m_connectionId, Clock::now());
}

std::unique_ptr<ConnectionDirectory::Entry> ConnectionDirectory::add(const QByteArray &connectionId,
                                                                     const Attachment &attachment)
{
    const std::scoped_lock lock(m_mutex);
    m_open.insert(connectionId, attachment);
    return std::make_unique<Entry>(*this, connectionId);
}

std::optional<ConnectionDirectory::Attachment> ConnectionDirectory::find(const QByteArray &connectionId) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_open.constFind(connectionId);
    return found == m_open.cend() ? std::nullopt : std::optional(*found);
}

bool ConnectionDirectory::hasEnded(const QByteArray &connectionId) const
{
    const std::scoped_lock lock(m_mutex);
    return m_endedIds.contains(connectionId);
}

void ConnectionDirectory::remove(const QByteArray &connectionId, Clock::time_point now)
{
    const std::scoped_lock lock(m_mutex);
    m_open.remove(connectionId);
    while (!m_ended.empty() && (m_ended.size() >= mostEnded || now - m_ended.front().when > m_memory)) {
        m_endedIds.remove(m_ended.front().connectionId);
        m_ended.pop_front();
    }
    m_endedIds.insert(connectionId);
    m_ended.push_back({now, connectionId});
}

} // namespace nextchat::signalr
