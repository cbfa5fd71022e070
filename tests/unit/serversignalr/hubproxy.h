// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <memory>
#include <vector>

namespace nextchat::test {

// A way to a HubServer that reads the requests, and is as bad to them as the test says; in front of it, or as
// the HTTP proxy that a process is told to use. Lives in the test's thread.
class HubProxy : public QObject
{
    Q_OBJECT

public:
    struct Request
    {
        QByteArray method;
        QByteArray target;
        QByteArray head; // with the first line and the empty one
        QByteArray body;

        [[nodiscard]] bool isUpgrade() const { return head.contains("\r\nUpgrade: websocket\r\n"); }
        [[nodiscard]] bool isEventStream() const
        {
            return head.contains("\r\nAccept: text/event-stream\r\n");
        }
        [[nodiscard]] bool isNegotiate() const { return target.contains("/negotiate"); }
        [[nodiscard]] bool isPost() const { return method == "POST" && !isNegotiate(); }
        [[nodiscard]] bool isPoll() const { return method == "GET" && !isUpgrade() && !isEventStream(); }
    };

    explicit HubProxy(quint16 target);
    ~HubProxy() override { cut(); }

    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }

    // A whole response that goes back in place of the server's; null: the server's. All get it by default.
    std::function<QByteArray(const Request &)> onRequest = [](const Request &) { return QByteArray(); };
    // Whether the connection is cut where the server's answer to the request would go.
    std::function<bool(const Request &)> cutsAnswer = [](const Request &) { return false; };
    // What the server gets in place of a head.
    std::function<QByteArray(QByteArray)> rewrite = [](QByteArray head) { return head; };
    QByteArray negotiateHeader; // a line that is added to the server's answer

    void cut(); // resets all connections; new ones are taken
    void hold(); // nothing passes any more, and nobody is told

    [[nodiscard]] qsizetype count(bool (Request::*kind)() const) const;

    QList<Request> requests; // CONNECT among them, and what follows it
    int mostPosts = 0; // that were without an answer at once

    [[nodiscard]] static QByteArray response(const QByteArray &status);

private:
    struct Pair
    {
        QTcpSocket *client;
        QTcpSocket *server;
        QByteArray fromClient = {}; // not yet a whole request
        bool isRaw = false; // no HTTP any more
        bool isPost = false; // the request under way
        bool isNegotiate = false;
        bool cuts = false;
    };

    void accept(QTcpSocket *client, quint16 target);
    void clientSpoke(Pair &pair);
    [[nodiscard]] static qsizetype lengthOfRequest(const QByteArray &bytes); // 0: not yet whole
    void take(Pair &pair, const Request &request);
    void serverSpoke(Pair &pair);

    QTcpServer m_server;
    std::vector<std::shared_ptr<Pair>> m_pairs;
    bool m_holds = false;
};

} // namespace nextchat::test
