// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubconnectionoptions.h"
#include "common/signalr/negotiation.h"

#include <QNetworkAccessManager>
#include <QNetworkCookieJar>
#include <QNetworkReply>
#include <QObject>
#include <QTimer>

#include <memory>

namespace nextchat::signalr {

// What all requests of one attempt to connect, and of the connection, go through. Whoever has one may die in
// its signals.
using HubNetwork = std::shared_ptr<QNetworkAccessManager>;
using HubCookies = std::shared_ptr<QNetworkCookieJar>;
[[nodiscard]] HubNetwork makeHubNetwork(const HubCookies &cookies);
// Ends a request whose answer the listener does not want any more. (After abort(), Qt 6.4 warns of an error
// that is on its way.)
void giveUp(QNetworkReply *reply, const QObject *listener);

// Where to open a transport, and which.
struct HubAddress
{
    QUrl url; // http or https
    QString accessToken; // empty: none
    QString connectionId; // null without negotiation
    QList<NegotiateResponse::Transport> offers = {}; // in the server's order
    bool isOurToken = true; // it came from HubConnectionOptions, not from a redirect
    bool mayResume = false; // the server grants stateful reconnect, over WebSockets

    friend bool operator==(const HubAddress &, const HubAddress &) = default;
};

// The address of a hub that is not negotiated with.
[[nodiscard]] HubAddress directAddress(const QUrl &hub, const QString &accessToken);

// Asks a hub once for a connection, following its redirects (signalr-notes 1.1). Lives in its connection's
// thread.
class Negotiator : public QObject
{
    Q_OBJECT

public:
    Negotiator(const HubConnectionOptions &options, QString accessToken, HubNetwork network, QObject *parent);
    ~Negotiator() override;

    void start();

Q_SIGNALS:
    // Once, from the event loop. Errors: HubConnection::start.
    void finished(const nextchat::Expected<nextchat::signalr::HubAddress> &address);

private:
    void request();
    void answered();
    [[nodiscard]] Expected<NegotiateResponse> responseOf(QNetworkReply &reply) const;
    [[nodiscard]] Expected<HubAddress> addressOf(const NegotiateResponse &response) const;
    void finish(const Expected<HubAddress> &address);

    const HubConnectionOptions m_options;
    QUrl m_hub;
    QString m_accessToken;
    int m_redirects = 0;
    bool m_isOurToken = true;
    const HubNetwork m_network;
    QNetworkReply *m_reply = nullptr;
    QString m_tlsError;
    QTimer m_timeout;
};

} // namespace nextchat::signalr
