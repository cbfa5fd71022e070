// SPDX-License-Identifier: MIT
#pragma once

#include "server/configuration.h"
#include "server/jwt/tokenverifier.h"

namespace nextchat {

// What `auth.jwt.*` asks of a token.
[[nodiscard]] jwt::TokenRules tokenRules(const ServerConfiguration &configuration);

// The keys of `auth.jwt.keys`; an error unless there is one for each of the algorithms. Reads the files.
[[nodiscard]] Expected<jwt::SigningKeys> tokenKeys(const ServerConfiguration &configuration);

// What `nextchat-server --issue-token` prints. `ttl`: a duration such as 1h, at least a second.
[[nodiscard]] Expected<QByteArray> issueToken(const ServerConfiguration &configuration, const QString &userId,
                                              const QString &ttl);

} // namespace nextchat
