// SPDX-License-Identifier: MIT
#include "tests/unit/serverchat/chatserver.h"

#include "server/chat/audience.h"
#include "server/chat/chathub.h"

namespace nextchat::test {

using namespace signalr;

struct ChatServer::Chat
{
    Chat(ChatServer &server, qsizetype heldBytes, const chat::ChatOptions &options)
        : audience(server.broker, heldBytes)
        , services{server.broker, server.history, audience, server.m_chatMetrics, options}
    {
        audience.setListener(1);
        server.broker.listener = &audience;
    }

    chat::Audience audience;
    chat::ChatServices services;
};

ChatServer::ChatServer(const HubOptions &options, const chat::ChatOptions &chatOptions)
    : HubHost(options)
{
    broker.groupIds = {QStringLiteral("g"), QStringLiteral("h")};
    chat::ChatHub::registerMethods(m_methods);
    inThread([&] { m_chat = std::make_unique<Chat>(*this, options.outboundBytes, chatOptions); });
    open([this](HubConnectionContext &connection) {
        return std::make_unique<chat::ChatHub>(m_chat->services, connection);
    });
}

ChatServer::~ChatServer()
{
    close();
    inThread([this] { m_chat.reset(); });
}

std::unique_ptr<RawHub> joined(ChatServer &server, const QByteArray &user)
{
    auto hub = std::make_unique<RawHub>(server.port, user);
    const QString error = hub->errorOf(QStringLiteral("JoinGroup"), {QStringLiteral("g")});
    if (!error.isEmpty())
        qFatal("%s cannot join: %s", user.constData(), qPrintable(error));
    (void)callsUntilNow(*hub);
    return hub;
}

QStringList callsUntilNow(RawHub &hub)
{
    (void)hub.invoke(QStringLiteral("ListGroups"));
    QStringList calls;
    for (;;) {
        const QJsonObject record = hub.next(std::chrono::milliseconds(0));
        if (record.isEmpty())
            return calls;
        if (record.value(u"type").toInt() != 1)
            continue;
        QString call = record.value(u"target").toString();
        const QJsonArray arguments = record.value(u"arguments").toArray();
        for (const auto &argument : arguments) {
            if (argument.isArray())
                call += u' ' % QString::number(argument.toArray().size());
            else if (argument.isObject())
                call += u' ' % QString::number(argument.toObject().value(u"seq").toInteger());
            else
                call += u' ' % argument.toString();
        }
        calls.append(call);
    }
}

chat::Message message(qint64 seq, const QString &epoch)
{
    return {QStringLiteral("g"), QStringLiteral("ann"), QStringLiteral("t"), {}, seq, epoch, {}};
}

} // namespace nextchat::test
