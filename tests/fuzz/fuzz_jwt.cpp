// SPDX-License-Identifier: MIT
#include "server/jwt/tokenissuer.h"
#include "tests/fuzz/invariant.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageAuthenticationCode>

#include <cstdint>

using namespace nextchat;
using namespace nextchat::jwt;
using nextchat::fuzz::require;

namespace {

const QByteArray secret(32, 'k');
const std::chrono::system_clock::time_point noon{std::chrono::seconds(1'700'000'000)};

QByteArray base64(const QByteArray &bytes)
{
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

QByteArray signedToken(const QByteArray &header, const QByteArray &claims)
{
    const QByteArray text = base64(header) + '.' + base64(claims);
    return text + '.' + base64(QMessageAuthenticationCode::hash(text, secret, QCryptographicHash::Sha256));
}

} // namespace

// The input is a token as a stranger sends it; or, behind an 's', the claims of a token that is signed well,
// or behind an 'h' its header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const SigningKeys keys{*SigningKey::parse(secret)};
    static const TokenRules rules{.algorithms = {Algorithm::HS256}};
    static const QByteArray issued =
        *issueToken(QStringLiteral("ann"), keys, rules, std::chrono::hours(1), noon);

    QByteArray input(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const char kind = input.isEmpty() ? ' ' : input.front();
    if (kind != 's' && kind != 'h') {
        require(verifyToken(input, keys, rules, noon).has_value() == (input == issued),
                "exactly what was issued verifies");
        return 0;
    }
    input.remove(0, 1);
    const QByteArray header = kind == 'h' ? input : QByteArray(R"({"alg":"HS256"})");
    const QByteArray claims = kind == 's' ? input : QByteArray(R"({"sub":"ann","exp":1700003600})");
    const auto verified = verifyToken(signedToken(header, claims), keys, rules, noon);
    if (!verified)
        return 0;
    require(!verified->userId.isEmpty(), "a token names a user");
    require(verified->expires > noon, "a token that has expired is refused");
    return 0;
}
