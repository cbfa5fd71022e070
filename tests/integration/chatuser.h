// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/chatclient.h"

#include <QElapsedTimer>

#include <chrono>
#include <memory>

namespace nextchat::test {

// A user with what reached it. It reconnects for ever, and soon. Lives in its client's thread.
struct ChatUser
{
    // `name` is its token too (`auth.mode: trusted`).
    ChatUser(const QUrl &url, const QString &name,
             const QList<signalr::HubTransport> &transports = signalr::allTransports())
    {
        using namespace std::chrono_literals;
        chat::ChatClientOptions options;
        options.url = url;
        options.transports = transports;
        options.accessToken = [name] { return name; };
        options.reconnect = {.delays = {0ms, 50ms, 100ms, 200ms}, .forever = true};
        client = std::make_unique<chat::ChatClient>(options);
        record();
    }
    ChatUser(const ChatUser &) = delete;
    ChatUser &operator=(const ChatUser &) = delete;

    QStringList texts() const
    {
        QStringList list;
        for (const chat::Message &message : received)
            list.append(message.text);
        return list;
    }

    std::unique_ptr<chat::ChatClient> client;
    QList<chat::Message> received; // of all its groups, by joining and afterwards
    QList<chat::OutboxItem> ended; // each time one was sent or given up
    int missed = 0;
    int lost = 0;
    int reconnects = 0;
    QList<std::chrono::milliseconds> pauses; // each from losing its connection to having one again

private:
    void record()
    {
        using chat::ChatClient;
        ChatClient *const from = client.get();
        QObject::connect(
            from, &ChatClient::historyReceived, from,
            [this](const QString &, const QList<chat::Message> &messages) { received += messages; });
        QObject::connect(from, &ChatClient::messageReceived, from,
                         [this](const chat::Message &message) { received.append(message); });
        QObject::connect(from, &ChatClient::mayHaveMissed, from, [this] { ++missed; });
        QObject::connect(from, &ChatClient::groupLost, from, [this] { ++lost; });
        QObject::connect(from, &ChatClient::stateChanged, from, [this](signalr::HubConnection::State state) {
            if (state == signalr::HubConnection::State::Reconnecting)
                m_lostSince.start();
        });
        QObject::connect(from, &ChatClient::reconnected, from, [this] {
            ++reconnects;
            pauses.append(std::chrono::milliseconds(m_lostSince.elapsed()));
        });
        QObject::connect(from, &ChatClient::outboxChanged, from, [this](const chat::OutboxItem &item) {
            if (item.state != chat::OutboxItem::State::Sending)
                ended.append(item);
        });
    }

    QElapsedTimer m_lostSince;
};

} // namespace nextchat::test
