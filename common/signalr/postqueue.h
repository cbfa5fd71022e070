// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubrequests.h"

#include <QObject>

namespace nextchat::signalr {

// Sends by POST, in order: one request at a time, and what came meanwhile together in the next one. Lives in
// its transport's thread.
class PostQueue : public QObject
{
    Q_OBJECT

public:
    explicit PostQueue(HubRequests &requests); // which outlives it
    ~PostQueue() override;

    void send(const QByteArray &bytes);
    [[nodiscard]] qsizetype bytesToWrite() const { return m_bytes; } // without an answer yet
    void stop(); // what was not sent never is; no signal follows

Q_SIGNALS:
    void delivered(); // the server has taken a request
    void failed(const nextchat::Error &error); // the last: what follows would leave a gap

private:
    void post();
    void answered();

    HubRequests &m_requests;
    QByteArrayList m_waiting;
    QByteArray m_body; // of the request under way
    qsizetype m_bytes = 0; // of both
    QNetworkReply *m_reply = nullptr;
    bool m_hasRepeated = false; // the request under way, with a newer token
    bool m_isOver = false;
};

} // namespace nextchat::signalr
