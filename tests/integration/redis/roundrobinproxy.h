// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QTcpServer>

namespace nextchat::test {

// A plain TCP proxy: each connection goes to the next of the given ports of 127.0.0.1 that accepts it,
// whoever opens it. Lives in one thread with an event loop.
class RoundRobinProxy : public QObject
{
public:
    explicit RoundRobinProxy(QList<quint16> ports);
    ~RoundRobinProxy() override;

    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    [[nodiscard]] QUrl url() const; // of the hub behind it

    // Cuts all connections.
    void cut();

private:
    void accept();
    void connectTo(QTcpSocket *client, qsizetype attempts);

    const QList<quint16> m_ports;
    QTcpServer m_server;
    qsizetype m_next = 0;
    QList<QTcpSocket *> m_clients;
};

} // namespace nextchat::test
