// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/hubproxy.h"

#include <QHostAddress>

#include <algorithm>

namespace nextchat::test {

HubProxy::HubProxy(quint16 target)
{
    connect(&m_server, &QTcpServer::newConnection, this, [this, target] {
        while (QTcpSocket *client = m_server.nextPendingConnection())
            accept(client, target);
    });
    (void)m_server.listen(QHostAddress::LocalHost);
}

void HubProxy::accept(QTcpSocket *client, quint16 target)
{
    auto pair = std::make_shared<Pair>(Pair{.client = client, .server = new QTcpSocket(client)});
    m_pairs.push_back(pair);
    connect(client, &QTcpSocket::readyRead, this, [this, pair] { clientSpoke(*pair); });
    connect(pair->server, &QTcpSocket::readyRead, this, [this, pair] { serverSpoke(*pair); });
    connect(pair->server, &QTcpSocket::disconnected, client, &QTcpSocket::disconnectFromHost);
    connect(client, &QTcpSocket::disconnected, this, [this, pair] {
        std::erase(m_pairs, pair);
        pair->server->disconnectFromHost();
        pair->client->deleteLater();
    });
    pair->server->connectToHost(QHostAddress::LocalHost, target);
}

void HubProxy::clientSpoke(Pair &pair)
{
    if (m_holds)
        return;
    pair.fromClient += pair.client->readAll();
    while (!pair.isRaw) {
        const qsizetype length = lengthOfRequest(pair.fromClient);
        if (length == 0)
            return;
        const QByteArray bytes = pair.fromClient.first(length);
        pair.fromClient.remove(0, length);
        const QList<QByteArray> words = bytes.first(bytes.indexOf('\r')).split(' ');
        const qsizetype body = bytes.indexOf("\r\n\r\n") + 4;
        take(pair, {words.value(0), words.value(1), bytes.first(body), bytes.sliced(body)});
    }
    pair.server->write(std::exchange(pair.fromClient, {}));
}

qsizetype HubProxy::lengthOfRequest(const QByteArray &bytes)
{
    const qsizetype head = bytes.indexOf("\r\n\r\n") + 4;
    if (head < 4)
        return 0;
    constexpr QByteArrayView name = "\r\ncontent-length: ";
    const qsizetype at = bytes.first(head).toLower().indexOf(name);
    const qsizetype value = at + name.size();
    const qsizetype body = at < 0 ? 0 : bytes.sliced(value, bytes.indexOf('\r', value) - value).toLongLong();
    return bytes.size() < head + body ? 0 : head + body;
}

void HubProxy::take(Pair &pair, const Request &request)
{
    requests.append(request);
    if (request.method == "CONNECT") {
        pair.client->write(response("200 Connected")); // it is the one server that there is
        return;
    }
    if (const QByteArray response = onRequest(request); !response.isNull()) {
        pair.client->write(response);
        return;
    }
    pair.isRaw = request.isUpgrade();
    pair.isPost = request.isPost();
    pair.isNegotiate = request.isNegotiate();
    pair.cuts = cutsAnswer(request);
    const auto posts = std::count_if(m_pairs.begin(), m_pairs.end(), [](const auto &p) { return p->isPost; });
    mostPosts = std::max(mostPosts, int(posts));
    pair.server->write(rewrite(request.head) + request.body);
}

void HubProxy::serverSpoke(Pair &pair)
{
    if (m_holds)
        return;
    pair.isPost = false;
    if (pair.cuts)
        return pair.client->abort();
    QByteArray bytes = pair.server->readAll();
    if (std::exchange(pair.isNegotiate, false) && !negotiateHeader.isEmpty())
        bytes.insert(bytes.indexOf("\r\n") + 2, negotiateHeader + "\r\n");
    pair.client->write(bytes);
}

void HubProxy::cut()
{
    for (const auto &pair : std::exchange(m_pairs, {}))
        pair->client->abort();
}

void HubProxy::hold()
{
    m_holds = true;
}

qsizetype HubProxy::count(bool (Request::*kind)() const) const
{
    return std::count_if(requests.begin(), requests.end(),
                         [kind](const Request &request) { return (request.*kind)(); });
}

QByteArray HubProxy::response(const QByteArray &status)
{
    return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
}

} // namespace nextchat::test
