// SPDX-License-Identifier: MIT
#include "server/tokenrules.h"

#include "common/chat/rules.h"
#include "common/support/configurationvalue.h"
#include "server/jwt/tokenissuer.h"

#include <QStringBuilder>

namespace nextchat {

using namespace Qt::StringLiterals;

jwt::TokenRules tokenRules(const ServerConfiguration &configuration)
{
    const auto &settings = configuration.auth.jwt;
    jwt::TokenRules rules;
    for (const QString &name : settings.algorithms)
        rules.algorithms.push_back(jwt::algorithmNamed(name.toLatin1()).value());
    rules.issuer = settings.issuer;
    rules.audience = settings.audience;
    rules.userClaim = settings.userClaim;
    rules.clockSkew = settings.clockSkew;
    rules.isValidUser = [](const QString &user) { return chat::isValidId(user); };
    return rules;
}

Expected<jwt::SigningKeys> tokenKeys(const ServerConfiguration &configuration)
{
    auto keys = jwt::readKeys(configuration.auth.jwt.keys);
    if (!keys)
        return keys;
    if (const auto checked = jwt::checkKeys(*keys, tokenRules(configuration).algorithms); !checked)
        return tl::unexpected(checked.error());
    return keys;
}

Expected<QByteArray> issueToken(const ServerConfiguration &configuration, const QString &userId,
                                const QString &ttl)
{
    using Code = Error::Code;
    if (!chat::isValidId(userId))
        return failure(Code::InvalidArgument, u"--issue-token: "_s % quoted(userId) % u" is no user id"_s);
    const auto duration = parseDuration(ttl);
    if (!duration || *duration < std::chrono::seconds(1))
        return failure(Code::InvalidArgument, u"--ttl: "_s % quoted(ttl) % u" is not a time such as 1h"_s);
    if (configuration.auth.jwt.keys.isEmpty())
        return failure(Code::InvalidArgument, u"--issue-token: auth.jwt.keys is not set"_s);
    const auto keys = tokenKeys(configuration);
    const auto token = keys ? jwt::issueToken(userId, *keys, tokenRules(configuration), *duration,
                                              std::chrono::system_clock::now())
                            : tl::unexpected(keys.error());
    if (!token)
        return failure(token.error().code, u"--issue-token: "_s % token.error().message);
    return *token + '\n';
}

} // namespace nextchat
