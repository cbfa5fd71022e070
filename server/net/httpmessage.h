// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace nextchat::net {

using HttpHeaders = std::vector<std::pair<QByteArray, QByteArray>>;

// A request as it came, head and body. Value type.
struct HttpRequest
{
    QByteArray method = {};
    QByteArray path = {}; // percent-decoded, without the query
    QByteArray query = {}; // raw, without the '?'
    HttpHeaders headers = {}; // names in lower case, values trimmed
    QByteArray body = {};
    QByteArray peerAddress = {}; // textual IP address
    bool keepAlive = true;

    // The first header of that (lower-case) name; a null array when there is none.
    [[nodiscard]] QByteArray header(QByteArrayView name) const;
    // Whether a comma-separated header holds the (lower-case) token, without regard to case.
    [[nodiscard]] bool headerHasToken(QByteArrayView name, QByteArrayView token) const;
    // A query parameter, percent-decoded; names are matched without regard to case (signalr-notes 1.1).
    [[nodiscard]] std::optional<QByteArray> parameter(QByteArrayView name) const;
    [[nodiscard]] bool isWebSocketUpgrade() const;
};

struct HttpResponse
{
    int status = 200;
    QByteArray contentType = {}; // none when empty
    QByteArray body = {};
    HttpHeaders headers = {};
    bool close = false; // end the connection after it

    [[nodiscard]] static HttpResponse text(int status, QByteArray body)
    {
        return {.status = status, .contentType = "text/plain", .body = std::move(body)};
    }

    // The bytes on the wire, with Content-Length, and with `date` unless it is empty. `withBody` is false for
    // HEAD.
    [[nodiscard]] QByteArray encoded(bool keepAlive, bool withBody = true, QByteArrayView date = {}) const;
};

// As HTTP writes it, to the second (RFC 9110 5.6.7).
[[nodiscard]] QByteArray httpDate(std::chrono::system_clock::time_point time);

} // namespace nextchat::net
