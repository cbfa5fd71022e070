// SPDX-License-Identifier: MIT
#include "server/signalr/hubconnectioncontext.h"

#include "common/signalr/handshake.h"
#include "common/support/logging.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

namespace {

constexpr qsizetype streamBacklog = 64 * 1024; // bytes waiting above which streams pause

} // namespace

HubConnectionContext::HubConnectionContext(HubWorker &worker, std::unique_ptr<net::Transport> transport,
                                           const NewConnection &opened)
    : m_worker(worker)
    , m_transport(std::move(transport))
    , m_connectionId(opened.connectionId)
    , m_userId(opened.identity.userId)
    , m_trace(opened.trace)
    , m_began(Clock::now())
    , m_lastReceived(m_began)
    , m_lastSent(m_began)
    , m_lastTick(m_began)
    , m_mayResume(opened.mayResume)
    , m_uploads(worker.m_options.uploadBytes(), [this] { reconsiderReading(); })
{
    setExpiry(opened.identity);
}

HubConnectionContext::~HubConnectionContext()
{
    if (m_state == State::Closed)
        m_worker.destroyed();
}

void HubConnectionContext::begin()
{
    m_worker.m_io.heartbeat.add(this);
    m_transport->begin(this);
}

// --- in ---

void HubConnectionContext::recordsArrived(std::span<char> bytes)
{
    m_received = true;
    m_worker.m_metrics.bytesIn.add(bytes.size());
    if (m_state == State::Closing || m_state == State::Closed)
        return;
    m_input.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
    if (m_state == State::Handshake)
        takeHandshake();
    if (m_state == State::Open && mayHoldMessage({bytes.data(), static_cast<qsizetype>(bytes.size())}))
        takeMessages();
}

// A long message may come in any number of pieces.
bool HubConnectionContext::mayHoldMessage(QByteArrayView more) const
{
    const qsizetype most = m_worker.m_options.maximumMessageBytes;
    return !m_awaitsEnd || (most > 0 && m_input.size() >= most) || m_protocol->mayEnd(more);
}

void HubConnectionContext::takeHandshake()
{
    const auto read = readHandshakeRequest(m_input);
    if (!read)
        return refuseHandshake(handshakeErrorText(read.error(), m_worker.m_options.detailedErrors));
    if (!read->record)
        return;
    m_input.remove(0, read->consumed);
    const auto protocol = chooseProtocol(*read->record, m_transport->carriesBinary());
    if (!protocol)
        return refuseHandshake(handshakeErrorText(protocol.error(), m_worker.m_options.detailedErrors));
    acceptHandshake(**protocol, read->record->version);
}

void HubConnectionContext::acceptHandshake(const HubProtocol &protocol, int version)
{
    m_protocol = &protocol;
    m_state = State::Open;
    sendPayload(net::Payload(write(HandshakeResponse{}), protocol.isBinary()), 0);
    if (m_mayResume && version >= 2) // below, the client does not ask for it
        m_replay.emplace();
    m_hub = m_worker.m_makeHub(*this);
    m_hubConnected = true;
    ++m_running; // no call starts before connected() is through
    runConnected();
}

void HubConnectionContext::refuseHandshake(const QString &error)
{
    sendPayload(net::Payload(write(HandshakeResponse{error}), false), 0);
    beginClosing(DisconnectReason::Ended, m_worker.m_metrics.closedByHandshake);
}

void HubConnectionContext::takeMessages()
{
    if (std::exchange(m_taking, true))
        return; // what comes is taken where it was begun
    m_awaitsEnd = false;
    qsizetype used = 0;
    while (m_state == State::Open && m_reading && used < m_input.size()) {
        auto decoded =
            m_protocol->decode(QByteArrayView(m_input).sliced(used), m_worker.m_options.maximumMessageBytes);
        if (!decoded) {
            m_taking = false;
            return protocolError(decoded.error().message);
        }
        if (decoded->consumed == 0) {
            m_awaitsEnd = true;
            break;
        }
        used += decoded->consumed;
        if (decoded->message && (!m_replay || takeSequenced(*decoded->message)))
            dispatch(std::move(*decoded->message), decoded->consumed);
        if (m_state == State::Open && m_reading && isBehind())
            setReading(false);
    }
    m_taking = false;
    if (used >= m_input.size())
        m_input = {}; // an idle connection holds no buffer
    else
        m_input.remove(0, used);
}

