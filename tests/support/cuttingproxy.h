// SPDX-License-Identifier: MIT
#pragma once

#include <QHostAddress>
#include <QList>
#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>

namespace nextchat::test {

// A way to a server on this machine that can be cut, as a lost network does. Lives in the test's thread.
class CuttingProxy
{
public:
    explicit CuttingProxy(quint16 target)
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this, target] {
            while (QTcpSocket *client = m_server.nextPendingConnection())
                forward(client, target);
        });
        (void)m_server.listen(QHostAddress::LocalHost);
    }

    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    [[nodiscard]] int connections() const { return m_connections; } // that there have been

    // Resets all connections; new ones are taken.
    void cut()
    {
        for (const QPointer<QTcpSocket> &socket : std::exchange(m_sockets, {})) {
            if (socket)
                socket->abort();
        }
    }

private:
    void forward(QTcpSocket *client, quint16 target)
    {
        ++m_connections;
        auto *server = new QTcpSocket(client);
        const auto pass = [](QTcpSocket *from, QTcpSocket *to) {
            QObject::connect(from, &QTcpSocket::readyRead, to, [from, to] { to->write(from->readAll()); });
            QObject::connect(from, &QTcpSocket::disconnected, to, &QTcpSocket::disconnectFromHost);
        };
        pass(client, server);
        pass(server, client);
        QObject::connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
        server->connectToHost(QHostAddress::LocalHost, target);
        m_sockets.append(client);
        m_sockets.append(server);
    }

    QTcpServer m_server;
    QList<QPointer<QTcpSocket>> m_sockets;
    int m_connections = 0;
};

} // namespace nextchat::test
