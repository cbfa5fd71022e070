// SPDX-License-Identifier: MIT
#include "server/signalr/authentication.h"

#include <QStringDecoder>

namespace nextchat::signalr {

namespace {

constexpr QByteArrayView bearer = "Bearer ";

QByteArray claimedUser(const net::HttpRequest &request)
{
    const QByteArray header = request.header("authorization");
    if (header.isNull())
        return request.parameter("access_token").value_or(QByteArray());
    return header.startsWith(bearer) ? header.sliced(bearer.size()) : header;
}

} // namespace

Authenticator trustedAuthenticator(std::function<bool(const QString &)> isValid)
{
    return [isValid = std::move(isValid)](const net::HttpRequest &request) -> std::optional<QString> {
        // A leading U+FEFF belongs to the id, as in a group's.
        using Flag = QStringDecoder::Flag;
        QStringDecoder decode(QStringDecoder::Utf8, Flag::Stateless | Flag::ConvertInitialBom);
        const QString user = decode(claimedUser(request));
        if (decode.hasError() || !isValid(user))
            return std::nullopt;
        return user;
    };
}

} // namespace nextchat::signalr
