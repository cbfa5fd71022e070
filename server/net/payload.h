// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/serversentevent.h"
#include "server/net/websocketframe.h"

#include <QByteArray>

namespace nextchat::net {

// Whole hub records on their way out, the same bytes for every connection that gets them. What a transport
// wraps around them is made once, by the first that needs it. Belongs to one thread; the byte arrays inside
// are shared with the sockets.
class Payload
{
public:
    Payload(QByteArray records, bool binary)
        : m_records(std::move(records))
        , m_binary(binary)
    { }

    [[nodiscard]] const QByteArray &records() const { return m_records; }
    [[nodiscard]] const QByteArray &webSocketFrame() const
    {
        if (m_frame.isNull())
            m_frame =
                net::webSocketFrame(m_binary ? WebSocketOpcode::Binary : WebSocketOpcode::Text, m_records);
        return m_frame;
    }
    [[nodiscard]] const QByteArray &serverSentEvent() const
    {
        if (m_event.isNull())
            m_event = net::serverSentEvent(m_records);
        return m_event;
    }

private:
    QByteArray m_records;
    mutable QByteArray m_frame;
    mutable QByteArray m_event;
    bool m_binary;
};

} // namespace nextchat::net
