// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "server/net/httpmessage.h"

#include <QByteArrayView>
#include <QString>

#include <chrono>
#include <functional>
#include <optional>

namespace nextchat::signalr {

// Who a request comes from.
struct Identity
{
    QString userId;
    // When it stops being proven: the connections that it opened end then.
    std::optional<std::chrono::system_clock::time_point> expires = {};
};

// The user who sends the request; an error when the request does not prove one (401), whose message says why,
// for the log. Called in every I/O thread.
using Authenticator = std::function<Expected<Identity>(const net::HttpRequest &)>;

// contract.md 2, `auth.mode: trusted`: the value of the Authorization header is the user id (without a
// leading `Bearer `); where there is no header, the query's access_token. An id that `isValid` refuses, or
// that is not UTF-8, is no identity.
[[nodiscard]] Authenticator trustedAuthenticator(std::function<bool(const QString &)> isValid);

// `auth.mode: jwt`: a bearer token (RFC 6750) in the Authorization header, which `verify` reads. Where
// browsers can't send that header, for WebSockets and Server-Sent Events, the query's access_token stands in
// for it.
using TokenVerifier = std::function<Expected<Identity>(QByteArrayView token)>;
[[nodiscard]] Authenticator bearerAuthenticator(TokenVerifier verify);

} // namespace nextchat::signalr
