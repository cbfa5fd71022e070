// SPDX-License-Identifier: MIT
#include "server/jwt/tokenissuer.h"

#include "server/jwt/libjwt.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace nextchat::jwt {

namespace {

using namespace Qt::StringLiterals;

qint64 secondsSince1970(std::chrono::system_clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

QByteArray sign(const QJsonObject &claims, Algorithm algorithm, const SigningKey &key)
{
    jwt_t *made = nullptr;
    if (jwt_new(&made) != 0)
        return {};
    const JwtHandle jwt(made);
    const QByteArray json = QJsonDocument(claims).toJson(QJsonDocument::Compact);
    const auto *const bytes = reinterpret_cast<const unsigned char *>(key.bytes().constData());
    if (jwt_add_grants_json(jwt.get(), json.constData()) != 0
        || jwt_set_alg(jwt.get(), libjwtAlgorithm(algorithm), bytes, static_cast<int>(key.bytes().size()))
            != 0)
        return {};
    return JwtText(jwt_encode_str(jwt.get())).get();
}

} // namespace

Expected<QByteArray> issueToken(const QString &userId, const SigningKeys &keys, const TokenRules &rules,
                                std::chrono::milliseconds ttl, std::chrono::system_clock::time_point now)
{
    QJsonObject claims{{u"iat"_s, secondsSince1970(now)}, {u"exp"_s, secondsSince1970(now + ttl)}};
    if (!rules.issuer.isEmpty())
        claims.insert(u"iss"_s, rules.issuer);
    if (!rules.audience.isEmpty())
        claims.insert(u"aud"_s, rules.audience);
    claims.insert(rules.userClaim, userId);
    for (const Algorithm algorithm : rules.algorithms) {
        const auto key =
            std::ranges::find_if(keys, [&](const SigningKey &each) { return each.fits(algorithm); });
        if (!isSymmetric(algorithm) || key == keys.end())
            continue;
        QByteArray token = sign(claims, algorithm, *key);
        if (token.isEmpty())
            return failure(Error::Code::Internal, u"the token can't be made"_s);
        return token;
    }
    return failure(Error::Code::InvalidArgument, u"there is no secret to sign with among auth.jwt.keys"_s);
}

} // namespace nextchat::jwt
