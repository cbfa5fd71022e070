// SPDX-License-Identifier: MIT
#include "common/signalr/clienteventstream.h"

#include "common/signalr/connecterror.h"

namespace nextchat::signalr {

ClientEventStream::ClientEventStream(const HubConnectionOptions &options, const HubAddress &address,
                                     const HubNetwork &network)
    : m_url(address.url)
    , m_requests(options, address, network)
    , m_posts(m_requests)
{
    connect(&m_posts, &PostQueue::failed, this, &ClientEventStream::end);
}

void ClientEventStream::open()
{
    m_reply = m_requests.get("text/event-stream");
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &ClientEventStream::headArrived);
    connect(m_reply, &QNetworkReply::readyRead, this, &ClientEventStream::bytesArrived);
    connect(m_reply, &QNetworkReply::finished, this, [this] {
        // Whatever status it had: it should not have ended.
        end(m_isOpen ? connectionLost() : m_requests.errorOf(*m_reply));
    });
}

void ClientEventStream::headArrived()
{
    if (m_isOpen || HubRequests::statusOf(*m_reply) != 200)
        return;
    if (!m_reply->header(QNetworkRequest::ContentTypeHeader).toByteArray().startsWith("text/event-stream"))
        return end(notAnEndpoint(m_url, QStringLiteral("its answer is no event stream")));
    m_isOpen = true;
    Q_EMIT opened();
}

void ClientEventStream::bytesArrived()
{
    if (!m_isOpen)
        return;
    const QByteArray data = m_reader.read(m_reply->readAll());
    if (data.isEmpty())
        Q_EMIT heard(); // a comment
    else
        Q_EMIT received(data);
}

void ClientEventStream::send(const QByteArray &bytes, Format)
{
    m_posts.send(bytes);
}

void ClientEventStream::end(const Error &error)
{
    if (!m_reply)
        return;
    m_posts.stop();
    giveUp(std::exchange(m_reply, nullptr), this);
    Q_EMIT ended(error);
}

void ClientEventStream::release()
{
    end(connectionLost()); // which nobody hears
    deleteLater();
}

} // namespace nextchat::signalr
