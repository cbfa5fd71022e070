// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/mailbox.h"
#include "server/history/sqlhistorystore.h"
#include "tests/unit/history/historydatabase.h"

#include <QLoggingCategory>
#include <QTest>

namespace nextchat::test {

// A store on a database of its own for each test, of the system that initTestCase_data() names.
class HistoryStoreFixture : public QObject
{
    Q_OBJECT

protected:
    history::SqlHistoryStore &open(history::SqlHistoryOptions options = {})
    {
        options.database = m_database->url();
        m_store = std::make_unique<history::SqlHistoryStore>(options, m_metrics);
        return *m_store;
    }

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<HistoryDatabase> m_database;
    MetricsRegistry m_metrics;
    std::unique_ptr<history::SqlHistoryStore> m_store;

private Q_SLOTS:
    void initTestCase()
    {
        QLoggingCategory::setFilterRules(
            QStringLiteral("nextchat.history=false")); // failures are provoked, and warnings fatal
    }
    void init()
    {
        m_mailbox = std::make_unique<Mailbox>();
        QFETCH_GLOBAL(const sqlmigrate::DatabaseUrl::System, system);
        m_database = HistoryDatabase::make(system);
        QVERIFY(m_database);
    }
    void cleanup()
    {
        m_store.reset();
        m_database.reset();
        m_mailbox.reset();
    }
};

} // namespace nextchat::test
