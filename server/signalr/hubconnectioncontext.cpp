// SPDX-License-Identifier: MIT
#include "server/signalr/hubconnectioncontext.h"

#include "common/signalr/handshake.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

namespace nextchat::signalr {

namespace {

constexpr std::size_t waitingCalls = 32; // that may queue up before the client is no longer read from
constexpr qsizetype streamBacklog = 64 * 1024; // bytes waiting above which streams pause

} // namespace

HubConnectionContext::HubConnectionContext(HubWorker &worker, std::unique_ptr<net::Transport> transport,
                                           QString connectionId, const Identity &identity)
    : m_worker(worker)
    , m_transport(std::move(transport))
    , m_connectionId(std::move(connectionId))
    , m_userId(identity.userId)
    , m_expires(identity.expires.value_or(std::chrono::system_clock::time_point::max()))
    , m_began(Clock::now())
    , m_lastReceived(m_began)
    , m_lastSent(m_began)
    , m_lastTick(m_began)
{ }

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
    if (m_state == State::Closing || m_state == State::Closed)
        return;
    m_input.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
    if (m_state == State::Handshake)
        takeHandshake();
    if (m_state == State::Open)
        takeMessages();
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
    acceptHandshake(**protocol);
}

void HubConnectionContext::acceptHandshake(const HubProtocol &protocol)
{
    m_protocol = &protocol;
    m_state = State::Open;
    sendPayload(net::Payload(write(HandshakeResponse{}), protocol.isBinary()));
    m_hub = m_worker.m_makeHub(*this);
    m_hubConnected = true;
    ++m_running; // no call starts before connected() is through
    runConnected();
}

void HubConnectionContext::refuseHandshake(const QString &error)
{
    sendPayload(net::Payload(write(HandshakeResponse{error}), false));
    beginClosing(DisconnectReason::Ended, m_worker.m_metrics.closedByHandshake);
}

void HubConnectionContext::takeMessages()
{
    qsizetype used = 0;
    while (m_state == State::Open && m_reading && used < m_input.size()) {
        auto decoded =
            m_protocol->decode(QByteArrayView(m_input).sliced(used), m_worker.m_options.maximumMessageBytes);
        if (!decoded)
            return protocolError(decoded.error().message);
        if (decoded->consumed == 0)
            break;
        used += decoded->consumed;
        if (decoded->message)
            dispatch(std::move(*decoded->message));
    }
    if (used == m_input.size())
        m_input = {}; // an idle connection holds no buffer
    else
        m_input.remove(0, used);
}

void HubConnectionContext::dispatch(HubMessage message)
{
    if (auto *invocation = std::get_if<Invocation>(&message)) {
        dispatchInvocation(std::move(*invocation));
    } else if (const auto *cancel = std::get_if<CancelInvocation>(&message)) {
        cancelStream(cancel->invocationId);
    } else if (std::holds_alternative<Ping>(message)) {
        m_pinged = true;
    } else if (std::holds_alternative<Close>(message)) {
        send(Close{});
        beginClosing(DisconnectReason::Ended, m_worker.m_metrics.closedOrderly);
    }
    // Items and completions would belong to uploads and client results, acknowledgements to stateful
    // reconnect: none of them was offered, and what belongs to nothing is ignored (signalr-notes 1.7).
}

// --- calls ---

void HubConnectionContext::dispatchInvocation(Invocation invocation)
{
    m_waiting.push_back(std::move(invocation));
    pump();
    if (m_waiting.size() >= waitingCalls)
        setReading(false);
}

void HubConnectionContext::cancelStream(const QString &invocationId)
{
    const auto found = m_streams.find(invocationId);
    if (found != m_streams.end()) {
        found->second->cancel();
        return wakeWaiting();
    }
    const auto waiting = std::find_if(m_waiting.begin(), m_waiting.end(), [&](const Invocation &invocation) {
        return invocation.streaming && invocation.invocationId == invocationId;
    });
    if (waiting == m_waiting.end())
        return;
    m_waiting.erase(waiting);
    send(Completion{invocationId});
}

// Starts what may start, in the order in which it came. Calls run up to the limit; a stream begins in its
// turn too, so that it finds what the calls before it did, but then runs beside them (signalr-notes 1.6).
void HubConnectionContext::pump()
{
    if (std::exchange(m_pumping, true))
        return;
    while (m_state == State::Open && !m_waiting.empty()
           && m_running < m_worker.m_options.maximumParallelInvocations) {
        const Invocation next = std::move(m_waiting.front());
        m_waiting.pop_front();
        start(next);
    }
    m_pumping = false;
}

