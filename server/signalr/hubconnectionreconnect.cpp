// SPDX-License-Identifier: MIT
// How a hub connection survives the loss of its transport (signalr-notes 1.9).
#include "server/net/detachedtransport.h"
#include "server/signalr/hubconnectioncontext.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

bool HubConnectionContext::isResumable() const
{
    return m_replay && m_state == State::Open;
}

// Puts another transport in the place of the old one, whose call this may be.
void HubConnectionContext::exchangeTransport(std::unique_ptr<net::Transport> transport)
{
    m_worker.m_io.turn.retire(std::exchange(m_transport, std::move(transport)));
    m_input = {}; // half a message, which will come again
    m_awaitsEnd = false;
}

void HubConnectionContext::detach()
{
    exchangeTransport(std::make_unique<net::DetachedTransport>());
    m_detachedSince = Clock::now();
    qCDebug(signalrLog, "connection %s lost its transport and may come back", qUtf8Printable(m_connectionId));
}

void HubConnectionContext::reattach(std::unique_ptr<net::Transport> transport, const Identity &identity)
{
    const auto self = shared_from_this();
    setExpiry(identity);
    m_worker.m_metrics.reconnected.add();
    if (!m_detachedSince)
        m_transport->abort();
    exchangeTransport(std::move(transport));
    m_detachedSince.reset();
    m_awaitsSequence = true;
    m_lastReceived = Clock::now();
    m_sequence.forgetAcknowledged();
    if (!m_reading)
        m_transport->setReading(false);
    // Not through send(): these have no ids of their own.
    m_transport->send(
        net::Payload(encodeOrLog(*m_protocol, Sequence{m_replay->sequenceId()}), m_protocol->isBinary()));
    m_replay->replay([this](const net::Payload &payload) { m_transport->send(payload); });
    m_transport->begin(this);
    wakeWaiting();
}

// Whether the message is to be handled; what had been before is not.
bool HubConnectionContext::takeSequenced(const HubMessage &message)
{
    if (const auto *ack = std::get_if<Ack>(&message)) {
        if (!m_replay->acknowledge(ack->sequenceId))
            protocolError(QStringLiteral("An acknowledgement of messages that were not sent."));
        else if (m_replay->bytes() <= m_worker.m_options.statefulReconnectBytes)
            wakeWaiting();
        return false;
    }
    if (const auto *sequence = std::get_if<Sequence>(&message)) {
        m_awaitsSequence = false;
        if (!m_sequence.restart(sequence->sequenceId))
            protocolError(QStringLiteral("Sequence ID greater than amount of messages we've received."));
        return false;
    }
    if (!isCounted(message))
        return true;
    // Before its Sequence it is not known which one it is; it will come again behind that.
    return !m_awaitsSequence && m_sequence.take();
}

// Keeps what is sent until the client has acknowledged it. Where that is too much, the connection can be
// resumed no more, rather than that everybody waits for this one.
void HubConnectionContext::keepForReplay(const net::Payload &payload, qint64 messages)
{
    const qsizetype limit = m_worker.m_options.outboundBytes;
    m_replay->add(payload, messages, payload.records().size());
    if (limit == 0 || m_replay->bytes() <= std::max(limit, m_worker.m_options.statefulReconnectBytes))
        return;
    qCInfo(signalrLog, "connection %s acknowledges too slowly and can be resumed no more",
           qUtf8Printable(m_connectionId));
    m_replay.reset();
    if (m_detachedSince) {
        m_worker.m_metrics.overflowed.add();
        m_worker.endInNextTurn(shared_from_this());
    } else {
        wakeLater(); // who waits for acknowledgements
    }
}

// A client that sends faster than its streams are read has to wait for this: to stop reading would hold up
// its own acknowledgements, and with them what the readers may wait for.
void HubConnectionContext::acknowledge()
{
    if (m_uploads.isFull())
        return;
    if (const qint64 id = m_sequence.takeUnacknowledged(); id > 0)
        send(Ack{id});
}

} // namespace nextchat::signalr
