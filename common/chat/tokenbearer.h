// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace nextchat::chat {

// Whom an access token is for, as it says itself: for words to its user. The server alone checks it.

// The `sub` of a JSON Web Token; empty where there is none, and for whatever else serves as a token.
[[nodiscard]] QString bearerOf(const QString &token);

// Whether it is certainly somebody else's: it has a `sub`, and no claim at all is `user`. A server may take
// its users' names from another claim.
[[nodiscard]] bool isForAnother(const QString &token, const QString &user);

} // namespace nextchat::chat
