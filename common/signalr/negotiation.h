// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace nextchat::signalr {

// The body of the answer to POST .../negotiate (signalr-notes 1.1). It is one of: an error, a redirect (url),
// or a connection.
struct NegotiateResponse
{
    struct Transport
    {
        QString transport; // "WebSockets", "ServerSentEvents", "LongPolling"
        QStringList transferFormats; // "Text", "Binary"

        friend bool operator==(const Transport &, const Transport &) = default;
    };

    int negotiateVersion = 0;
    QString connectionId; // public
    QString connectionToken =
        {}; // secret, what `id=` carries; null in version 0, where that is the connection id
    QList<Transport> availableTransports = {};
    bool useStatefulReconnect = false;

    QString url = {}; // null unless a redirect
    QString accessToken = {}; // for the url; null when there is none

    QString error = {}; // null unless refused

    friend bool operator==(const NegotiateResponse &, const NegotiateResponse &) = default;
};

// UTF-8 JSON. Absent fields are left out.
[[nodiscard]] QByteArray write(const NegotiateResponse &response);

// Reads what any SignalR server may answer; fails (Protocol) with a text that says what is wrong with it.
[[nodiscard]] Expected<NegotiateResponse> readNegotiateResponse(const QByteArray &body);

} // namespace nextchat::signalr
