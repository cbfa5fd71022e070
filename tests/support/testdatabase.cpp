// SPDX-License-Identifier: MIT
#include "tests/support/testdatabase.h"

#include "tests/support/mariadbserver.h"
#include "tests/support/testconfiguration.h"

#include <QCoreApplication>

namespace nextchat::test {

namespace {

std::unique_ptr<MariaDbServer> shared; // of all tests of this process

std::optional<SqlAccess> server()
{
    const QString configured = TestConfiguration::instance().databaseUrl;
    if (!configured.isEmpty()) {
        auto access = SqlAccess::fromUrl(configured);
        if (!access)
            qWarning("database.url of the test configuration is not mysql://USER:PASSWORD@HOST:PORT");
        return access;
    }
    if (!shared) {
        shared = std::make_unique<MariaDbServer>();
        qAddPostRoutine([] { shared.reset(); }); // while there is an application
        if (!shared->start())
            return {};
    }
    return SqlAccess::root(shared->port());
}

} // namespace

std::unique_ptr<TestDatabase> TestDatabase::create()
{
    const auto access = server();
    if (!access)
        return nullptr;
    const QString name = access->createDatabase();
    return name.isEmpty() ? nullptr : std::unique_ptr<TestDatabase>(new TestDatabase(*access, name));
}

TestDatabase::TestDatabase(SqlAccess access, QString name)
    : m_access(std::move(access))
    , m_name(std::move(name))
{ }

TestDatabase::~TestDatabase()
{
    if (const auto dropped = m_access.query(u"DROP DATABASE " % m_name); !dropped)
        qWarning("The test's database was not dropped: %s", qPrintable(dropped.error()));
}

} // namespace nextchat::test
