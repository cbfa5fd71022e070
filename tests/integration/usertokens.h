// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/tokensigner.h"

#include <QDateTime>
#include <QJsonObject>

namespace nextchat::test {

// Tokens of users, signed with a secret, for servers with `auth.mode: jwt`.
const QByteArray tokenSecret = "0123456789abcdef0123456789abcdef";

inline QJsonObject claimsOf(const QString &user, qint64 secondsLeft = 600)
{
    return {{QStringLiteral("sub"), user},
            {QStringLiteral("exp"), QDateTime::currentSecsSinceEpoch() + secondsLeft}};
}

inline QByteArray tokenOf(const QString &user, qint64 secondsLeft = 600, const QByteArray &key = tokenSecret)
{
    return TokenSigner::token(key, claimsOf(user, secondsLeft));
}

} // namespace nextchat::test
