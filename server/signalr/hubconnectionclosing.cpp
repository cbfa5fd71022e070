// SPDX-License-Identifier: MIT
// How a hub connection ends, and the time limits that end it.
#include "common/signalr/handshake.h"
#include "server/signalr/hubconnectioncontext.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

namespace {

QString closedWithError()
{
    return QStringLiteral("Connection closed with an error.");
}

} // namespace

void HubConnectionContext::close(const QString &error, bool allowReconnect)
{
    if (m_state == State::Handshake)
        return refuseHandshake(error.isNull() ? handshakeCanceledText() : error);
    send(Close{error, allowReconnect});
    beginClosing(allowReconnect ? DisconnectReason::Lost : DisconnectReason::Ended,
                 m_worker.m_metrics.closedByServer);
}

void HubConnectionContext::protocolError(const QString &detail)
{
    qCInfo(signalrLog, "connection %s broke the protocol: %s", qUtf8Printable(m_connectionId),
           qUtf8Printable(detail));
    const QString error = m_worker.m_options.detailedErrors
        ? closedWithError() % u" InvalidDataException: " % detail
        : closedWithError();
    send(Close{error, true});
    beginClosing(DisconnectReason::Lost, m_worker.m_metrics.closedByError);
}

void HubConnectionContext::closeSlow()
{
    if (m_state != State::Open)
        return;
    qCInfo(signalrLog, "connection %s takes its messages too slowly; it is asked to reconnect",
           qUtf8Printable(m_connectionId));
    m_transport->dropQueued();
    m_transport->send(
        net::Payload(encodeOrLog(*m_protocol, Close{closedWithError(), true}), m_protocol->isBinary()));
    beginClosing(DisconnectReason::Lost, m_worker.m_metrics.closedSlow);
}

void HubConnectionContext::setExpiry(const Identity &identity)
{
    m_expires = identity.expires.value_or(std::chrono::system_clock::time_point::max());
}

// The client comes back with a fresh token, or not at all (contract.md 2).
void HubConnectionContext::closeExpired()
{
    if (m_state == State::Handshake)
        return refuseHandshake(handshakeCanceledText());
    send(Close{{}, true});
    beginClosing(DisconnectReason::Lost, m_worker.m_metrics.closedByExpiry);
}

void HubConnectionContext::beginClosing(DisconnectReason reason, Counter &counter)
{
    if (m_state == State::Closing || m_state == State::Closed)
        return;
    const auto self = shared_from_this();
    m_state = State::Closing;
    counter.add();
    m_input = {};
    m_waiting.clear();
    m_waitingBytes = 0;
    setReading(true); // for the peer's half of the close handshake
    m_replay.reset();
    m_transport->close(net::WebSocketCloseCode::Normal);
    disconnectHub(reason);
    if (m_detachedSince)
        m_worker.endInNextTurn(shared_from_this()); // there is nobody to wait for
}

void HubConnectionContext::abort()
{
    const auto self = shared_from_this();
    m_replay.reset();
    m_transport->abort();
    transportEnded(false);
}

void HubConnectionContext::disconnectHub(DisconnectReason reason)
{
    for (const auto &[id, stream] : m_streams)
        stream->cancel();
    if (std::exchange(m_hubConnected, false))
        m_hub->disconnected(reason);
    wakeWaiting();
    m_uploads.endAll();
    m_results.failAll(Error{Error::Code::Cancelled, disconnectedText()});
}

void HubConnectionContext::transportClosing(bool orderly)
{
    if (m_state != State::Handshake && m_state != State::Open)
        return;
    const auto self = shared_from_this();
    m_state = State::Closing;
    m_waiting.clear();
    m_waitingBytes = 0;
    (orderly ? m_worker.m_metrics.closedOrderly : m_worker.m_metrics.closedLost).add();
    disconnectHub(orderly ? DisconnectReason::Ended : DisconnectReason::Lost);
}

void HubConnectionContext::transportEnded(bool orderly)
{
    const auto self = shared_from_this();
    if (!orderly && isResumable())
        return detach();
    transportClosing(orderly);
    finish();
}

void HubConnectionContext::finish()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    countPending(0);
    m_worker.remove(this);
}

void HubConnectionContext::countPending(qsizetype bytes)
{
    if (bytes != m_countedPending)
        m_worker.m_metrics.pendingBytes.add(
            static_cast<double>(bytes - std::exchange(m_countedPending, bytes)));
}

void HubConnectionContext::tick(Clock::time_point now)
{
    const HubOptions &options = m_worker.m_options;
    if (m_state == State::Closed)
        return;
    if (m_state == State::Closing) {
        if (m_transport->isStuck(now, options.closeTimeout)) {
            m_transport->abort();
            finish();
        }
        return;
    }
    m_results.expire(now);
    const bool isExpired = std::chrono::system_clock::now() >= m_expires;
    if (m_detachedSince) {
        countPending(0);
        if (isExpired) {
            closeExpired();
        } else if (now - *m_detachedSince > options.disconnectTimeout) {
            m_worker.m_metrics.notReconnected.add();
            abort();
        }
        return;
    }
    countPending(m_transport->pendingBytes());
    if (std::exchange(m_received, false))
        m_lastReceived = now;
    if (m_replay)
        acknowledge();
    // Counted from the tick before, so that no silence is longer than the interval and one tick.
    if (std::exchange(m_sent, false))
        m_lastSent = m_lastTick;
    m_lastTick = now;
    if (isExpired) {
        closeExpired();
    } else if (m_state == State::Handshake) {
        if (now - m_began > options.handshakeTimeout)
            refuseHandshake(handshakeCanceledText());
    } else if (options.outboundTime.count() > 0 && m_transport->isStuck(now, options.outboundTime)) {
        closeSlow();
    } else if (m_pinged && m_running == 0 && m_reading
               && now - m_lastReceived > options.clientTimeoutInterval) {
        const QString detail =
            QStringLiteral(" OperationCanceledException: Client hasn't sent a message/ping within the "
                           "configured ClientTimeoutInterval.");
        send(Close{options.detailedErrors ? QString(closedWithError() % detail) : closedWithError(), true});
        beginClosing(DisconnectReason::Lost, m_worker.m_metrics.closedByTimeout);
    } else if (now - m_lastSent >= options.keepAliveInterval && m_transport->needsPings()) {
        send(m_worker.m_ping);
    }
}

} // namespace nextchat::signalr
