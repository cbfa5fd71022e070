// SPDX-License-Identifier: MIT
#include "server/jwt/algorithm.h"

#include <array>
#include <utility>

namespace nextchat::jwt {

namespace {

constexpr std::array<std::pair<Algorithm, const char *>, 5> names{{{Algorithm::HS256, "HS256"},
                                                                   {Algorithm::HS384, "HS384"},
                                                                   {Algorithm::HS512, "HS512"},
                                                                   {Algorithm::RS256, "RS256"},
                                                                   {Algorithm::ES256, "ES256"}}};

} // namespace

std::optional<Algorithm> algorithmNamed(QByteArrayView name)
{
    for (const auto &[algorithm, known] : names) {
        if (name == known)
            return algorithm;
    }
    return std::nullopt;
}

QByteArray nameOf(Algorithm algorithm)
{
    for (const auto &[known, name] : names) {
        if (known == algorithm)
            return name;
    }
    Q_UNREACHABLE();
}

bool isSymmetric(Algorithm algorithm)
{
    return algorithm != Algorithm::RS256 && algorithm != Algorithm::ES256;
}

} // namespace nextchat::jwt
