// SPDX-License-Identifier: MIT
#include "common/chat/tokenbearer.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace nextchat::chat {

namespace {

// Of a token in the compact form (RFC 7519, 3); empty for everything else.
QJsonObject claimsOf(const QString &token)
{
    const QList<QByteArray> parts = token.toLatin1().split('.');
    if (parts.size() != 3)
        return {};
    constexpr auto options = QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors;
    const auto claims = QByteArray::fromBase64Encoding(parts.at(1), options);
    return claims ? QJsonDocument::fromJson(*claims).object() : QJsonObject();
}

} // namespace

QString bearerOf(const QString &token)
{
    return claimsOf(token).value(u"sub").toString();
}

bool isForAnother(const QString &token, const QString &user)
{
    const QJsonObject claims = claimsOf(token);
    return !claims.value(u"sub").toString().isEmpty()
        && std::none_of(claims.begin(), claims.end(),
                        [&user](const QJsonValue &claim) { return claim.toString() == user; });
}

} // namespace nextchat::chat
