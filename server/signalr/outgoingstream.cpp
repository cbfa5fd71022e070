// SPDX-License-Identifier: MIT
#include "server/signalr/hubconnectioncontext.h"
#include "server/signalr/streamwriter.h"

#include <stdexcept>

namespace nextchat::signalr {

OutgoingStream::OutgoingStream(std::shared_ptr<HubConnectionContext> connection, QString invocationId)
    : m_connection(std::move(connection))
    , m_invocationId(std::move(invocationId))
{ }

OutgoingStream::~OutgoingStream() = default;

QCoro::Task<bool> OutgoingStream::write(Value item)
{
    co_await m_connection->drained(*this);
    if (m_cancelled || !m_connection->isOpen())
        co_return false;
    if (const auto sent = m_connection->sendItem({m_invocationId, std::move(item)}); !sent)
        throw std::invalid_argument(sent.error().message.toStdString());
    co_return true;
}

} // namespace nextchat::signalr