void HubConnectionContext::dispatch(HubMessage message, qsizetype size)
{
    m_worker.m_metrics.messagesIn.add();
    if (auto *invocation = std::get_if<Invocation>(&message)) {
        dispatchInvocation(std::move(*invocation), size);
    } else if (auto *item = std::get_if<StreamItem>(&message)) {
        m_uploads.push(std::move(*item), size);
        if (m_uploads.isFlooded())
            protocolError(QStringLiteral("Too many items of streams are waiting."));
    } else if (const auto *completion = std::get_if<Completion>(&message)) {
        if (!m_uploads.complete(*completion)) // what belongs to nothing is ignored (signalr-notes 1.7)
            m_results.complete(*completion);
    } else if (const auto *cancel = std::get_if<CancelInvocation>(&message)) {
        cancelStream(cancel->invocationId);
    } else if (std::holds_alternative<Ping>(message)) {
        m_pinged = true;
    } else if (std::holds_alternative<Close>(message)) {
        send(Close{});
        beginClosing(DisconnectReason::Ended, m_worker.m_metrics.closedOrderly);
    }
    // Ack and Sequence of a connection that cannot be resumed mean nothing.
}

// --- out ---

void HubConnectionContext::send(const HubMessage &message)
{
    if (m_state != State::Open)
        return;
    QByteArray record = encodeOrLog(*m_protocol, message);
    if (!record.isEmpty())
        sendPayload(net::Payload(std::move(record), m_protocol->isBinary()), isCounted(message) ? 1 : 0);
}

void HubConnectionContext::send(const Broadcast &broadcast)
{
    if (m_state == State::Open)
        sendPayload(broadcast.payload(*m_protocol), broadcast.counted());
}

Expected<void> HubConnectionContext::sendItem(const StreamItem &item)
{
    if (m_state != State::Open)
        return {};
    Expected<QByteArray> record = m_protocol->encode(item);
    if (!record)
        return tl::unexpected(record.error());
    sendPayload(net::Payload(std::move(*record), m_protocol->isBinary()), 1);
    return {};
}

void HubConnectionContext::sendPayload(const net::Payload &payload, qint64 counted)
{
    if (!hasRoomBelowTheLimit(payload.records().size()))
        return closeSlow();
    m_sent = true;
    m_worker.m_metrics.messagesOut.add();
    m_worker.m_metrics.bytesOut.add(static_cast<quint64>(payload.records().size()));
    m_transport->send(payload);
    if (m_replay && counted > 0)
        keepForReplay(payload, counted);
}

// One answer may exceed the limit. It does not count against what is sent behind it, either: where it is
// large and the network slow, something is.
bool HubConnectionContext::hasRoomBelowTheLimit(qsizetype bytes)
{
    const qsizetype limit = m_worker.m_options.outboundBytes;
    if (limit == 0)
        return true;
    if (m_transport->pendingBytes() > limit + m_exceeding) {
        // What this turn has gathered counts only if the peer can't take it.
        m_transport->flush();
        if (m_transport->pendingBytes() > limit + m_exceeding)
            return false;
    }
    if (m_transport->pendingBytes() <= limit)
        m_exceeding = bytes;
    return true;
}

bool HubConnectionContext::hasRoom()
{
    if (m_state != State::Open)
        return true; // there is nothing to wait for
    if (m_replay && m_replay->bytes() > m_worker.m_options.statefulReconnectBytes)
        return false; // until the client has acknowledged some
    if (m_transport->pendingBytes() <= streamBacklog)
        return true;
    m_transport->flush();
    if (m_state != State::Open)
        return true;
    if (m_transport->pendingBytes() <= streamBacklog) // else transportDrained() comes
        wakeLater();
    return false;
}

void HubConnectionContext::transportDrained()
{
    wakeWaiting();
}

// Those that are not wanted any more, and the others in turn while there is room: each may fill the queue,
// and what they write together must not be more than one of them may.
void HubConnectionContext::wakeWaiting()
{
    const auto self = shared_from_this();
    m_wakesLater = false;
    std::vector<WaitingForRoom> left;
    for (const WaitingForRoom &waiting : std::exchange(m_waitingForRoom, {})) {
        if (waiting.stream->isCancelled() || m_state != State::Open || (left.empty() && hasRoom()))
            waiting.handle.resume();
        else
            left.push_back(waiting);
    }
    m_waitingForRoom.insert(m_waitingForRoom.begin(), left.begin(), left.end());
    if (m_state != State::Open && !m_waitingForRoom.empty())
        wakeWaiting(); // it ended meanwhile
}

void HubConnectionContext::wakeLater()
{
    if (!std::exchange(m_wakesLater, true))
        m_worker.wakeInNextTurn(shared_from_this());
}

void HubConnectionContext::setReading(bool on)
{
    m_reading = on;
    m_transport->setReading(on);
}

} // namespace nextchat::signalr
