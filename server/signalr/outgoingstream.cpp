// SPDX-License-Identifier: MIT
#include "server/signalr/hubconnectioncontext.h"
#include "server/signalr/streamwriter.h"

namespace nextchat::signalr {

OutgoingStream::OutgoingStream(std::shared_ptr<HubConnectionContext> connection, QString invocationId)
    : m_connection(std::move(connection))
    , m_invocationId(std::move(invocationId))
{ }

OutgoingStream::~OutgoingStream() = default;

QCoro::Task<bool> OutgoingStream::write(Value item)
{
    co_await m_connection->drained();
    if (m_cancelled || !m_connection->isOpen())
        co_return false;
    m_connection->send(StreamItem{m_invocationId, std::move(item)});
    co_return true;
}

} // namespace nextchat::signalr
