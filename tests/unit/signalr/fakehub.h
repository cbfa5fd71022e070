// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QJsonObject>
#include <QTcpServer>
#include <QUrl>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>

namespace nextchat::signalr {

// A hub for tests that speaks raw frames on a real socket, well or badly, as the test's functions say. Lives
// in the test's thread.
class FakeHub : public QObject
{
    Q_OBJECT

public:
    FakeHub();
    ~FakeHub() override;

    [[nodiscard]] QUrl url() const;
    [[nodiscard]] QUrl url(const QString &path) const;

    // What tests script. The request head comes in, a whole HTTP response goes out; null: no answer at all.
    std::function<QByteArray(const QByteArray &head)> onNegotiate;
    std::function<void(QWebSocket *)>
        onHandshake; // the client's handshake has come; by default it is accepted
    std::function<void(QWebSocket *, const QJsonObject &)>
        onMessage; // each later one but pings; by default echo()

    [[nodiscard]] static QByteArray response(const QByteArray &body, const QByteArray &status = "200 OK");
    [[nodiscard]] static QByteArray accepted(); // a negotiation that went well

    static void send(QWebSocket *client, const QByteArray &json); // with the record separator behind it
    static void echo(QWebSocket *client,
                     const QJsonObject &message); // completes a call with its first argument

    void stopListening();
    [[nodiscard]] QWebSocket *client() const { return m_clients.isEmpty() ? nullptr : m_clients.last(); }

    bool answersClose = true;

    // What came in.
    int negotiations = 0;
    int handshakes = 0;
    int pings = 0;
    QByteArray lastNegotiateHead;
    QByteArray lastWebSocketHead;
    QList<QJsonObject> messages; // all but pings, the handshake first

private:
    void accept();
    void headArrived(QTcpSocket *socket);
    void upgraded();
    void textArrived(QWebSocket *client, const QString &text);

    QTcpServer m_listener;
    QWebSocketServer m_webSockets;
    QList<QWebSocket *> m_clients;
    QHash<QWebSocket *, QByteArray> m_buffers;
};

} // namespace nextchat::signalr
