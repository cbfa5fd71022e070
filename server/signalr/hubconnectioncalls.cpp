// SPDX-License-Identifier: MIT
// The calls of a hub connection, in both directions.
#include "common/support/logging.h"
#include "server/signalr/hubconnectioncontext.h"
#include "server/signalr/hubworker.h"
#include "server/signalr/signalrlog.h"

#include <QScopedValueRollback>

namespace nextchat::signalr {

namespace {

// What may queue up before the client is no longer read from. Values take up to 25 times their bytes.
constexpr std::size_t waitingCalls = 32;
constexpr qsizetype waitingBytes = 64 * 1024;

qint64 milliseconds(std::chrono::steady_clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

std::optional<LogField> traceField(const TraceContext &trace)
{
    return trace.isNone() ? std::nullopt : std::optional(field("trace", trace.traceId()));
}

QString unexpected(const Invocation &invocation)
{
    return u"An unexpected error occurred invoking '" % invocation.target % u"' on the server.";
}

} // namespace

void HubConnectionContext::dispatchInvocation(Invocation invocation, qsizetype size)
{
    if (const QString refusal = uploadRefusalOf(invocation); !refusal.isNull()) {
        const QString unadmitted = unadmittedOf(invocation, nullptr);
        return completeWithError(invocation.invocationId, unadmitted.isNull() ? refusal : unadmitted);
    }
    Uploads::Streams uploads = m_uploads.open(invocation.streamIds);
    m_waiting.push_back({std::move(invocation), size, std::move(uploads)});
    m_waitingBytes += size;
    pump();
}

// Whether the client has sent so much that it has to wait.
bool HubConnectionContext::isBehind()
{
    return m_waiting.size() >= waitingCalls || m_waitingBytes >= waitingBytes
        || (!m_replay && m_uploads.isFull());
}

void HubConnectionContext::reconsiderReading()
{
    if (m_state != State::Open || m_reading || m_waiting.size() >= waitingCalls / 2
        || m_waitingBytes >= waitingBytes / 2 || (!m_replay && m_uploads.isFull()))
        return;
    const auto self = shared_from_this();
    setReading(true);
    if (m_state == State::Open)
        takeMessages();
}

QString HubConnectionContext::uploadRefusalOf(const Invocation &invocation) const
{
    const QStringList &ids = invocation.streamIds;
    const QString failed =
        u"Failed to invoke '" % invocation.target % u"' due to an error on the server. HubException: ";
    for (qsizetype i = 0; i < ids.size(); ++i) {
        if (m_uploads.contains(ids[i]) || ids.indexOf(ids[i]) != i)
            return failed % u"Stream ID '" % ids[i] % u"' is already in use.";
    }
    const auto limit = static_cast<std::size_t>(m_worker.m_options.maximumOpenStreams);
    if (limit > 0 && !ids.isEmpty() && openStreams() + static_cast<std::size_t>(ids.size()) > limit)
        return failed % u"Too many open streams.";
    return {};
}

void HubConnectionContext::cancelStream(const QString &invocationId)
{
    const auto found = m_streams.find(invocationId);
    if (found != m_streams.end()) {
        found->second->cancel();
        return wakeWaiting();
    }
    const auto waiting = std::find_if(m_waiting.begin(), m_waiting.end(), [&](const Call &call) {
        return call.invocation.streaming && call.invocation.invocationId == invocationId;
    });
    if (waiting == m_waiting.end())
        return;
    m_uploads.close(waiting->invocation.streamIds, waiting->uploads);
    m_waitingBytes -= waiting->size;
    m_waiting.erase(waiting);
    send(Completion{invocationId});
}

// Starts what may start, in the order in which it came. Calls run up to the limit; a stream, or a call with
// streams of the client, begins in its turn too, so that it finds what the calls before it did, but then runs
// beside them (signalr-notes 1.6).
void HubConnectionContext::pump()
{
    if (std::exchange(m_pumping, true))
        return;
    while (m_state == State::Open && !m_waiting.empty()
           && m_running < m_worker.m_options.maximumParallelInvocations) {
        Call next = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_waitingBytes -= next.size;
        start(std::move(next));
    }
    m_pumping = false;
}

// The text of the error that keeps the call from starting, null when there is none.
QString HubConnectionContext::refusalOf(const Invocation &invocation, const HubMethod *method) const
{
    const QString failed = u"Failed to invoke '" % invocation.target % u"' due to an error on the server.";
    if (QString unadmitted = unadmittedOf(invocation, method); !unadmitted.isNull())
        return unadmitted;
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
    if (static_cast<std::size_t>(invocation.streamIds.size()) != method->uploads) {
        return unexpected(invocation) % u" HubException: Client sent "
            % QString::number(invocation.streamIds.size()) % u" stream(s), Hub method expects "
            % QString::number(method->uploads) % u'.';
    }
    return {};
}

// Likewise where the hub does not admit it. Each call is asked for once, also one that can't start: answering
// it is work, too.
QString HubConnectionContext::unadmittedOf(const Invocation &invocation, const HubMethod *method) const
{
    const auto admitted = m_hub->admit(method ? method->name : invocation.target);
    return admitted ? QString()
                    : QString(unexpected(invocation) % u" HubException: " % admitted.error().message);
}

void HubConnectionContext::start(Call call)
{
    const HubMethod *method = m_worker.m_methods.find(call.invocation.target);
    if (const QString refusal = refusalOf(call.invocation, method); !refusal.isNull()) {
        m_uploads.close(call.invocation.streamIds, call.uploads);
        return completeWithError(call.invocation.invocationId, refusal);
    }
    std::shared_ptr<OutgoingStream> stream;
    if (call.invocation.streaming && !(stream = openStream(call.invocation)))
        return m_uploads.close(call.invocation.streamIds, call.uploads);
    if (!stream && call.uploads.empty())
        ++m_running;
    // The call is started inside run(), so that what it throws at once is caught there too.
    run(std::move(call), *method, std::move(stream));
}

std::shared_ptr<OutgoingStream> HubConnectionContext::openStream(const Invocation &invocation)
{
    const auto limit = static_cast<std::size_t>(m_worker.m_options.maximumOpenStreams);
    if (m_streams.contains(invocation.invocationId)) {
        completeWithError(invocation.invocationId,
                          u"Invocation ID '" % invocation.invocationId % u"' is already in use.");
        return nullptr;
    }
    if (limit > 0 && openStreams() >= limit) {
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
    m_connecting = true;
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
    m_connecting = false;
    if (!error.isNull())
        close(error, false);
    callEnded();
}

QCoro::Task<> HubConnectionContext::run(Call call, const HubMethod &method,
                                        std::shared_ptr<OutgoingStream> stream)
{
    const auto self = shared_from_this();
    const Invocation &invocation = call.invocation;
    const auto began = Clock::now();
    const TraceContext &trace = traceOf(invocation);
    bool succeeded = false;
    try {
        auto started = [&] {
            const QScopedValueRollback current(m_current, &trace);
            return method.start(*m_hub, {invocation.arguments, stream, call.uploads});
        }();
        if (started) {
            const InvocationOutcome outcome = co_await *started;
            succeeded = outcome.has_value();
            complete(invocation, outcome);
        } else {
            completeWithError(invocation.invocationId, bindingError(invocation.target));
        }
    } catch (const std::exception &exception) {
        completeWithError(invocation.invocationId, describe(invocation, method, exception));
    }
    m_uploads.close(invocation.streamIds, call.uploads);
    const auto took = Clock::now() - began;
    m_worker.m_metrics.callEnded(method, succeeded, took);
    logIfSampled(method, trace, succeeded, took);
    if (stream) {
        m_streams.erase(invocation.invocationId);
    } else if (call.uploads.empty()) {
        logIfSlow(method, trace, took);
        callEnded();
    }
}

const TraceContext &HubConnectionContext::traceOf(const Invocation &invocation) const
{
    return invocation.trace.isNone() ? m_trace : invocation.trace;
}

void HubConnectionContext::logIfSlow(const HubMethod &method, const TraceContext &trace,
                                     Clock::duration took) const
{
    const auto limit = m_worker.m_options.slowCall;
    if (limit.count() == 0 || took < limit)
        return;
    qCInfo(signalrLog) << "slow call" << field("connection", m_connectionId) << field("method", method.name)
                       << field("milliseconds", milliseconds(took)) << traceField(trace);
}

void HubConnectionContext::logIfSampled(const HubMethod &method, const TraceContext &trace, bool succeeded,
                                        Clock::duration took) const
{
    if (!trace.isSampled())
        return;
    qCDebug(signalrLog) << "call" << field("connection", m_connectionId) << field("method", method.name)
                        << field("outcome", succeeded ? QStringLiteral("ok") : QStringLiteral("error"))
                        << field("milliseconds", milliseconds(took)) << field("trace", trace.traceId())
                        << field("parent", trace.parentId());
}

QCoro::Task<Expected<Value>> HubConnectionContext::invoke(QString target, Value::Array arguments,
                                                          std::chrono::milliseconds patience,
                                                          InvokedFrom from)
{
    const auto self = shared_from_this();
    if (m_state != State::Open)
        co_return failure(Error::Code::Cancelled, disconnectedText());
    if (m_connecting)
        co_return failure(Error::Code::Conflict,
                          QStringLiteral("The client cannot be asked before it is connected."));
    const ClientResults::Call asked = m_results.open(Clock::now() + patience);
    send(Invocation{.invocationId = asked.invocationId,
                    .target = std::move(target),
                    .arguments = std::move(arguments),
                    .streamIds = {}});
    // The answer may be behind calls of the client that wait for this one's place.
    const bool givesPlace = from == InvokedFrom::OwnCall;
    if (givesPlace) {
        --m_running;
        pump();
        reconsiderReading();
    }
    Expected<Value> result = co_await asked.answer.wait();
    if (givesPlace)
        ++m_running;
    co_return result;
}

QString HubConnectionContext::disconnectedText() const
{
    return u"Connection '" % m_connectionId % u"' disconnected.";
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
                                       const std::exception &thrown)
{
    const TraceContext &trace = traceOf(invocation);
    const QScopedValueRollback current(m_current, &trace);
    const QString prefix = invocation.streaming
        ? QStringLiteral("An error occurred on the server while streaming results.")
        : u"An unexpected error occurred invoking '" % invocation.target % u"' on the server.";
    if (const QString own = m_hub->describeUnforeseen(method.name, thrown); !own.isNull())
        return prefix % u" HubException: " % own;
    qCCritical(signalrLog).noquote() << method.name << "threw:" << thrown.what()
                                     << field("connection", m_connectionId) << traceField(trace);
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
        sendPayload(net::Payload(std::move(record), m_protocol->isBinary()), 1);
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
    reconsiderReading();
}

} // namespace nextchat::signalr
