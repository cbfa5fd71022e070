// SPDX-License-Identifier: MIT
#include "tests/unit/signalr/fakehub.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTcpSocket>

namespace nextchat::signalr {

FakeHub::FakeHub()
    : onNegotiate([](const QByteArray &) { return accepted(); })
    , onHandshake([](QWebSocket *client) { send(client, "{}"); })
    , onMessage(&FakeHub::echo)
    , m_webSockets(QStringLiteral("fake"), QWebSocketServer::NonSecureMode)
{
    connect(&m_listener, &QTcpServer::newConnection, this, &FakeHub::accept);
    connect(&m_webSockets, &QWebSocketServer::newConnection, this, &FakeHub::upgraded);
    m_listener.listen(QHostAddress::LocalHost);
}

FakeHub::~FakeHub()
{
    for (QWebSocket *client : std::as_const(m_clients))
        client->disconnect(this);
}

QUrl FakeHub::url() const
{
    return url(QStringLiteral("/hub"));
}

QUrl FakeHub::url(const QString &path) const
{
    return QUrl(u"http://127.0.0.1:" % QString::number(m_listener.serverPort()) % path);
}

QByteArray FakeHub::response(const QByteArray &body, const QByteArray &status)
{
    return "HTTP/1.1 " + status
        + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
        + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QByteArray FakeHub::accepted()
{
    return response(
        R"({"negotiateVersion":1,"connectionId":"C1","connectionToken":"T1","availableTransports":)"
        R"([{"transport":"WebSockets","transferFormats":["Text","Binary"]}]})");
}

void FakeHub::send(QWebSocket *client, const QByteArray &json)
{
    client->sendTextMessage(QString::fromUtf8(json) + QChar(0x1E));
}

void FakeHub::echo(QWebSocket *client, const QJsonObject &message)
{
    const QJsonValue id = message.value(u"invocationId");
    if (message.value(u"type") != 1 || !id.isString())
        return;
    const QJsonObject completion{
        {QStringLiteral("type"), 3},
        {QStringLiteral("invocationId"), id},
        {QStringLiteral("result"), message.value(u"arguments").toArray().first()},
    };
    send(client, QJsonDocument(completion).toJson(QJsonDocument::Compact));
}

void FakeHub::stopListening()
{
    m_listener.close();
}

void FakeHub::accept()
{
    while (QTcpSocket *socket = m_listener.nextPendingConnection()) {
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { headArrived(socket); });
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }
}

void FakeHub::headArrived(QTcpSocket *socket)
{
    const QByteArray head = socket->peek(65536);
    if (head.startsWith('\x16')) { // a TLS client hello
        socket->write("HTTP/1.1 400 Bad Request\r\n\r\n");
        socket->disconnectFromHost();
        return;
    }
    if (!head.contains("\r\n\r\n"))
        return;
    socket->disconnect(this);
    if (head.toLower().contains("upgrade: websocket")) {
        lastWebSocketHead = head;
        socket->disconnect(socket);
        m_webSockets.handleConnection(socket);
        return;
    }
    ++negotiations;
    lastNegotiateHead = head;
    socket->readAll();
    const QByteArray answer = onNegotiate(head);
    if (answer.isNull())
        return;
    socket->write(answer);
    socket->disconnectFromHost();
}

void FakeHub::upgraded()
{
    while (QWebSocket *client = m_webSockets.nextPendingConnection()) {
        m_clients.append(client);
        client->setParent(this);
        connect(client, &QWebSocket::textMessageReceived, this,
                [this, client](const QString &text) { textArrived(client, text); });
        connect(client, &QWebSocket::disconnected, this, [this, client] {
            m_clients.removeAll(client);
            m_buffers.remove(client);
            client->deleteLater();
        });
    }
}

void FakeHub::textArrived(QWebSocket *client, const QString &text)
{
    const bool first = !m_buffers.contains(client);
    m_buffers[client] += text.toUtf8();
    bool isHandshake = first;
    while (m_buffers.contains(client)) {
        QByteArray &buffer = m_buffers[client];
        const qsizetype end = buffer.indexOf(char(0x1E));
        if (end < 0)
            return;
        const QJsonObject message = QJsonDocument::fromJson(buffer.first(end)).object();
        buffer.remove(0, end + 1);
        if (message.value(u"type") == 6) {
            ++pings;
            continue;
        }
        messages.append(message);
        if (message.value(u"type") == 7 && answersClose) {
            client->close();
            return;
        }
        if (std::exchange(isHandshake, false)) {
            ++handshakes;
            onHandshake(client);
        } else {
            onMessage(client, message);
        }
    }
}

} // namespace nextchat::signalr
