// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/sqlaccess.h"

#include <memory>

namespace nextchat::test {

// A MySQL database of a test's own, empty at first and dropped with this object: on the server that
// `tests/configuration.yaml` names, or else on a private MariaDB that all of this process's test databases
// share. Tests that stop or stall a server start a MariaDbServer instead.
class TestDatabase
{
public:
    // Needs a QCoreApplication, in whose thread the first call must come. Null, with a warning, when there is
    // no server.
    [[nodiscard]] static std::unique_ptr<TestDatabase> create();

    TestDatabase(const TestDatabase &) = delete;
    TestDatabase &operator=(const TestDatabase &) = delete;
    ~TestDatabase();

    [[nodiscard]] QString name() const { return m_name; }
    [[nodiscard]] QString url() const { return m_access.url(m_name); }
    [[nodiscard]] const SqlAccess &access() const { return m_access; }

private:
    TestDatabase(SqlAccess access, QString name);

    const SqlAccess m_access;
    const QString m_name;
};

} // namespace nextchat::test
