// SPDX-License-Identifier: MIT
#include "server/signalr/authentication.h"

#include <QStringDecoder>

#include <algorithm>

namespace nextchat::signalr {

namespace {

constexpr QByteArrayView bearer = "Bearer ";

tl::unexpected<Error> nobody(const char *why)
{
    return failure(Error::Code::Unauthorized, QString::fromLatin1(why));
}

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
    return [isValid = std::move(isValid)](const net::HttpRequest &request) -> Expected<Identity> {
        // A leading U+FEFF belongs to the id, as in a group's.
        using Flag = QStringDecoder::Flag;
        QStringDecoder decode(QStringDecoder::Utf8, Flag::Stateless | Flag::ConvertInitialBom);
        const QString user = decode(claimedUser(request));
        if (decode.hasError() || !isValid(user))
            return nobody("names no valid user");
        return Identity{user};
    };
}

Authenticator bearerAuthenticator(TokenVerifier verify)
{
    return [verify = std::move(verify)](const net::HttpRequest &request) -> Expected<Identity> {
        const QByteArray header = request.header("authorization");
        if (!header.isNull()) {
            // The scheme is named without regard to case (RFC 9110, 11.1).
            if (header.first(std::min(header.size(), bearer.size())).toLower() != "bearer ")
                return nobody("has no bearer token");
            return verify(QByteArrayView(header).sliced(bearer.size()).trimmed());
        }
        const bool mayUseQuery =
            request.isWebSocketUpgrade() || request.headerHasToken("accept", "text/event-stream");
        const auto token = mayUseQuery ? request.parameter("access_token") : std::nullopt;
        return token ? verify(*token) : Expected<Identity>(nobody("has no token"));
    };
}

} // namespace nextchat::signalr
