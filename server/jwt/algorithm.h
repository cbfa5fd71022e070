// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace nextchat::jwt {

// How a token may be signed (RFC 7518, 3.1; contract.md 2).
enum class Algorithm { HS256, HS384, HS512, RS256, ES256 };

// As it stands in a token's header, case included. Nothing for any other, `none` included.
[[nodiscard]] std::optional<Algorithm> algorithmNamed(QByteArrayView name);
[[nodiscard]] QByteArray nameOf(Algorithm algorithm);

// Whether it is signed and checked with one shared secret.
[[nodiscard]] bool isSymmetric(Algorithm algorithm);

} // namespace nextchat::jwt
