// SPDX-License-Identifier: MIT
#pragma once

#include "server/jwt/keyring.h"

#include <QByteArrayView>

#include <chrono>
#include <functional>

namespace nextchat::jwt {

// What a token must say (contract.md 2). An empty text is not asked for.
struct TokenRules
{
    std::vector<Algorithm> algorithms; // every other is refused, whatever its signature
    QString issuer = {};
    QString audience = {}; // that `aud` must be, or hold
    QString userClaim = QStringLiteral("sub");
    std::chrono::milliseconds clockSkew = std::chrono::seconds(60); // between the issuer's clock and ours
    std::function<bool(const QString &)> isValidUser = [](const QString &user) { return !user.isEmpty(); };
};

struct VerifiedToken
{
    QString userId;
    std::chrono::system_clock::time_point expires; // `exp` and the skew: from then on it is good no more
};

// A signed JSON Web Token (RFC 7519, RFC 7515 in its compact form) that is good now. The error is a
// complaint that goes on after "the token"; it holds nothing of the token. Any thread.
[[nodiscard]] Expected<VerifiedToken> verifyToken(QByteArrayView token, const SigningKeys &keys,
                                                  const TokenRules &rules,
                                                  std::chrono::system_clock::time_point now);

} // namespace nextchat::jwt
