// SPDX-License-Identifier: MIT
#include "tests/integration/redis/roundrobinproxy.h"

#include <QTcpSocket>
#include <QUrl>

namespace nextchat::test {

RoundRobinProxy::RoundRobinProxy(QList<quint16> ports)
    : m_ports(std::move(ports))
{
    connect(&m_server, &QTcpServer::newConnection, this, &RoundRobinProxy::accept);
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("the proxy can't listen: %s", qPrintable(m_server.errorString()));
}

RoundRobinProxy::~RoundRobinProxy()
{
    cut();
}

QUrl RoundRobinProxy::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1/next-chat").arg(port()));
}

void RoundRobinProxy::cut()
{
    for (QTcpSocket *client : std::exchange(m_clients, {}))
        client->abort();
}

void RoundRobinProxy::accept()
{
    while (QTcpSocket *client = m_server.nextPendingConnection()) {
        m_clients.append(client);
        connect(client, &QTcpSocket::disconnected, this, [this, client] {
            m_clients.removeOne(client);
            client->deleteLater();
        });
        connectTo(client, m_ports.size());
    }
}

void RoundRobinProxy::connectTo(QTcpSocket *client, qsizetype attempts)
{
    auto *server = new QTcpSocket(client);
    connect(server, &QTcpSocket::connected, client, [client, server] {
        const auto forward = [](QTcpSocket *from, QTcpSocket *to) {
            const auto pass = [from, to] {
                const QByteArray bytes = from->readAll();
                if (to->state() == QAbstractSocket::ConnectedState)
                    to->write(bytes);
            };
            connect(from, &QTcpSocket::readyRead, to, pass);
            pass();
        };
        forward(client, server);
        forward(server, client);
    });
    connect(server, &QTcpSocket::disconnected, client, [client] { client->disconnectFromHost(); });
    connect(server, &QTcpSocket::errorOccurred, client, [this, client, server, attempts] {
        if (server->state() == QAbstractSocket::ConnectedState)
            return; // disconnected() follows
        server->deleteLater();
        if (attempts > 1 && server->bytesAvailable() == 0 && !server->property("wasConnected").toBool())
            connectTo(client, attempts - 1);
        else
            client->abort();
    });
    connect(server, &QTcpSocket::connected, server, [server] { server->setProperty("wasConnected", true); });
    server->connectToHost(QHostAddress(QHostAddress::LocalHost), m_ports.at(m_next++ % m_ports.size()));
}

} // namespace nextchat::test
