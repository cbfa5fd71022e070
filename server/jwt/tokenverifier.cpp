// SPDX-License-Identifier: MIT
#include "server/jwt/tokenverifier.h"

#include "server/jwt/libjwt.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringBuilder>

#include <algorithm>
#include <optional>

namespace nextchat::jwt {

namespace {

using namespace Qt::StringLiterals;
using Time = std::chrono::system_clock::time_point;

// In seconds since 1970. The year 10000: what is later is no date. And 2255: the clock ends in 2262, so what
// is later counts as then.
constexpr double latestDate = 253'402'300'800;
constexpr double latestTime = 9'000'000'000;

tl::unexpected<Error> refused(const QString &complaint)
{
    return failure(Error::Code::Unauthorized, complaint);
}

// Base64url without padding, and each value in one spelling alone (RFC 4648, 3.5): a token with changed bytes
// is another token.
std::optional<QByteArray> decoded(QByteArrayView part)
{
    constexpr auto options = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
    const QByteArray text = part.toByteArray();
    auto result = QByteArray::fromBase64Encoding(text, options | QByteArray::AbortOnBase64DecodingErrors);
    if (!result || (*result).toBase64(options) != text)
        return std::nullopt;
    return std::move(*result);
}

// The algorithm that the token claims, from a header that we understand all of.
Expected<Algorithm> claimedAlgorithm(QByteArrayView token)
{
    QList<QByteArray> parts = token.toByteArray().split('.');
    if (parts.size() != 3
        || !std::ranges::all_of(parts, [](auto &part) { return decoded(part).has_value(); }))
        return refused(u"is no signed JSON Web Token"_s);
    const QJsonObject header = QJsonDocument::fromJson(*decoded(parts.front())).object();
    const auto algorithm = algorithmNamed(header.value(u"alg").toString().toLatin1());
    if (!algorithm)
        return refused(u"has an algorithm that is not known"_s);
    if (header.contains(u"crit")) // RFC 7515, 4.1.11
        return refused(u"asks for extensions that are not known"_s);
    return *algorithm;
}

// The claims of a token whose signature is by one of the keys.
Expected<QJsonObject> signedClaims(QByteArrayView token, const SigningKeys &keys, Algorithm algorithm)
{
    const QByteArray text = token.toByteArray();
    for (const SigningKey &key : keys) {
        if (!key.fits(algorithm))
            continue;
        jwt_t *decoding = nullptr;
        const auto *const bytes = reinterpret_cast<const unsigned char *>(key.bytes().constData());
        const int failed =
            jwt_decode(&decoding, text.constData(), bytes, static_cast<int>(key.bytes().size()));
        const JwtHandle jwt(failed ? nullptr : decoding);
        // The library reads the header again, with a parser of its own.
        if (!jwt || jwt_get_alg(jwt.get()) != libjwtAlgorithm(algorithm))
            continue;
        const JwtText claims(jwt_get_grants_json(jwt.get(), nullptr));
        return QJsonDocument::fromJson(QByteArray(claims.get())).object();
    }
    return refused(u"has no signature by one of the keys"_s);
}

// A NumericDate (RFC 7519, 2); nothing unless it is one.
std::optional<Time> timeOf(const QJsonValue &value)
{
    const double seconds = value.toDouble(-1);
    if (!value.isDouble() || seconds < 0 || seconds > latestDate)
        return std::nullopt;
    return Time(std::chrono::duration_cast<Time::duration>(
        std::chrono::duration<double>(std::min(seconds, latestTime))));
}

// Until when the token is good.
Expected<Time> checkTimes(const QJsonObject &claims, std::chrono::milliseconds skew, Time now)
{
    const auto expires = timeOf(claims.value(u"exp"));
    if (!expires)
        return refused(u"does not say when it expires"_s);
    if (now >= *expires + skew)
        return refused(u"has expired"_s);
    if (claims.contains(u"nbf")) {
        const auto begins = timeOf(claims.value(u"nbf"));
        if (!begins || now < *begins - skew)
            return refused(u"is not valid yet"_s);
    }
    return *expires + skew;
}

bool isFor(const QString &audience, const QJsonValue &aud)
{
    return aud.isArray() ? aud.toArray().contains(audience) : aud.isString() && aud.toString() == audience;
}

} // namespace

Expected<VerifiedToken> verifyToken(QByteArrayView token, const SigningKeys &keys, const TokenRules &rules,
                                    Time now)
{
    const auto algorithm = claimedAlgorithm(token);
    if (!algorithm)
        return tl::unexpected(algorithm.error());
    if (std::ranges::find(rules.algorithms, *algorithm) == rules.algorithms.end())
        return refused(u"is signed by an algorithm that is not allowed"_s);
    const auto claims = signedClaims(token, keys, *algorithm);
    if (!claims)
        return tl::unexpected(claims.error());
    const auto expires = checkTimes(*claims, rules.clockSkew, now);
    if (!expires)
        return tl::unexpected(expires.error());
    if (!rules.issuer.isEmpty() && claims->value(u"iss") != QJsonValue(rules.issuer))
        return refused(u"is of another issuer"_s);
    if (!rules.audience.isEmpty() && !isFor(rules.audience, claims->value(u"aud")))
        return refused(u"is for another audience"_s);
    const QJsonValue user = claims->value(rules.userClaim);
    if (!user.isString() || !rules.isValidUser(user.toString()))
        return refused(u"names no valid user"_s);
    return VerifiedToken{user.toString(), *expires};
}

} // namespace nextchat::jwt
