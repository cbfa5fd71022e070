// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonObject>

#include <memory>

using EVP_PKEY = struct evp_pkey_st;

namespace nextchat::test {

// Makes JSON Web Tokens without the library that the server reads them with, well formed or not.
class TokenSigner
{
public:
    enum class Kind { Rsa, SmallRsa, P256, P384 }; // SmallRsa: 1024 bits

    explicit TokenSigner(Kind kind); // with a new key

    [[nodiscard]] QByteArray publicKey() const; // PEM
    [[nodiscard]] QByteArray privateKey() const; // PEM

    // `header` with the `alg` RS256 or ES256, whichever the key is for, unless it has one.
    [[nodiscard]] QByteArray token(const QJsonObject &claims, QJsonObject header = {}) const;

    // Likewise with a secret: HS256, HS384 or HS512 (HS256 for any other `alg`).
    [[nodiscard]] static QByteArray token(const QByteArray &secret, const QJsonObject &claims,
                                          QJsonObject header = {});

    // Header and claims as they are, with any signature.
    [[nodiscard]] static QByteArray assembled(const QByteArray &header, const QByteArray &claims,
                                              const QByteArray &signature);

private:
    struct Free
    {
        void operator()(EVP_PKEY *key) const;
    };
    Kind m_kind;
    std::unique_ptr<EVP_PKEY, Free> m_key;
};

} // namespace nextchat::test
