// SPDX-License-Identifier: MIT
#pragma once

#include "tests/integration/history/historyrows.h"
#include "tests/support/rawhub.h"
#include "tests/support/redisserver.h"
#include "tests/support/serverprocess.h"
#include "tests/support/testdatabase.h"

#include <QTemporaryDir>
#include <QTest>

namespace nextchat::test {

// One server over a Redis, with a database of each system in turn: a row of QTest's global data for each.
class StoredServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

protected:
    // With settings KEY=VALUE. Where the database is to be migrated by hand, it is.
    void start(const QStringList &settings = {});
    [[nodiscard]] RawHub connect(const QByteArray &user) { return RawHub(m_server->port(), user); }
    // Everything in the logs is stored.
    [[nodiscard]] bool isAllStored() const;
    [[nodiscard]] double metric(const QByteArray &name) const;
    // Runs a script of the test's own on the partition of a group: KEYS are its meta, seq and log.
    qint64 inRedis(const QByteArray &group, const QByteArray &script,
                   const QByteArrayList &arguments = {}) const;

    std::unique_ptr<RedisServer> m_redis;
    std::unique_ptr<TestDatabase> m_mysql; // where it is that
    std::unique_ptr<QTemporaryDir> m_folder; // of SQLite
    QStringList m_arguments; // of the server, without the settings
    QString m_url;
    std::unique_ptr<HistoryRows> m_rows;
    std::unique_ptr<ServerProcess> m_server;
};

} // namespace nextchat::test
