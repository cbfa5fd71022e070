// SPDX-License-Identifier: MIT
#include "tests/unit/serverchat/chatserver.h"

#include "server/chat/audience.h"
#include "server/chat/chathub.h"
#include "server/net/httpfront.h"
#include "server/net/iocontext.h"
#include "server/net/listener.h"

#include <future>

namespace nextchat::test {

using namespace signalr;

struct ChatServer::Inside
{
    explicit Inside(ChatServer &server)
        : audience(server.broker, server.m_options.outboundBytes)
        , chat{server.broker, server.history, audience, server.m_chatMetrics, server.m_chatOptions}
        , worker(io, server.m_options, server.m_methods, server.m_metrics,
                 [this](HubConnectionContext &connection) {
                     return std::make_unique<chat::ChatHub>(chat, connection);
                 })
        , endpoint(server.m_endpoint, worker)
        , front(io, endpoint, {}, {}, server.m_httpMetrics)
    {
        audience.setListener(1);
        server.broker.listener = &audience;
    }

    net::IoContext io;
    chat::Audience audience;
    chat::ChatServices chat;
    HubWorker worker;
    HubEndpoint endpoint;
    net::HttpFront front;
    std::unique_ptr<net::Listener> listener;
};

ChatServer::ChatServer(const HubOptions &options, const chat::ChatOptions &chatOptions)
    : m_options(options)
    , m_chatOptions(chatOptions)
    , m_metrics(m_registry)
    , m_endpoint{.path = "/next-chat",
                 .authenticate = trustedAuthenticator([](const QString &user) { return !user.isEmpty(); }),
                 .origins = OriginPolicy({}),
                 .tokens = ConnectionTokens({}),
                 .admission = ConnectionAdmission({})}
    , m_thread(QStringLiteral("hub"))
{
    broker.groupIds = {QStringLiteral("g"), QStringLiteral("h")};
    chat::ChatHub::registerMethods(m_methods);
    inThread([this] {
        m_inside = std::make_unique<Inside>(*this);
        m_inside->listener = *net::Listener::open(
            QStringLiteral("127.0.0.1:0"), [this](std::vector<net::AcceptedSocket> sockets) {
                for (net::AcceptedSocket &socket : sockets)
                    m_inside->front.accept(socket.take(), socket.peerAddress());
            });
        port = m_inside->listener->port();
    });
}

ChatServer::~ChatServer()
{
    std::promise<void> stopped;
    inThread([this, &stopped] {
        m_inside->listener.reset();
        m_inside->worker.stop([this, &stopped] {
            m_inside.reset();
            stopped.set_value();
        });
    });
    stopped.get_future().wait();
}

void ChatServer::inThread(const std::function<void()> &work)
{
    std::promise<void> done;
    m_thread.post([&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
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
        for (const QJsonValue &argument : arguments) {
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
