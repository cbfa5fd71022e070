// SPDX-License-Identifier: MIT
#include "client-gui/model/session.h"

#include "common/chat/rules.h"

namespace nextchat::desktop {

namespace {

using chat::ChatClient;
using chat::Message;
using chat::OutboxItem;

constexpr auto recordDelay =
    std::chrono::milliseconds(250); // a word that is being typed is kept after so long
constexpr auto typingPause = std::chrono::seconds(2); // between two Typing calls

chat::ChatClientOptions clientOptions(const SessionOptions &options, std::function<QString()> accessToken)
{
    chat::ChatClientOptions client;
    client.url = options.url;
    client.reconnect = options.reconnect;
    client.accessToken = std::move(accessToken);
    return client;
}

bool isHopeless(const Error &error)
{
    return error.code == Error::Code::Unauthorized || error.code == Error::Code::Protocol
        || error.code == Error::Code::InvalidArgument;
}

} // namespace

Session::Session(SessionOptions options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_cache(m_options.dataFolder, m_options.url, m_options.user)
    , m_conversations(m_options.user)
    , m_client(std::make_unique<ChatClient>(clientOptions(m_options, [this] { return m_token; })))
{
    m_attemptTimer.setSingleShot(true);
    connect(&m_attemptTimer, &QTimer::timeout, this, [this] { connectOnce(); });
    m_recordTimer.setSingleShot(true);
    connect(&m_recordTimer, &QTimer::timeout, this, &Session::saveRecords);
    m_outboxTimer.setSingleShot(true);
    connect(&m_outboxTimer, &QTimer::timeout, this, &Session::saveOutbox);
    listen();
    listenToPeople();
}

Session::~Session()
{
    m_client->disconnect(this);
    saveRecords();
    if (m_isRestored) // before that, what is kept is not known here
        saveOutbox();
}

void Session::listen()
{
    connect(m_client.get(), &ChatClient::stateChanged, this, [this](ChatClient::State state) {
        if (state == ChatClient::State::Connected)
            setLink(Link::Online);
        else if (state == ChatClient::State::Disconnected)
            m_given.clear();
    });
    connect(m_client.get(), &ChatClient::reconnecting, this,
            [this](const Error &error, std::chrono::milliseconds delay) {
                setLink(Link::Waiting, error, QDeadlineTimer(delay));
            });
    connect(m_client.get(), &ChatClient::reconnected, this, &Session::joinAll);
    connect(m_client.get(), &ChatClient::closed, this, [this](const std::optional<Error> &error) {
        for (Conversation *conversation : m_conversations.all())
            conversation->setPlace(Conversation::Place::Waiting);
        retryLater(error.value_or(Error{Error::Code::Unavailable, tr("The server ended the connection.")}));
    });
    connect(m_client.get(), &ChatClient::historyReceived, this,
            [this](const QString &groupId, const QList<Message> &messages) {
                const bool whole = !m_given.contains(groupId);
                m_given.insert(groupId);
                if (Conversation *conversation = this->conversation(groupId))
                    conversation->joined(messages, whole);
            });
    connect(m_client.get(), &ChatClient::messageReceived, this, [this](const Message &message) {
        if (Conversation *conversation = this->conversation(message.groupId))
            conversation->received(message);
    });
    connect(m_client.get(), &ChatClient::mayHaveMissed, this, [this](const QString &groupId) {
        if (Conversation *conversation = this->conversation(groupId))
            conversation->mayHaveMissed();
    });
    connect(m_client.get(), &ChatClient::groupLost, this, [this](const QString &groupId, const Error &error) {
        if (Conversation *conversation = this->conversation(groupId))
            conversation->setPlace(Conversation::Place::Refused, error.message);
    });
    connect(m_client.get(), &ChatClient::outboxChanged, this, [this](const OutboxItem &item) {
        if (Conversation *conversation = this->conversation(item.groupId))
            conversation->messages().put(item);
        m_outboxTimer.start(0);
    });
    connect(&m_client->outbox(), &chat::Outbox::discarded, this, [this](const QString &clientMessageId) {
        for (Conversation *conversation : m_conversations.all())
            conversation->messages().drop(clientMessageId);
        m_outboxTimer.start(0);
    });
}

void Session::listenToPeople()
{
    connect(m_client.get(), &ChatClient::caughtUp, this, [this](const QString &groupId) {
        if (groupId == m_current)
            readMembers(groupId);
    });
    connect(m_client.get(), &ChatClient::memberJoined, this,
            [this](const QString &groupId, const QString &userId) {
                if (Conversation *conversation = this->conversation(groupId))
                    conversation->members().joined(userId);
            });
    connect(m_client.get(), &ChatClient::memberLeft, this,
            [this](const QString &groupId, const QString &userId) {
                if (Conversation *conversation = this->conversation(groupId))
                    conversation->members().left(userId);
            });
    connect(m_client.get(), &ChatClient::memberTyping, this,
            [this](const QString &groupId, const QString &userId) {
                Conversation *conversation = this->conversation(groupId);
                if (conversation && userId != user())
                    conversation->isTyping(userId);
            });
}

void Session::start(const QString &token)
{
    m_token = token.isEmpty() ? user() : token;
    m_cache.load([this](const AccountState &state) { restore(state); });
    setLink(Link::Connecting);
}

void Session::restore(const AccountState &state)
{
    for (const GroupRecord &record : state.groups)
        add(record).restore(state.recent.value(record.groupId));
    m_client->outbox().restore(state.outbox);
    m_isRestored = true;
    Q_EMIT restored();
    connectOnce();
}

Conversation &Session::add(const GroupRecord &record)
{
    if (Conversation *known = conversation(record.groupId))
        return *known;
    Conversation &made = m_conversations.add(record);
    const QString id = record.groupId;
    connect(&made, &Conversation::recordChanged, this, [this, id] {
        m_unsaved.insert(id);
        if (!m_recordTimer.isActive())
            m_recordTimer.start(recordDelay);
    });
    connect(&made, &Conversation::arrived, this,
            [this, id](const QList<Message> &messages) { Q_EMIT arrived(id, messages); });
    connect(&made, &Conversation::loaded, this, [this, id](const QList<Message> &messages, bool anew) {
        m_cache.addMessages(id, messages, anew);
    });
    return made;
}

void Session::connectNow()
{
    if (m_link == Link::Stopped || m_attemptTimer.isActive()) {
        m_attemptTimer.stop();
        connectOnce();
    } else if (m_link == Link::Waiting) {
        m_client->connection().retryNow();
    }
}

QCoro::Task<> Session::connectOnce()
{
    const QPointer<Session> self(this);
    setLink(Link::Connecting, m_problem);
    const Expected<void> started = co_await m_client->start();
    if (!self)
        co_return;
    if (started) {
        m_attempt = 0;
        m_wasOnline = true;
        setLink(Link::Online);
        joinAll();
    } else if (isHopeless(started.error())) {
        setLink(Link::Stopped, started.error());
    } else {
        retryLater(started.error());
    }
}

void Session::retryLater(const Error &error)
{
    if (isHopeless(error)) {
        setLink(Link::Stopped, error);
        return;
    }
    using namespace std::chrono_literals;
    const auto delay =
        std::max<std::chrono::milliseconds>(m_options.reconnect.delay(++m_attempt).value_or(30s), 50ms);
    m_attemptTimer.start(delay);
    setLink(Link::Waiting, error, QDeadlineTimer(delay));
}

void Session::setLink(Link link, std::optional<Error> error, QDeadlineTimer next)
{
    if (link == Link::Online) {
        for (Conversation *conversation : m_conversations.all()) {
            if (conversation->messages().top() == MessageList::Top::Failed)
                conversation->messages().setTop(MessageList::Top::More);
        }
    }
    Conversation *shown = conversation(m_current);
    if (shown && (link == Link::Waiting || link == Link::Stopped))
        shown->members().setPresent({}); // nobody knows
    m_link = link;
    m_problem = std::move(error);
    m_nextAttempt = next;
    Q_EMIT linkChanged();
}

std::chrono::milliseconds Session::untilAttempt() const
{
    return m_link == Link::Waiting ? std::chrono::milliseconds(m_nextAttempt.remainingTime())
                                   : std::chrono::milliseconds(0);
}

void Session::setCurrent(const QString &groupId)
{
    if (m_current == groupId)
        return;
    if (!m_current.isEmpty())
        unwatch(m_current);
    m_current = groupId;
    watchCurrent();
}

Expected<void> Session::send(const QString &groupId, const QString &text)
{
    if (!chat::isValidText(text))
        return failure(Error::Code::InvalidArgument, chat::texts::badText());
    const Conversation *target = conversation(groupId);
    if (!target || target->place() == Conversation::Place::Refused)
        return failure(Error::Code::NotMember, chat::texts::notMember(groupId));
    m_client->outbox().add(groupId, text);
    return {};
}

void Session::retry(const QString &clientMessageId)
{
    m_client->outbox().retry(clientMessageId);
}

void Session::discard(const QString &clientMessageId)
{
    m_client->outbox().discard(clientMessageId);
}

int Session::unsent(const QString &groupId) const
{
    const auto &items = m_client->outbox().items();
    return static_cast<int>(std::count_if(
        items.begin(), items.end(), [&groupId](const OutboxItem &item) { return item.groupId == groupId; }));
}

void Session::typing(const QString &groupId)
{
    const Conversation *target = conversation(groupId);
    if (m_link != Link::Online || !target || target->place() != Conversation::Place::Joined
        || !m_nextTyping.hasExpired())
        return;
    m_nextTyping = QDeadlineTimer(typingPause);
    (void)m_client->typing(groupId);
}

void Session::saveRecords()
{
    for (const QString &groupId : std::exchange(m_unsaved, {})) {
        if (const Conversation *conversation = this->conversation(groupId))
            m_cache.saveGroup(conversation->record());
    }
}

void Session::saveOutbox()
{
    m_cache.saveOutbox(m_client->outbox().toJson());
}

} // namespace nextchat::desktop
