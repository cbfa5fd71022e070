// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpmessage.h"

#include <QString>

#include <functional>
#include <optional>

namespace nextchat::signalr {

// The user who sends the request; nothing when the request does not prove one (401). Called in every I/O
// thread.
using Authenticator = std::function<std::optional<QString>(const net::HttpRequest &)>;

// contract.md 2, `auth.mode: trusted`: the value of the Authorization header is the user id (without a
// leading `Bearer `); where there is no header, the query's access_token. An id that `isValid` refuses, or
// that is not UTF-8, is no identity.
[[nodiscard]] Authenticator trustedAuthenticator(std::function<bool(const QString &)> isValid);

} // namespace nextchat::signalr
