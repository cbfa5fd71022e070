// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/clienttransport.h"

#include <QWebSocket>

namespace nextchat::signalr {

// A WebSocket as a transport.
class ClientWebSocket final : public ClientTransport
{
    Q_OBJECT

public:
    ClientWebSocket(const HubConnectionOptions &options, const HubAddress &address,
                    const HubNetwork &network);

    void open() override;
    void send(const QByteArray &bytes, Format format) override;
    [[nodiscard]] qsizetype bytesToWrite() const override;
    void release() override;

private:
    void connectSignals();
    void failed();
    void disconnected();
    void end(const Error &error);

    const QNetworkRequest m_request;
    QWebSocket m_socket;
    QString m_tlsError;
    bool m_isOpen = false;
    bool m_hasEnded = false;
};

} // namespace nextchat::signalr
