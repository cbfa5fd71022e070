// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "server/jwt/algorithm.h"

#include <QByteArray>

namespace nextchat::jwt {

// A key that tokens may be signed with: a shared secret, or the public half of an RSA or P-256 key. What a
// key is decides what it can check, so that a public key is never taken for a secret. Immutable.
class SigningKey
{
public:
    // A PEM text with one public key or certificate (RSA of at least 2048 bits, or EC on P-256), else a
    // secret of at least 32 characters; one line break at its end does not count. The error is a complaint
    // that goes on after the name of the file; it holds nothing of the content.
    [[nodiscard]] static Expected<SigningKey> parse(QByteArray content);

    // Whether tokens of that algorithm can be checked with it. A secret must be as long as the hash
    // (RFC 7518, 3.2).
    [[nodiscard]] bool fits(Algorithm algorithm) const;

    // The secret, or the public key as PEM.
    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }

    friend bool operator==(const SigningKey &, const SigningKey &) = default;

private:
    enum class Kind { Secret, Rsa, P256 };
    SigningKey(Kind kind, QByteArray bytes)
        : m_kind(kind)
        , m_bytes(std::move(bytes))
    { }

    static Expected<SigningKey> parsePem(const QByteArray &content);

    Kind m_kind;
    QByteArray m_bytes;
};

} // namespace nextchat::jwt
