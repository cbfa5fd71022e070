// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>

namespace nextchat::fuzz {

// Ends the run with a finding unless `holds`. `rule` is what the code under test promises.
inline void require(bool holds, const char *rule)
{
    if (holds)
        return;
    std::fprintf(stderr, "Broken rule: %s\n", rule);
    std::abort();
}

} // namespace nextchat::fuzz
