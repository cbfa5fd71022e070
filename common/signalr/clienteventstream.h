// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/clienttransport.h"
#include "common/signalr/eventstreamreader.h"
#include "common/signalr/hubrequests.h"
#include "common/signalr/postqueue.h"

namespace nextchat::signalr {

// A stream of Server-Sent Events one way, POST requests the other. Text only.
class ClientEventStream final : public ClientTransport
{
    Q_OBJECT

public:
    ClientEventStream(const HubConnectionOptions &options, const HubAddress &address,
                      const HubNetwork &network);

    void open() override;
    void send(const QByteArray &bytes, Format format) override;
    [[nodiscard]] qsizetype bytesToWrite() const override { return m_posts.bytesToWrite(); }
    void release() override;

private:
    void headArrived();
    void bytesArrived();
    void end(const Error &error);

    const QUrl m_url;
    HubRequests m_requests;
    PostQueue m_posts;
    EventStreamReader m_reader;
    QNetworkReply *m_reply = nullptr; // the stream, until its end; child
    bool m_isOpen = false;
};

} // namespace nextchat::signalr
