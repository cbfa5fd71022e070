// SPDX-License-Identifier: MIT
#include "common/chat/chatclient.h"

#include "common/chat/chaterror.h"
#include "common/chat/chatlog.h"
#include "common/chat/groupsessions.h"
#include "common/chat/groupwatches.h"
#include "common/chat/rules.h"

#include <QPointer>

namespace nextchat::chat {

namespace {

using signalr::Convert;
using signalr::HubConnection;
using signalr::Value;

signalr::HubConnectionOptions hubOptions(const ChatClientOptions &options)
{
    signalr::HubConnectionOptions hub;
    hub.url = options.url;
    hub.transports = options.transports;
    hub.negotiate = options.negotiate;
    hub.accessToken = options.accessToken;
    hub.reconnect = options.reconnect;
    hub.callTimeout = options.callTimeout;
    hub.keepAliveInterval = options.keepAliveInterval;
    hub.serverTimeout = options.serverTimeout;
    return hub;
}

template <typename... T> Value::Array arguments(const T &...values)
{
    Value::Array array;
    array.reserve(sizeof...(values));
    (array.push_back(Convert<T>::to(values)), ...);
    return array;
}

Error unexpectedAnswer(const QString &method)
{
    return {Error::Code::Protocol, u"The server's answer to " % method % u" is not of the expected shape."};
}

// Calls `handler` with the arguments of a call from the server, converted; calls of another shape are logged
// and dropped.
template <typename... T, typename Handler>
void onCall(HubConnection &hub, const QString &method, Handler handler)
{
    hub.on(method, [method, handler](const Value::Array &values) {
        const auto unpack = [&]<std::size_t... I>(std::index_sequence<I...>)
        {
            const std::tuple<std::optional<T>...> converted{Convert<T>::from(values[I])...};
            const bool good = (std::get<I>(converted).has_value() && ...);
            if (good)
                handler(*std::get<I>(converted)...);
            return good;
        };
        if (values.size() < sizeof...(T) || !unpack(std::index_sequence_for<T...>()))
            qCWarning(chatClientLog) << "The server called" << method << "with arguments of another shape";
    });
}

} // namespace

ChatClient::ChatClient(ChatClientOptions options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_hub(std::make_unique<HubConnection>(hubOptions(m_options)))
    , m_groups(std::make_unique<GroupSessions>([this](QString groupId, QString epoch, qint64 afterSeq) {
        return resumeGroup(std::move(groupId), std::move(epoch), afterSeq);
    }))
    , m_watches(std::make_unique<GroupWatches>([this](const QString &groupId) {
        return callFor<void>(QStringLiteral("Watch"), arguments(groupId, true));
    }))
{
    m_outboxTimer.setSingleShot(true);
    connect(&m_outboxTimer, &QTimer::timeout, this, &ChatClient::sendFromOutbox);
    connect(&m_outbox, &Outbox::changed, this, &ChatClient::outboxChanged);
    connect(&m_outbox, &Outbox::changed, &m_outboxTimer, [this] { m_outboxTimer.start(0); });
    connect(&m_outbox, &Outbox::discarded, &m_outboxTimer, [this] { m_outboxTimer.start(0); });
    watchConnection();
    watchGroups();
    handleServerCalls();
}

ChatClient::~ChatClient() = default;

void ChatClient::watchConnection()
{
    connect(m_hub.get(), &HubConnection::stateChanged, this, [this](State state) {
        m_hearsOfEpochs = m_hearsOfEpochs && state == State::Connected;
        switch (state) {
        case State::Reconnecting:
            m_groups->connectionLost();
            m_watches->connectionLost();
            break;
        case State::Disconnected:
            m_groups->clear();
            m_watches->clear();
            break;
        default:
            break;
        }
        Q_EMIT stateChanged(state);
    });
    connect(m_hub.get(), &HubConnection::reconnecting, this, &ChatClient::reconnecting);
    connect(m_hub.get(), &HubConnection::closed, this, &ChatClient::closed);
    connect(m_hub.get(), &HubConnection::reconnected, this, [this] {
        const QPointer<ChatClient> self(this);
        Q_EMIT reconnected();
        if (self)
            m_groups->reconnected();
    });
}

void ChatClient::watchGroups()
{
    connect(m_groups.get(), &GroupSessions::historyReceived, this,
            [this](const QString &groupId, const QList<Message> &messages) {
                const QPointer<ChatClient> self(this);
                for (const Message &message : messages) {
                    if (self)
                        m_outbox.seen(message);
                }
                if (self)
                    Q_EMIT historyReceived(groupId, messages);
            });
    connect(m_groups.get(), &GroupSessions::messageReceived, this, [this](const Message &message) {
        const QPointer<ChatClient> self(this);
        m_outbox.seen(message);
        if (self)
            Q_EMIT messageReceived(message);
    });
    connect(m_groups.get(), &GroupSessions::mayHaveMissed, this, &ChatClient::mayHaveMissed);
    connect(m_groups.get(), &GroupSessions::groupLost, this,
            [this](const QString &groupId, const Error &error) {
                m_watches->ended(groupId);
                Q_EMIT groupLost(groupId, error);
            });
    connect(m_groups.get(), &GroupSessions::caughtUp, this, [this](const QString &groupId) {
        m_watches->resumed(groupId);
        m_outboxTimer.start(0);
        Q_EMIT caughtUp(groupId);
    });
}

void ChatClient::handleServerCalls()
{
    onCall<Message>(*m_hub, QStringLiteral("OnMessage"),
                    [this](const Message &message) { m_groups->message(message); });
    onCall<QList<Message>>(*m_hub, QStringLiteral("OnHistory"),
                           [this](const QList<Message> &messages) { m_groups->history(messages); });
    onCall<QString, QString>(*m_hub, QStringLiteral("OnEpoch"),
                             [this](const QString &groupId, const QString &epoch) {
                                 const QPointer<ChatClient> self(this);
                                 Q_EMIT epochBegan(groupId, epoch);
                                 if (self)
                                     m_groups->epoch(groupId, epoch);
                             });
    onCall<QString, QString>(
        *m_hub, QStringLiteral("OnMemberJoined"),
        [this](const QString &groupId, const QString &userId) { Q_EMIT memberJoined(groupId, userId); });
    onCall<QString, QString>(
        *m_hub, QStringLiteral("OnMemberLeft"),
        [this](const QString &groupId, const QString &userId) { Q_EMIT memberLeft(groupId, userId); });
    onCall<QString, QString>(
        *m_hub, QStringLiteral("OnTyping"),
        [this](const QString &groupId, const QString &userId) { Q_EMIT memberTyping(groupId, userId); });
}

QCoro::Task<Expected<void>> ChatClient::start()
{
    return m_hub->start();
}

QCoro::Task<> ChatClient::stop()
{
    return m_hub->stop();
}

QStringList ChatClient::joinedGroups() const
{
    return m_groups->joined();
}

QCoro::Task<Expected<Value>> ChatClient::call(QString method, Value::Array values)
{
    const Expected<Value> result = co_await m_hub->invoke(std::move(method), std::move(values));
    if (!result)
        co_return tl::unexpected(chatError(result.error()));
    co_return result;
}

template <typename T> QCoro::Task<Expected<T>> ChatClient::callFor(QString method, Value::Array values)
{
    const Expected<Value> result = co_await call(method, std::move(values));
    if (!result)
        co_return tl::unexpected(result.error());
    if constexpr (std::is_void_v<T>) {
        co_return Expected<void>();
    } else {
        std::optional<T> converted = Convert<T>::from(*result);
        if (!converted)
            co_return tl::unexpected(unexpectedAnswer(method));
        co_return std::move(*converted);
    }
}

QCoro::Task<Expected<void>> ChatClient::createGroup(QString groupId)
{
    return callFor<void>(QStringLiteral("CreateGroup"), arguments(groupId));
}

QCoro::Task<Expected<QList<Group>>> ChatClient::listGroups()
{
    return callFor<QList<Group>>(QStringLiteral("ListGroups"), {});
}

QCoro::Task<Expected<QList<Group>>> ChatClient::findGroups(QString prefix, std::optional<QString> after,
                                                           int limit)
{
    return callFor<QList<Group>>(QStringLiteral("FindGroups"), arguments(prefix, after, limit));
}

QCoro::Task<Expected<GroupJoinResult>> ChatClient::joinGroup(QString groupId)
{
    const QPointer<ChatClient> self(this);
    if (state() == State::Connected)
        m_groups->joinBegins(groupId);
    const Expected<GroupJoinResult> result =
        co_await callFor<GroupJoinResult>(QStringLiteral("JoinGroup"), arguments(groupId));
    if (self) {
        m_groups->joinEnds(groupId, result == GroupJoinResult::Ok);
        if (result == GroupJoinResult::Ok)
            askForEpochs(groupId);
        m_outboxTimer.start(0); // something may have waited for this
    }
    co_return result;
}

QCoro::Task<Expected<void>> ChatClient::leaveGroup(QString groupId)
{
    const QPointer<ChatClient> self(this);
    if (state() == State::Reconnecting && m_groups->isJoined(groupId)) {
        m_groups->leave(groupId);
        m_watches->ended(groupId);
        co_return Expected<void>();
    }
    const Expected<void> result = co_await callFor<void>(QStringLiteral("LeaveGroup"), arguments(groupId));
    // With the connection lost, the place was lost too: what matters is that it is not taken again.
    if (self && (result || result.error().code == Error::Code::UnknownOutcome)) {
        m_groups->leave(groupId);
        m_watches->ended(groupId);
    }
    co_return result;
}

QCoro::Task<Expected<void>> ChatClient::sendMessage(QString groupId, QString text)
{
    return callFor<void>(QStringLiteral("SendMessage"), arguments(groupId, text));
}

QCoro::Task<Expected<MessageReceipt>> ChatClient::postMessage(QString groupId, QString text,
                                                              QString clientMessageId)
{
    return callFor<MessageReceipt>(QStringLiteral("PostMessage"), arguments(groupId, text, clientMessageId));
}

QCoro::Task<Expected<HistoryPage>> ChatClient::getHistory(QString groupId, std::optional<qint64> beforeSeq,
                                                          int limit)
{
    return callFor<HistoryPage>(QStringLiteral("GetHistory"), arguments(groupId, beforeSeq, limit));
}

QCoro::Task<Expected<SearchPage>> ChatClient::searchHistory(QString groupId, QString text,
                                                            std::optional<qint64> beforeSeq, int limit)
{
    return callFor<SearchPage>(QStringLiteral("SearchHistory"), arguments(groupId, text, beforeSeq, limit));
}

QCoro::Task<Expected<void>> ChatClient::streamHistory(QString groupId, qint64 afterSeq,
                                                      std::function<bool(Message)> onMessage)
{
    const QString method = QStringLiteral("StreamHistory");
    Expected<signalr::HubStream> stream = m_hub->stream(method, arguments(groupId, afterSeq));
    if (!stream)
        co_return tl::unexpected(chatError(stream.error()));
    for (;;) {
        const Expected<std::optional<Value>> item = co_await stream->next();
        if (!item)
            co_return tl::unexpected(chatError(item.error()));
        if (!*item)
            co_return Expected<void>();
        std::optional<Message> message = Convert<Message>::from(**item);
        if (!message)
            co_return tl::unexpected(unexpectedAnswer(method));
        if (!onMessage(std::move(*message)))
            co_return Expected<void>();
    }
}

QCoro::Task<Expected<QStringList>> ChatClient::listMembers(QString groupId)
{
    return callFor<QStringList>(QStringLiteral("ListMembers"), arguments(groupId));
}

// Only a connection that has called a method of contract.md 1.2 hears of epochs. This is one that does
// nothing.
void ChatClient::askForEpochs(const QString &groupId)
{
    if (!std::exchange(m_hearsOfEpochs, true))
        (void)m_hub->send(QStringLiteral("Watch"), arguments(groupId, false));
}

QCoro::Task<Expected<void>> ChatClient::watch(QString groupId, bool on)
{
    const QPointer<ChatClient> self(this);
    if (!on && state() == State::Reconnecting) {
        m_watches->ended(groupId);
        co_return Expected<void>();
    }
    m_hearsOfEpochs = true;
    const Expected<void> result = co_await callFor<void>(QStringLiteral("Watch"), arguments(groupId, on));
    if (!self)
        co_return result;
    if (on && result && m_groups->isJoined(groupId))
        m_watches->began(groupId);
    // Unless it certainly goes on: with the connection, or the place in the group, it has ended anyway.
    if (!on && (result || result.error().code != Error::Code::Unavailable))
        m_watches->ended(groupId);
    co_return result;
}

QCoro::Task<Expected<void>> ChatClient::typing(QString groupId)
{
    return callFor<void>(QStringLiteral("Typing"), arguments(groupId));
}

QCoro::Task<Expected<ResumeResult>> ChatClient::resumeGroup(QString groupId, QString epoch, qint64 afterSeq)
{
    m_hearsOfEpochs = true;
    return callFor<ResumeResult>(QStringLiteral("ResumeGroup"), arguments(groupId, epoch, afterSeq));
}

Expected<QString> ChatClient::post(const QString &groupId, const QString &text)
{
    if (!isValidId(groupId))
        return failure(Error::Code::InvalidArgument, texts::badGroupId());
    if (!isValidText(text))
        return failure(Error::Code::InvalidArgument, texts::badText());
    if (state() == State::Connected && !m_groups->isJoined(groupId))
        return failure(Error::Code::NotMember, texts::notMember(groupId));
    return m_outbox.add(groupId, text);
}

void ChatClient::sendFromOutbox()
{
    if (state() != State::Connected)
        return;
    const QPointer<ChatClient> self(this);
    const QStringList groups = m_outbox.waitingGroups();
    for (const QString &groupId : groups) {
        // A message goes out only where we are, and after what came back was recognised.
        const auto item = m_groups->isCaughtUp(groupId) ? m_outbox.next(groupId) : std::nullopt;
        if (item)
            sendOne(*item);
        if (!self)
            return;
    }
    if (const auto pause = m_outbox.nextPause())
        m_outboxTimer.start(*pause);
}

QCoro::Task<> ChatClient::sendOne(OutboxItem item)
{
    const QPointer<ChatClient> self(this);
    const Expected<MessageReceipt> receipt =
        co_await postMessage(item.groupId, item.text, item.clientMessageId);
    if (!self)
        co_return;
    if (receipt)
        m_outbox.accepted(item.clientMessageId, *receipt);
    else
        m_outbox.failed(item.clientMessageId, receipt.error());
}

} // namespace nextchat::chat
