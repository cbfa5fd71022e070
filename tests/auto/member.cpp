// SPDX-License-Identifier: MIT
#include "tests/auto/member.h"

namespace nextchat::autotest {

namespace {

using chat::ChatClient;

constexpr std::chrono::seconds callTimeout{15};

chat::ChatClientOptions optionsFor(const QUrl &url, const QString &userId, const TokenSource &tokens)
{
    chat::ChatClientOptions options;
    options.url = url;
    options.accessToken = [userId, tokens] { return tokens(userId); };
    options.reconnect = signalr::ReconnectPolicy::never(); // a lost connection is a failure here
    options.callTimeout = callTimeout;
    return options;
}

} // namespace

Member::Member(const QUrl &url, QString user, const TokenSource &tokens)
    : client(optionsFor(url, user, tokens))
    , userId(std::move(user))
{
    QObject::connect(&client, &ChatClient::messageReceived, &client,
                     [this](const chat::Message &message) { messages.append(message); });
    QObject::connect(
        &client, &ChatClient::historyReceived, &client,
        [this](const QString &, const QList<chat::Message> &history) { histories.append(history); });
}

QCoro::Task<QString> Member::refusalOf(QString method, signalr::Value::Array arguments)
{
    const auto result = co_await client.connection().invoke(method, std::move(arguments));
    co_return result ? QString() : result.error().message;
}

QCoro::Task<QString> Member::streamRefusalOf(QString method, signalr::Value::Array arguments)
{
    auto stream = client.connection().stream(method, std::move(arguments));
    if (!stream)
        co_return stream.error().message;
    for (;;) {
        const auto item = co_await stream->next();
        if (!item)
            co_return item.error().message;
        if (!*item)
            co_return QString();
    }
}

QStringList textsOf(const QList<chat::Message> &messages)
{
    QStringList texts;
    for (const chat::Message &message : messages)
        texts.append(message.text);
    return texts;
}

} // namespace nextchat::autotest
