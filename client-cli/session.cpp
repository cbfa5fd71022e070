// SPDX-License-Identifier: MIT
#include "client-cli/session.h"

#include "common/chat/tokenbearer.h"

#include <qcorotimer.h>

namespace nextchat::console {

Session::Session(const Printer &printer, Completion &completion, SessionOptions options, QObject *parent)
    : QObject(parent)
    , m_printer(printer)
    , m_completion(completion)
    , m_options(std::move(options))
{
    connect(&m_prompt, &Prompt::changed, this, &Session::promptChanged);
}

Session::~Session() = default;

qsizetype Session::messagesOnTheirWay() const
{
    if (!m_client)
        return 0;
    // What is kept need not wait for a connection, or for its group to be joined.
    const bool isOnline = m_client->state() == chat::ChatClient::State::Connected;
    const QStringList joined = m_client->joinedGroups();
    const auto &items = m_client->outbox().items();
    return std::count_if(items.begin(), items.end(), [&](const chat::OutboxItem &item) {
        return item.state == chat::OutboxItem::State::Sending
            && (!m_kept || (isOnline && joined.contains(item.groupId)));
    });
}

Expected<chat::ChatClient *> Session::client() const
{
    if (!m_client)
        return failure(Error::Code::Unavailable,
                       QStringLiteral("Not connected. `connect URI USER` connects."));
    return m_client.get();
}

QCoro::Task<Expected<void>> Session::connectTo(QUrl url, QString user)
{
    if (m_client)
        co_await disconnectFrom();
    const QString bearer = chat::bearerOf(m_options.token);
    if (user.isEmpty())
        user = bearer;
    else if (chat::isForAnother(m_options.token, user))
        co_return failure(Error::Code::InvalidArgument,
                          u"The token is for " % bearer % u", not for " % user % u'.');
    chat::ChatClientOptions options;
    options.url = url;
    options.transports = m_options.transports;
    options.accessToken = [token = m_options.token.isEmpty() ? user : m_options.token] { return token; };
    auto client = std::make_unique<chat::ChatClient>(std::move(options));
    const auto started = co_await client->start();
    if (!started) {
        client.release()->deleteLater(); // we may be inside of its signals
        co_return tl::unexpected(started.error());
    }
    listen(*client, url, user);
    m_client = std::move(client);
    m_printer.state(QStringLiteral("connected"),
                    user.isEmpty()
                        ? QString(u"Connected to " % url.toDisplayString() % u'.')
                        : QString(u"Connected to " % url.toDisplayString() % u" as " % user % u'.'),
                    m_details);
    m_prompt.online(m_shownAs);
    openOutbox(url, user);
    co_return {};
}

void Session::listen(chat::ChatClient &client, const QUrl &url, const QString &user)
{
    using chat::ChatClient;
    m_user = user;
    m_shownAs = user.isEmpty() ? url.host() : user;
    m_details = {{QStringLiteral("url"), url.toDisplayString()}};
    if (!user.isEmpty())
        m_details.insert(QStringLiteral("userId"), user);
    connect(&client, &ChatClient::messageReceived, this, &Session::showMessage);
    connect(&client, &ChatClient::historyReceived, this,
            [this](const QString &groupId, const QList<chat::Message> &messages) {
                m_printer.history(groupId, messages, false, true);
                m_conversations.joined(groupId, messages);
            });
    connect(&client, &ChatClient::mayHaveMissed, this, [this](const QString &groupId) {
        m_printer.state(QStringLiteral("gap"), u"Messages of '" % groupId % u"' may be missing here.",
                        {{QStringLiteral("groupId"), groupId}});
    });
    connect(&client, &ChatClient::groupLost, this, [this](const QString &groupId, const Error &error) {
        m_printer.error(u"No longer in '" % groupId % u"': " % error.message);
        forget(groupId);
    });
    listenToPresence(client);
    connect(&client, &ChatClient::reconnecting, this, &Session::showReconnecting);
    connect(&client, &ChatClient::reconnected, this, [this] {
        m_lostBy.clear();
        m_printer.state(QStringLiteral("connected"), QStringLiteral("Connected again."), m_details);
        m_prompt.online(m_shownAs);
        showUnsent();
    });
    connect(&client, &ChatClient::closed, this, &Session::showClosed);
    connect(&client, &ChatClient::outboxChanged, this, &Session::settle);
}

void Session::listenToPresence(const chat::ChatClient &client)
{
    using chat::ChatClient;
    connect(&client, &ChatClient::memberJoined, this, [this](const QString &groupId, const QString &userId) {
        m_completion.addMembers(groupId, {userId});
        m_printer.memberJoined(groupId, userId);
    });
    connect(&client, &ChatClient::memberLeft, this, [this](const QString &groupId, const QString &userId) {
        m_prompt.stoppedTyping(groupId, userId);
        m_completion.removeMember(groupId, userId);
        m_printer.memberLeft(groupId, userId);
    });
    connect(&client, &ChatClient::memberTyping, this, [this](const QString &groupId, const QString &userId) {
        if (m_options.hasPrompt)
            m_prompt.isTyping(groupId, userId);
        else
            m_printer.typing(groupId, userId);
    });
}

void Session::showMessage(const chat::Message &message)
{
    m_prompt.stoppedTyping(message.groupId, message.authorId);
    if (message.authorId != m_user)
        m_completion.useMember(message.groupId, message.authorId);
    if (!m_options.hasPrompt || m_conversations.showsNow(message, m_user))
        m_printer.message(message);
    else
        m_prompt.setUnread(m_conversations.unread());
}

// A prompt counts down to each attempt; what is new in a line is why it failed.
void Session::showReconnecting(const Error &error, std::chrono::milliseconds delay)
{
    m_prompt.reconnecting(delay);
    showUnsent();
    if (std::exchange(m_lostBy, error.message) == error.message && m_options.hasPrompt)
        return;
    QJsonObject details = m_details;
    details.insert(QStringLiteral("error"), error.message);
    details.insert(QStringLiteral("delayMs"), static_cast<qint64>(delay.count()));
    m_printer.state(QStringLiteral("reconnecting"), u"Connection lost, connecting again: " % error.message,
                    details);
}

void Session::forget(const QString &groupId)
{
    m_conversations.forget(groupId);
    refreshPrompt();
}

void Session::connectionIsGone(chat::ChatClient &ended)
{
    closeOutbox(ended);
    m_lostBy.clear();
    m_conversations.clear();
    refreshPrompt();
    m_prompt.offline();
    m_printer.state(QStringLiteral("disconnected"), QStringLiteral("Disconnected."), m_details);
    Q_EMIT connectionEnded();
    wakeSayings();
}

void Session::refreshPrompt()
{
    m_completion.setCurrent(m_conversations.current());
    m_prompt.setCurrent(m_conversations.current());
    m_prompt.setUnread(m_conversations.unread());
}

void Session::showClosed(const std::optional<Error> &error)
{
    if (!m_client)
        return; // we end it ourselves, and say so there
    chat::ChatClient *ended = m_client.release();
    ended->deleteLater();
    if (error)
        m_printer.error(u"The connection has ended: " % error->message);
    connectionIsGone(*ended);
}

QCoro::Task<> Session::end(std::chrono::milliseconds patience)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (messagesOnTheirWay() > 0 && std::chrono::steady_clock::now() < deadline)
        co_await QCoro::sleepFor(std::chrono::milliseconds(20));
    if (m_client)
        co_await disconnectFrom();
    while (!m_saying.isEmpty()) // their commands learn that it has ended
        co_await QCoro::sleepFor(std::chrono::milliseconds(0));
}

QCoro::Task<Expected<void>> Session::disconnectFrom()
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    chat::ChatClient *ending = m_client.release(); // showClosed() leaves this one alone
    co_await ending->stop();
    ending->deleteLater();
    connectionIsGone(*ending);
    co_return {};
}

} // namespace nextchat::console
