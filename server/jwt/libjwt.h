// SPDX-License-Identifier: MIT
#pragma once

#include "server/jwt/algorithm.h"

#include <cstdlib>
#include <jwt.h>
#include <memory>

// libjwt's objects, owned. For the sources of this folder.
namespace nextchat::jwt {

struct FreeJwt
{
    void operator()(jwt_t *jwt) const { jwt_free(jwt); }
};
using JwtHandle = std::unique_ptr<jwt_t, FreeJwt>;

struct FreeText
{
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): what libjwt hands over is malloc's.
    void operator()(char *text) const { std::free(text); }
};
using JwtText = std::unique_ptr<char, FreeText>;

[[nodiscard]] inline jwt_alg_t libjwtAlgorithm(Algorithm algorithm)
{
    return jwt_str_alg(nameOf(algorithm).constData());
}

} // namespace nextchat::jwt
