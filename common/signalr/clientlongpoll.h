// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/clienttransport.h"
#include "common/signalr/hubrequests.h"
#include "common/signalr/postqueue.h"

#include <QTimer>

namespace nextchat::signalr {

// GET requests, one after the other, that the server answers when there is something to say, and POST
// requests the other way. The server sends no pings then; its answers to POST requests, ours with pings among
// them, are the signs of life.
class ClientLongPoll final : public ClientTransport
{
    Q_OBJECT

public:
    ClientLongPoll(const HubConnectionOptions &options, const HubAddress &address, const HubNetwork &network);

    void open() override;
    void send(const QByteArray &bytes, Format format) override;
    [[nodiscard]] qsizetype bytesToWrite() const override { return m_posts.bytesToWrite(); }
    void release() override;

private:
    enum class Phase { Opening, Open, Ended, Released };

    void poll();
    void answered();
    [[nodiscard]] bool takeBytes();
    void end(const Error &error);
    void stop();

    HubRequests m_requests;
    PostQueue m_posts;
    Phase m_phase = Phase::Opening;
    QNetworkReply *m_reply = nullptr; // the poll; child of the network
    QTimer m_pollTimer;
    int m_timesSent = 0; // the poll
    bool m_hasRepeated = false; // the poll, with a newer token
    bool m_serverHasIt = false; // the connection
};

} // namespace nextchat::signalr
