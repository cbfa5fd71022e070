// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QAbstractSocket>
#include <QNetworkReply>
#include <QUrl>

// Why no connection came about, in words that name the server.
namespace nextchat::signalr {

[[nodiscard]] Error connectError(const QUrl &hub, QNetworkReply::NetworkError error, const QString &detail);
[[nodiscard]] Error connectError(const QUrl &hub, QAbstractSocket::SocketError error, const QString &detail);

// The end of what had been open.
[[nodiscard]] Error connectionLost();

// For an HTTP status that is not success: Unauthorized (401, 403), Unavailable (429, 5xx), Protocol.
[[nodiscard]] Error statusError(const QUrl &hub, int status);

// What answers there is no SignalR hub.
[[nodiscard]] Error notAnEndpoint(const QUrl &hub, const QString &why);

} // namespace nextchat::signalr
