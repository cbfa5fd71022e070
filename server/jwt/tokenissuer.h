// SPDX-License-Identifier: MIT
#pragma once

#include "server/jwt/tokenverifier.h"

namespace nextchat::jwt {

// A token for the user that verifyToken() accepts under the same rules, signed with the first secret among
// the keys; good from `now` on for `ttl` (seconds count). Fails when there is no secret that fits an
// algorithm of the rules: who signs with RSA or EC keys keeps the private one elsewhere.
[[nodiscard]] Expected<QByteArray> issueToken(const QString &userId, const SigningKeys &keys,
                                              const TokenRules &rules, std::chrono::milliseconds ttl,
                                              std::chrono::system_clock::time_point now);

} // namespace nextchat::jwt
