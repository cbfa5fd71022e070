// SPDX-License-Identifier: MIT
#include "common/signalr/clientlongpoll.h"

#include "common/signalr/connecterror.h"

namespace nextchat::signalr {

ClientLongPoll::ClientLongPoll(const HubConnectionOptions &options, const HubAddress &address,
                               const HubNetwork &network)
    : m_requests(options, address, network)
    , m_posts(m_requests)
{
    connect(&m_posts, &PostQueue::failed, this, &ClientLongPoll::end);
    connect(&m_posts, &PostQueue::delivered, this, &ClientTransport::heard);
    m_pollTimer.setSingleShot(true);
    m_pollTimer.setInterval(options.pollTimeout);
    connect(&m_pollTimer, &QTimer::timeout, this, [this] { end(connectionLost()); });
}

void ClientLongPoll::open()
{
    poll(); // the first is answered at once
}

void ClientLongPoll::poll()
{
    m_timesSent = 0;
    m_reply = m_requests.get("*/*");
    // QNetworkAccessManager sends a request again by itself when its connection ends without an answer. The
    // server may have given one, with messages in it.
    connect(m_reply, &QNetworkReply::requestSent, this, [this] {
        if (++m_timesSent > 1 && m_phase == Phase::Open)
            end(connectionLost());
    });
    connect(m_reply, &QNetworkReply::readyRead, this, [this] { (void)takeBytes(); });
    connect(m_reply, &QNetworkReply::finished, this, &ClientLongPoll::answered);
    m_pollTimer.start();
}

// Hands on what has come of the answer. False when this has ended meanwhile.
bool ClientLongPoll::takeBytes()
{
    if (HubRequests::statusOf(*m_reply) != 200)
        return true;
    if (const QByteArray bytes = m_reply->readAll(); !bytes.isEmpty())
        Q_EMIT received(bytes);
    return m_phase < Phase::Ended;
}

void ClientLongPoll::answered()
{
    if (!takeBytes())
        return;
    m_pollTimer.stop();
    QNetworkReply *const reply = std::exchange(m_reply, nullptr);
    reply->deleteLater();
    const int status = HubRequests::statusOf(*reply);
    if (status == 200 && reply->error() == QNetworkReply::NoError) {
        m_hasRepeated = false;
        m_serverHasIt = true;
        Q_EMIT heard();
        if (m_phase == Phase::Opening) {
            m_phase = Phase::Open;
            Q_EMIT opened();
        }
        if (m_phase == Phase::Open)
            poll();
    } else if (!std::exchange(m_hasRepeated, true) && m_requests.hasNewerToken(*reply)) {
        poll();
    } else {
        m_serverHasIt = m_serverHasIt && status != 204 && status != 404;
        end(status == 204 ? connectionLost() : m_requests.errorOf(*reply));
    }
}

void ClientLongPoll::send(const QByteArray &bytes, Format)
{
    m_posts.send(bytes);
}

void ClientLongPoll::stop()
{
    m_pollTimer.stop();
    m_posts.stop();
    if (m_reply)
        giveUp(std::exchange(m_reply, nullptr), this);
}

void ClientLongPoll::end(const Error &error)
{
    if (m_phase >= Phase::Ended)
        return;
    m_phase = Phase::Ended;
    stop();
    Q_EMIT ended(error);
}

void ClientLongPoll::release()
{
    m_phase = Phase::Released;
    stop();
    if (!m_serverHasIt)
        return deleteLater();
    QNetworkReply *const goodbye = m_requests.remove();
    connect(goodbye, &QNetworkReply::finished, goodbye, &QObject::deleteLater);
    connect(goodbye, &QNetworkReply::finished, this, &QObject::deleteLater); // and with it the network
}

} // namespace nextchat::signalr
