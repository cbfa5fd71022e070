// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubconnectionoptions.h"
#include "common/signalr/negotiation.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QObject>
#include <QTimer>

namespace nextchat::signalr {

// Where to open the WebSocket.
struct HubEndpoint
{
    QUrl url; // ws or wss
    QString accessToken; // empty: none
    QString connectionId; // null without negotiation
    bool mayResume = false; // the server grants stateful reconnect

    friend bool operator==(const HubEndpoint &, const HubEndpoint &) = default;
};

// The endpoint of a hub that is not negotiated with.
[[nodiscard]] HubEndpoint directEndpoint(const QUrl &hub, const QString &accessToken);

// Asks a hub once for a connection, following its redirects (signalr-notes 1.1). Lives in its connection's
// thread.
class Negotiator : public QObject
{
    Q_OBJECT

public:
    Negotiator(const HubConnectionOptions &options, QString accessToken, QObject *parent);
    ~Negotiator() override;

    void start();

Q_SIGNALS:
    // Once, from the event loop. Errors: HubConnection::start.
    void finished(const nextchat::Expected<nextchat::signalr::HubEndpoint> &endpoint);

private:
    void request();
    void answered();
    [[nodiscard]] Expected<NegotiateResponse> responseOf(QNetworkReply &reply) const;
    [[nodiscard]] Expected<HubEndpoint> endpointOf(const NegotiateResponse &response) const;
    void finish(const Expected<HubEndpoint> &endpoint);

    const HubConnectionOptions m_options;
    QUrl m_hub;
    QString m_accessToken;
    int m_redirects = 0;
    QNetworkAccessManager *m_network; // deleted from the event loop, since this may die inside its signals
    QNetworkReply *m_reply = nullptr;
    QString m_tlsError;
    QTimer m_timeout;
};

} // namespace nextchat::signalr
