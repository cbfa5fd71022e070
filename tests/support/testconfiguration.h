// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace nextchat::test {

// What `tests/configuration.yaml` says, or the file that NEXTCHAT_TEST_CONFIGURATION names: servers that
// somebody else runs, for the tests that need not stop them. See tests/configuration.example.yaml. Read once.
struct TestConfiguration
{
    QString redisUrl; // empty: the tests start a server of their own

    [[nodiscard]] static const TestConfiguration &instance();
};

} // namespace nextchat::test