// The text of the error that keeps the call from starting, null when there is none.
QString HubConnectionContext::refusalOf(const Invocation &invocation, const HubMethod *method) const
{
    const QString failed = u"Failed to invoke '" % invocation.target % u"' due to an error on the server.";
    const QString unexpected =
        u"An unexpected error occurred invoking '" % invocation.target % u"' on the server.";
    if (!method)
        return failed % u" HubException: Method does not exist.";
    if (method->streams && !invocation.streaming) {
        return u"The client attempted to invoke the streaming '" % invocation.target
            % u"' method with a non-streaming invocation.";
    }
    if (!method->streams && invocation.streaming) {
        return u"The client attempted to invoke the non-streaming '" % invocation.target
            % u"' method with a streaming invocation.";
    }
    if (invocation.arguments.size() != method->arity) {
        if (!m_worker.m_options.detailedErrors)
            return failed;
        return failed % u" InvalidDataException: Invocation provides "
            % QString::number(invocation.arguments.size()) % u" argument(s) but target expects "
            % QString::number(method->arity) % u'.';
    }
    if (!invocation.streamIds.isEmpty()) {
        return unexpected % u" HubException: Client sent " % QString::number(invocation.streamIds.size())
            % u" stream(s), Hub method expects 0.";
    }
    if (const auto admitted = m_hub->admit(method->name); !admitted)
        return unexpected % u" HubException: " % admitted.error().message;
    return {};
}

void HubConnectionContext::start(const Invocation &invocation)
{
    const HubMethod *method = m_worker.m_methods.find(invocation.target);
    if (const QString refusal = refusalOf(invocation, method); !refusal.isNull())
        return completeWithError(invocation.invocationId, refusal);
    std::shared_ptr<OutgoingStream> stream;
    if (!invocation.streaming)
        ++m_running;
    else if (!(stream = openStream(invocation)))
        return;
    // The call is started inside run(), so that what it throws at once is caught there too.
    run(invocation, *method, std::move(stream));
}

std::shared_ptr<OutgoingStream> HubConnectionContext::openStream(const Invocation &invocation)
{
    const auto limit = static_cast<std::size_t>(m_worker.m_options.maximumOpenStreams);
    if (m_streams.contains(invocation.invocationId)) {
        completeWithError(invocation.invocationId,
                          u"Invocation ID '" % invocation.invocationId % u"' is already in use.");
        return nullptr;
    }
    if (limit > 0 && m_streams.size() >= limit) {
        completeWithError(invocation.invocationId,
                          u"Failed to invoke '" % invocation.target
                              % u"' due to an error on the server. HubException: Too many open streams.");
        return nullptr;
    }
    auto stream = std::make_shared<OutgoingStream>(shared_from_this(), invocation.invocationId);
    m_streams.emplace(invocation.invocationId, stream);
    return stream;
}

QCoro::Task<> HubConnectionContext::runConnected()
{
    const auto self = shared_from_this();
    QString error;
    try {
        if (const auto connected = co_await m_hub->connected(); !connected)
            error = u"Connection closed with an error. HubException: " % connected.error().message;
    } catch (const std::exception &exception) {
        qCCritical(signalrLog, "connection %s: connected() threw: %s", qUtf8Printable(m_connectionId),
                   exception.what());
        error = QStringLiteral("Connection closed with an error.");
        if (m_worker.m_options.detailedErrors)
            error += u" Exception: " % QString::fromUtf8(exception.what());
    }
    if (!error.isNull())
        close(error, false);
    callEnded();
}

QCoro::Task<> HubConnectionContext::run(Invocation invocation, const HubMethod &method,
                                        std::shared_ptr<OutgoingStream> stream)
{
    const auto self = shared_from_this();
    try {
        auto call = method.start(*m_hub, invocation.arguments, stream);
        if (call) {
            complete(invocation, co_await *call);
        } else {
            completeWithError(invocation.invocationId, bindingError(invocation.target));
        }
    } catch (const std::exception &exception) {
        completeWithError(invocation.invocationId, describe(invocation, method, exception));
    }
    if (stream)
        m_streams.erase(invocation.invocationId);
    else
        callEnded();
}

QString HubConnectionContext::bindingError(const QString &target) const
{
    const QString failed = u"Failed to invoke '" % target % u"' due to an error on the server.";
    if (!m_worker.m_options.detailedErrors)
        return failed;
    return failed
        % u" InvalidDataException: Error binding arguments. Make sure that the types of the provided values "
          u"match the "
          u"types of the hub method being invoked.";
}

