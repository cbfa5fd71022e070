// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace nextchat::test {

// What `tests/configuration.yaml` says, or the file that NEXTCHAT_TEST_CONFIGURATION names: servers that
// somebody else runs, for the tests that need not stop them. See tests/configuration.example.yaml. Read once.
struct TestConfiguration
{
    // Empty: the tests start a server of their own.
    QString redisUrl;
    QString databaseUrl; // mysql://USER:PASSWORD@HOST:PORT, of a user that may create databases and users

    [[nodiscard]] static const TestConfiguration &instance();
};

} // namespace nextchat::test
