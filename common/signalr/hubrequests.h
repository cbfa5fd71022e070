// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/negotiator.h"

namespace nextchat::signalr {

// The HTTP requests of one connection, of the transports that are made of them: their address, headers and
// token. The replies belong to the caller. Lives in its connection's thread.
class HubRequests
{
public:
    HubRequests(const HubConnectionOptions &options, const HubAddress &address, HubNetwork network);

    [[nodiscard]] QNetworkReply *get(const QByteArray &accept);
    // Sent at most once: where it is not known whether the server had it, the reply fails.
    [[nodiscard]] QNetworkReply *post(const QByteArray &body);
    [[nodiscard]] QNetworkReply *remove(); // DELETE; given up after closeTimeout

    // Whether a request that was answered with 401 may have another outcome now: there is a token that it did
    // not have yet, since the user of the connection gives one anew.
    [[nodiscard]] bool hasNewerToken(const QNetworkReply &refused);

    // Why there was no answer, or none of success.
    [[nodiscard]] Error errorOf(const QNetworkReply &reply) const;

    [[nodiscard]] static int statusOf(const QNetworkReply &reply); // 0 without an answer

private:
    [[nodiscard]] QNetworkRequest request() const;

    const HubConnectionOptions m_options;
    HubAddress m_address;
    const HubNetwork m_network;
};

} // namespace nextchat::signalr