QString HubConnectionContext::describe(const Invocation &invocation, const HubMethod &method,
                                       const std::exception &thrown) const
{
    const QString prefix = invocation.streaming
        ? QStringLiteral("An error occurred on the server while streaming results.")
        : u"An unexpected error occurred invoking '" % invocation.target % u"' on the server.";
    if (const QString own = m_hub->describeUnforeseen(method.name, thrown); !own.isNull())
        return prefix % u" HubException: " % own;
    qCCritical(signalrLog, "connection %s: %s threw: %s", qUtf8Printable(m_connectionId),
               qUtf8Printable(method.name), thrown.what());
    if (!m_worker.m_options.detailedErrors)
        return prefix;
    return prefix % u" Exception: " % QString::fromUtf8(thrown.what());
}

void HubConnectionContext::complete(const Invocation &invocation, const InvocationOutcome &outcome)
{
    if (!outcome) {
        const QString prefix = invocation.streaming
            ? QStringLiteral("An error occurred on the server while streaming results. HubException: ")
            : u"An unexpected error occurred invoking '" % invocation.target
                % u"' on the server. HubException: ";
        return completeWithError(invocation.invocationId, prefix % outcome.error().message);
    }
    const Completion completion{invocation.invocationId, *outcome, {}};
    QByteArray record;
    if (m_state == State::Open
        && !invocation.invocationId.isNull()) { // a non-blocking call is never answered
        record = encodeOrLog(*m_protocol, completion);
        if (record.isEmpty()) {
            return completeWithError(invocation.invocationId,
                                     u"An unexpected error occurred invoking '" % invocation.target
                                         % u"' on the server.");
        }
        sendPayload(net::Payload(std::move(record), m_protocol->isBinary()));
    }
    m_worker.m_metrics.callsCompleted.add();
}

void HubConnectionContext::completeWithError(const QString &invocationId, const QString &error)
{
    m_worker.m_metrics.callsFailed.add();
    if (!invocationId.isNull())
        send(Completion{invocationId, std::nullopt, error});
}

void HubConnectionContext::callEnded()
{
    --m_running;
    m_lastReceived =
        Clock::now(); // the client's clock stands still while it is being served (signalr-notes 1.6)
    pump();
    if (!m_reading && m_waiting.size() < waitingCalls / 2) {
        setReading(true);
        if (m_state == State::Open)
            takeMessages();
    }
}

// --- out ---

void HubConnectionContext::send(const HubMessage &message)
{
    if (m_state != State::Open)
        return;
    QByteArray record = encodeOrLog(*m_protocol, message);
    if (!record.isEmpty())
        sendPayload(net::Payload(std::move(record), m_protocol->isBinary()));
}

void HubConnectionContext::send(const Broadcast &broadcast)
{
    if (m_state == State::Open)
        sendPayload(broadcast.payload(*m_protocol));
}

Expected<void> HubConnectionContext::sendItem(const StreamItem &item)
{
    if (m_state != State::Open)
        return {};
    Expected<QByteArray> record = m_protocol->encode(item);
    if (!record)
        return tl::unexpected(record.error());
    sendPayload(net::Payload(std::move(*record), m_protocol->isBinary()));
    return {};
}

void HubConnectionContext::sendPayload(const net::Payload &payload)
{
    const qsizetype limit = m_worker.m_options.outboundBytes;
    if (limit > 0 && m_transport->pendingBytes() > limit) {
        // What this turn has gathered counts only if the peer can't take it.
        m_transport->flush();
        if (m_transport->pendingBytes() > limit)
            return closeSlow();
    }
    m_sent = true;
    m_transport->send(payload);
}

bool HubConnectionContext::hasRoom()
{
    if (m_state != State::Open)
        return true; // there is nothing to wait for
    if (m_transport->pendingBytes() <= streamBacklog)
        return true;
    m_transport->flush();
    if (m_state != State::Open)
        return true;
    if (m_transport->pendingBytes() <= streamBacklog) // else transportDrained() comes
        m_worker.wakeInNextTurn(shared_from_this());
    return false;
}

void HubConnectionContext::transportDrained()
{
    wakeWaiting();
}

void HubConnectionContext::wakeWaiting()
{
    const auto self = shared_from_this();
    for (const auto handle : std::exchange(m_waitingForRoom, {}))
        handle.resume();
}

void HubConnectionContext::setReading(bool on)
{
    m_reading = on;
    m_transport->setReading(on);
}

} // namespace nextchat::signalr
