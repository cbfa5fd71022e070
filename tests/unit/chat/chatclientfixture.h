// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/chatclient.h"
#include "tests/unit/signalr/fakehub.h"
#include "tests/unit/signalr/outcome.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

namespace nextchat::chat {

using signalr::FakeHub;
using signalr::outcomeOf;

// Shapes and calls as a server sends them, about group "g" in epoch "e".

inline QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

inline QJsonObject message(qint64 seq, const QString &text, const QString &clientMessageId = {},
                           const QString &epoch = u"e"_qs)
{
    return {{u"groupId"_qs, u"g"_qs},
            {u"authorId"_qs, u"anna"_qs},
            {u"text"_qs, text},
            {u"sendTime"_qs, u"2024-01-01T00:00:00.000000+00:00"_qs},
            {u"seq"_qs, seq},
            {u"epoch"_qs, epoch},
            {u"clientMessageId"_qs, clientMessageId.isNull() ? QJsonValue() : QJsonValue(clientMessageId)}};
}

inline QJsonObject receipt(qint64 seq)
{
    return {{u"groupId"_qs, u"g"_qs},
            {u"seq"_qs, seq},
            {u"epoch"_qs, u"e"_qs},
            {u"sendTime"_qs, u"2024-01-01T00:00:00.000000+00:00"_qs}};
}

inline QJsonObject resumed(const QJsonArray &messages, bool recovered = true, const QString &epoch = u"e"_qs)
{
    return {{u"result"_qs, 0},           {u"recovered"_qs, recovered}, {u"complete"_qs, true},
            {u"hasMore"_qs, !recovered}, {u"epoch"_qs, epoch},         {u"messages"_qs, messages}};
}

inline void call(QWebSocket *client, const QString &target, const QJsonArray &arguments)
{
    FakeHub::send(client, compact({{u"type"_qs, 1}, {u"target"_qs, target}, {u"arguments"_qs, arguments}}));
}

// QJsonArray { array } would be a copy, not an array in an array.
inline void giveHistory(QWebSocket *client, const QJsonArray &messages)
{
    QJsonArray arguments;
    arguments.append(messages);
    call(client, u"OnHistory"_qs, arguments);
}

inline void complete(QWebSocket *client, const QJsonObject &invocation, const QJsonValue &result)
{
    QJsonObject completion{{u"type"_qs, 3}, {u"invocationId"_qs, invocation.value(u"invocationId")}};
    if (!result.isUndefined())
        completion.insert(u"result"_qs, result);
    FakeHub::send(client, compact(completion));
}

inline void refuse(QWebSocket *client, const QJsonObject &invocation, const QString &text)
{
    FakeHub::send(client,
                  compact({{u"type"_qs, 3},
                           {u"invocationId"_qs, invocation.value(u"invocationId")},
                           {u"error"_qs,
                            QString(u"An unexpected error occurred invoking 'X' on the server. HubException: "
                                    % text)}}));
}

// What the tests of ChatClient share: a scripted server on a real socket, a client of it, and what that said.
class ChatClientFixture : public QObject
{
    Q_OBJECT

protected:
    using Answer = std::function<void(QWebSocket *, const QJsonObject &)>;

    std::unique_ptr<FakeHub> m_hub;
    std::unique_ptr<ChatClient> m_client;
    QHash<QString, Answer> m_answers; // by method
    QStringList m_events;

    QList<QJsonArray> callsOf(const QString &method) const
    {
        QList<QJsonArray> calls;
        for (const QJsonObject &message : std::as_const(m_hub->messages)) {
            if (message.value(u"target") == method)
                calls.append(message.value(u"arguments").toArray());
        }
        return calls;
    }

    void record()
    {
        connect(m_client.get(), &ChatClient::historyReceived, this,
                [this](const QString &group, const QList<Message> &list) {
                    QString event = u"history " % group;
                    for (const Message &message : list)
                        event += u' ' % QString::number(message.seq);
                    m_events.append(event);
                });
        connect(m_client.get(), &ChatClient::messageReceived, this,
                [this](const Message &message) { m_events.append(QString::number(message.seq)); });
        connect(m_client.get(), &ChatClient::mayHaveMissed, this, [this] { m_events.append(u"missed"_qs); });
        connect(m_client.get(), &ChatClient::caughtUp, this, [this] { m_events.append(u"caught up"_qs); });
        connect(m_client.get(), &ChatClient::groupLost, this,
                [this](const QString &, const Error &error) { m_events.append(error.message); });
        connect(m_client.get(), &ChatClient::outboxChanged, this, [this](const OutboxItem &item) {
            if (item.state == OutboxItem::State::Sent)
                m_events.append(u"sent " % item.text);
        });
    }

    void start()
    {
        const auto started = outcomeOf(m_client->start());
        QTRY_VERIFY(started->has_value());
        QVERIFY(**started);
    }

    void join()
    {
        const auto joined = outcomeOf(m_client->joinGroup(u"g"_qs));
        QTRY_VERIFY(joined->has_value());
        QVERIFY(**joined == GroupJoinResult::Ok);
    }

private Q_SLOTS:
    void init()
    {
        m_hub = std::make_unique<FakeHub>();
        m_events.clear();
        m_answers = {
            {u"JoinGroup"_qs,
             [](QWebSocket *client, const QJsonObject &invocation) {
                 giveHistory(client, {message(1, u"a"_qs), message(2, u"b"_qs)});
                 complete(client, invocation, 0);
             }},
            {u"ResumeGroup"_qs,
             [](QWebSocket *client, const QJsonObject &invocation) {
                 complete(client, invocation, resumed({}));
             }},
        };
        m_hub->onMessage = [this](QWebSocket *client, const QJsonObject &message) {
            if (const Answer answer = m_answers.value(message.value(u"target").toString()))
                answer(client, message);
        };
        ChatClientOptions options;
        options.url = m_hub->url();
        options.reconnect = {.delays = {std::chrono::milliseconds(0)}, .forever = true};
        m_client = std::make_unique<ChatClient>(options);
        record();
    }

    void cleanup()
    {
        m_client.reset();
        m_hub.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
};

} // namespace nextchat::chat
