// SPDX-License-Identifier: MIT
#include "server/chat/clientcalls.h"

namespace nextchat::chat {

namespace {

template <typename... Arguments>
signalr::HubMessage callOf(const QString &method, const Arguments &...arguments)
{
    signalr::Invocation invocation;
    invocation.target = method;
    invocation.arguments.reserve(sizeof...(arguments));
    (invocation.arguments.push_back(signalr::Convert<Arguments>::to(arguments)), ...);
    return invocation;
}

} // namespace

signalr::HubMessage onMessage(const Message &message)
{
    return callOf(QStringLiteral("OnMessage"), message);
}

signalr::HubMessage onHistory(const QList<Message> &messages)
{
    return callOf(QStringLiteral("OnHistory"), messages);
}

signalr::HubMessage onEpoch(const QString &groupId, const QString &epoch)
{
    return callOf(QStringLiteral("OnEpoch"), groupId, epoch);
}

signalr::HubMessage onMemberJoined(const QString &groupId, const QString &userId)
{
    return callOf(QStringLiteral("OnMemberJoined"), groupId, userId);
}

signalr::HubMessage onMemberLeft(const QString &groupId, const QString &userId)
{
    return callOf(QStringLiteral("OnMemberLeft"), groupId, userId);
}

signalr::HubMessage onTyping(const QString &groupId, const QString &userId)
{
    return callOf(QStringLiteral("OnTyping"), groupId, userId);
}

} // namespace nextchat::chat
