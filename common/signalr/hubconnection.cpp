// SPDX-License-Identifier: MIT
#include "common/signalr/hubconnection.h"

#include "common/signalr/clientlog.h"
#include "common/signalr/hublink.h"
#include "common/signalr/hubprotocol.h"
#include "common/signalr/negotiator.h"
#include "common/signalr/pendingcalls.h"
#include "common/signalr/transportchoice.h"

#include <QPointer>

namespace nextchat::signalr {

namespace {

// A connection that was lost sooner counts as one more failed attempt, or a server that drops everybody at
// once would be stormed.
constexpr std::chrono::seconds steady(5);

Error notConnected()
{
    return {Error::Code::Unavailable, QStringLiteral("Not connected to the server.")};
}

Error lostBeforeAnswer()
{
    return {Error::Code::UnknownOutcome,
            QStringLiteral("The connection was lost before the server answered.")};
}

tl::unexpected<Error> stopped()
{
    return failure(Error::Code::Cancelled, QStringLiteral("The connection was stopped."));
}

} // namespace

HubConnection::HubConnection(HubConnectionOptions options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_protocol(HubProtocol::byName(m_options.protocol))
    , m_calls(std::make_unique<PendingCalls>(m_options.callTimeout, m_options.maximumCalls))
    , m_cookies(std::make_shared<QNetworkCookieJar>())
{
    Q_ASSERT(m_protocol);
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &HubConnection::beginAttempt);
}

HubConnection::~HubConnection()
{
    if (m_starting)
        m_starting->resolveLater(stopped());
    for (const Deferred<bool> &waiting : std::as_const(m_stopping))
        waiting.resolveLater(true);
}

QCoro::Task<Expected<void>> HubConnection::start()
{
    if (m_state != State::Disconnected)
        co_return failure(Error::Code::Conflict, QStringLiteral("The connection was already started."));
    if (!m_options.negotiate && !m_options.transports.contains(HubTransport::WebSockets))
        co_return failure(Error::Code::InvalidArgument,
                          QStringLiteral("Negotiation can only be skipped with WebSockets."));
    const Deferred<Expected<void>> outcome = m_starting.emplace();
    m_attempt = 0;
    m_stopRequested = false;
    const QPointer<HubConnection> self(this);
    setState(State::Connecting);
    if (self && m_state == State::Connecting)
        beginAttempt();
    co_return co_await outcome.wait();
}

QCoro::Task<> HubConnection::stop()
{
    if (m_state == State::Disconnected)
        co_return;
    if (m_state != State::Connected) {
        finish(std::nullopt);
        co_return;
    }
    const Deferred<bool> done;
    m_stopping.append(done);
    if (!std::exchange(m_stopRequested, true))
        m_link->close();
    co_await done.wait();
}

std::optional<HubTransport> HubConnection::transport() const
{
    return m_state == State::Connected ? std::optional(m_link->transport()) : std::nullopt;
}

void HubConnection::beginAttempt()
{
    m_network = makeHubNetwork(m_cookies); // with sockets, proxies and trust as they are now
    m_choice = std::make_unique<TransportChoice>(m_options.transports, m_protocol->isBinary());
    negotiate();
}

void HubConnection::negotiate()
{
    const QString accessToken = m_options.accessToken ? m_options.accessToken() : QString();
    if (!m_options.negotiate)
        return negotiated(directAddress(m_options.url, accessToken));
    m_negotiator = new Negotiator(m_options, accessToken, m_network, this);
    connect(m_negotiator, &Negotiator::finished, this, &HubConnection::negotiated);
    m_negotiator->start();
}

void HubConnection::negotiated(const Expected<HubAddress> &address)
{
    if (m_negotiator)
        std::exchange(m_negotiator, nullptr)->deleteLater();
    if (!address)
        return attemptFailed(address.error());
    m_choice->offer(address->offers);
    if (const auto transport = m_choice->next())
        openTransport(*transport, *address);
    else
        attemptFailed(m_choice->error());
}

void HubConnection::openTransport(HubTransport transport, const HubAddress &address)
{
    m_link = new HubLink(
        m_options, *m_protocol, transport, address, m_network,
        [this](HubMessage &&message) { received(std::move(message)); }, this);
    connect(m_link, &HubLink::opened, this, &HubConnection::opened);
    connect(m_link, &HubLink::ended, this, &HubConnection::lost);
    m_link->open();
}

void HubConnection::opened()
{
    m_connectedSince.start();
    m_connectionId = m_link->connectionId();
    const bool again = m_state == State::Reconnecting;
    const QPointer<HubConnection> self(this);
    setState(State::Connected);
    if (!self || m_state != State::Connected)
        return;
    if (again)
        Q_EMIT reconnected(m_connectionId);
    else if (const auto starting = std::exchange(m_starting, std::nullopt))
        starting->resolve({});
}

void HubConnection::lost(const std::optional<Error> &error, bool mayReconnect)
{
    if (m_state != State::Connected)
        return openingFailed(error.value_or(notConnected()));
    qCDebug(clientLog) << "Connection lost" << m_connectionId << (error ? error->message : QString());
    if (m_stopRequested || !mayReconnect || m_options.reconnect.isOff())
        return finish(m_stopRequested ? std::nullopt : error);
    dropLink();
    if (std::chrono::milliseconds(m_connectedSince.elapsed()) >= steady)
        m_attempt = 0;
    const QPointer<HubConnection> self(this);
    setState(State::Reconnecting);
    if (self)
        m_calls->failAll(lostBeforeAnswer());
    if (self && m_state == State::Reconnecting)
        retry(*error);
}

// The next transport is tried with another negotiation: the first one's connection may be bound to its
// transport. A server that was reached and refused the handshake would do so over each.
void HubConnection::openingFailed(const Error &error)
{
    if (m_link->hasReachedServer())
        return attemptFailed(error);
    dropLink();
    m_choice->failed(error);
    if (m_choice->isExhausted())
        return attemptFailed(m_choice->error());
    qCDebug(clientLog) << "Transport failed, trying the next" << error.message;
    negotiate();
}

void HubConnection::attemptFailed(const Error &error)
{
    dropLink();
    if (m_state == State::Reconnecting) {
        // Asked again with the newest token; another try would only hammer.
        if (error.code == Error::Code::Unauthorized)
            finish(error);
        else
            retry(error);
        return;
    }
    const auto starting = std::exchange(m_starting, std::nullopt);
    setState(State::Disconnected);
    if (starting)
        starting->resolve(tl::unexpected(error));
}

void HubConnection::retry(const Error &error)
{
    const auto delay = m_options.reconnect.delay(m_attempt++);
    if (!delay)
        return finish(error);
    m_retryTimer.start(*delay);
    Q_EMIT reconnecting(error, *delay);
}

void HubConnection::retryNow()
{
    if (m_retryTimer.isActive())
        m_retryTimer.start(0);
}

void HubConnection::finish(const std::optional<Error> &error)
{
    dropLink();
    m_retryTimer.stop();
    const auto starting = std::exchange(m_starting, std::nullopt);
    const auto stopping = std::exchange(m_stopping, {});
    const QPointer<HubConnection> self(this);
    setState(State::Disconnected);
    if (self)
        m_calls->failAll(lostBeforeAnswer());
    if (starting)
        starting->resolve(stopped());
    else if (self)
        Q_EMIT closed(error);
    for (const Deferred<bool> &waiting : stopping)
        waiting.resolve(true);
}

void HubConnection::dropLink()
{
    if (m_negotiator) {
        m_negotiator->disconnect(this);
        std::exchange(m_negotiator, nullptr)->deleteLater();
    }
    if (m_link) {
        m_link->disconnect(this);
        m_link->close();
        std::exchange(m_link, nullptr)->deleteLater();
    }
    m_connectionId = QString();
}

void HubConnection::setState(State state)
{
    if (std::exchange(m_state, state) != state)
        Q_EMIT stateChanged(state);
}

void HubConnection::received(HubMessage &&message)
{
    if (const auto *invocation = std::get_if<Invocation>(&message))
        invoked(*invocation);
    else if (auto *completion = std::get_if<Completion>(&message))
        m_calls->complete(std::move(*completion));
    else if (auto *item = std::get_if<StreamItem>(&message))
        m_calls->item(std::move(*item));
    // The link has dealt with Ack and Sequence, and the server takes no streams from us to cancel.
}

void HubConnection::invoked(const Invocation &invocation)
{
    const QList<Handler> handlers = m_handlers.value(invocation.target.toLower());
    const QPointer<HubConnection> self(this);
    for (const Handler &handler : handlers) {
        handler(invocation.arguments);
        if (!self)
            return;
    }
    if (invocation.invocationId.isNull() || !m_link)
        return;
    if (const Answerer answerer = m_answerers.value(invocation.target.toLower()))
        answerCall(this, answerer, invocation);
    else
        complete({invocation.invocationId, {}, QStringLiteral("Client didn't provide a result.")});
}

QCoro::Task<> HubConnection::answerCall(QPointer<HubConnection> self, Answerer answerer,
                                        Invocation invocation)
{
    const QPointer<HubLink> link = self->m_link;
    const Expected<Value> result = co_await answerer(invocation.arguments);
    if (!self || !link || self->m_link != link)
        co_return; // who asked is gone
    if (result)
        self->complete({invocation.invocationId, *result, {}});
    else
        self->complete({invocation.invocationId, {}, result.error().message});
}

void HubConnection::complete(const Completion &completion)
{
    Expected<QByteArray> record = m_protocol->encode(completion);
    if (!record)
        record = m_protocol->encode(
            Completion{completion.invocationId, {}, QStringLiteral("The result cannot be encoded.")});
    if (record)
        (void)m_link->write(*record); // with a full queue the server's call times out there
}

void HubConnection::answer(const QString &method, Answerer answerer)
{
    m_answerers[method.toLower()] = std::move(answerer);
}

void HubConnection::on(const QString &method, Handler handler)
{
    m_handlers[method.toLower()].append(std::move(handler));
}

Expected<void> HubConnection::sendCall(Invocation &&invocation)
{
    const Expected<QByteArray> record = m_protocol->encode(std::move(invocation));
    return record ? m_link->write(*record) : tl::unexpected(record.error());
}

Expected<void> HubConnection::mayCall() const
{
    if (m_state != State::Connected || m_stopRequested)
        return tl::unexpected(notConnected());
    if (m_calls->isFull())
        return failure(Error::Code::LimitReached,
                       QStringLiteral("Too many calls wait for the server's answer."));
    return {};
}

Expected<void> HubConnection::send(const QString &method, Value::Array arguments)
{
    if (m_state != State::Connected || m_stopRequested)
        return tl::unexpected(notConnected());
    return sendCall({{}, method, std::move(arguments), {}});
}

QCoro::Task<Expected<Value>> HubConnection::invoke(QString method, Value::Array arguments, Uploads uploads)
{
    if (const Expected<void> may = mayCall(); !may)
        co_return tl::unexpected(may.error());
    const PendingCalls::Answer answer;
    const QString id = m_calls->add(answer);
    const QStringList streamIds = nextStreamIds(uploads.size());
    if (const Expected<void> sent = sendCall({id, method, std::move(arguments), streamIds}); !sent) {
        m_calls->forget(id);
        co_return tl::unexpected(sent.error());
    }
    openUploads(uploads, streamIds);
    co_return co_await answer.wait();
}

Expected<HubStream> HubConnection::stream(const QString &method, Value::Array arguments,
                                          const Uploads &uploads)
{
    if (const Expected<void> may = mayCall(); !may)
        return tl::unexpected(may.error());
    auto state = std::make_shared<HubStream::State>();
    state->maximumItems = m_options.maximumStreamItems;
    const QString id = m_calls->add(state);
    const QStringList streamIds = nextStreamIds(uploads.size());
    if (const Expected<void> sent = sendCall({id, method, std::move(arguments), streamIds, true}); !sent) {
        m_calls->forget(id);
        return tl::unexpected(sent.error());
    }
    openUploads(uploads, streamIds);
    state->cancel = [self = QPointer<HubConnection>(this), id] {
        if (self)
            self->cancel(id);
    };
    return HubStream(std::move(state));
}

QStringList HubConnection::nextStreamIds(qsizetype count)
{
    QStringList ids;
    for (qsizetype i = 0; i < count; ++i)
        ids.append(u'u' % QString::number(++m_lastStreamId)); // none of the calls' own
    return ids;
}

void HubConnection::openUploads(const Uploads &uploads, const QStringList &streamIds)
{
    auto id = streamIds.begin();
    for (HubUpload *upload : uploads) {
        upload->m_state->send = [link = QPointer<HubLink>(m_link), protocol = m_protocol,
                                 id = *id++](HubUpload::Message kind, const Value &item,
                                             const QString &error) -> Expected<void> {
            if (!link)
                return tl::unexpected(notConnected());
            const HubMessage message = kind == HubUpload::Message::Item
                ? HubMessage(StreamItem{id, item})
                : HubMessage(Completion{id, {}, error});
            const Expected<QByteArray> record = protocol->encode(message);
            return record ? link->write(*record) : tl::unexpected(record.error());
        };
    }
}

void HubConnection::cancel(const QString &invocationId)
{
    m_calls->forget(invocationId);
    if (m_state != State::Connected)
        return;
    if (const Expected<QByteArray> record = m_protocol->encode(CancelInvocation{invocationId}))
        (void)m_link->write(*record); // with a full queue its items are ignored
}

} // namespace nextchat::signalr
