// SPDX-License-Identifier: MIT
#include "common/signalr/postqueue.h"

namespace nextchat::signalr {

namespace {

constexpr qsizetype enough = 32 * 1024; // bytes of a request, unless one record is larger

} // namespace

PostQueue::PostQueue(HubRequests &requests)
    : m_requests(requests)
{ }

PostQueue::~PostQueue()
{
    stop();
}

void PostQueue::send(const QByteArray &bytes)
{
    if (m_isOver)
        return;
    m_bytes += bytes.size();
    m_waiting.append(bytes);
    if (!m_reply)
        post();
}

void PostQueue::post()
{
    while (!m_waiting.isEmpty() && (m_body.isEmpty() || m_body.size() + m_waiting.first().size() <= enough))
        m_body += m_waiting.takeFirst();
    m_reply = m_requests.post(m_body);
    connect(m_reply, &QNetworkReply::finished, this, &PostQueue::answered);
}

void PostQueue::answered()
{
    QNetworkReply *const reply = std::exchange(m_reply, nullptr);
    reply->deleteLater();
    if (HubRequests::statusOf(*reply) / 100 == 2) {
        m_bytes -= m_body.size();
        m_body.clear();
        m_hasRepeated = false;
        if (!m_waiting.isEmpty())
            post();
        Q_EMIT delivered();
    } else if (!std::exchange(m_hasRepeated, true) && m_requests.hasNewerToken(*reply)) {
        post();
    } else {
        m_isOver = true;
        Q_EMIT failed(m_requests.errorOf(*reply));
    }
}

void PostQueue::stop()
{
    m_isOver = true;
    if (m_reply)
        giveUp(std::exchange(m_reply, nullptr), this);
}

} // namespace nextchat::signalr
