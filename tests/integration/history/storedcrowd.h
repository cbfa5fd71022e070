// SPDX-License-Identifier: MIT
#pragma once

#include "tests/integration/history/historyrows.h"
#include "tests/integration/redis/crowd.h"
#include "tests/support/mariadbserver.h"

#include <QTemporaryDir>
#include <QTest>

namespace nextchat::test {

// A Redis and a MariaDB for each test, and a crowd over them, whose books are compared with the rows of the
// database in the end.
class StoredCrowd : public QObject
{
protected:
    explicit StoredCrowd(MariaDbServer::Durability durability = MariaDbServer::Durability::EveryCommit)
        : m_durability(durability)
    { }

    // Without the servers. `databaseOptions`: of MariaDB.
    void prepare(const QStringList &settings = {}, const QByteArrayList &redisOptions = {},
                 const QStringList &databaseOptions = {});
    // Lets the crowd in.
    void enter();
    void begin(const QStringList &settings = {})
    {
        prepare(settings);
        if (!QTest::currentTestFailed())
            enter();
    }

    // Whether everything in the logs is stored.
    [[nodiscard]] bool isAllStored() const;
    // Stops talking, waits until all is stored, and compares the rows, and what the servers give as history,
    // with what the members were told.
    void expectStored(Crowd::History history = Crowd::History::Whole);
    // Of the rows alone.
    [[nodiscard]] SoakFindings rowFindings(Crowd::History history) const;
    void end();

    // A metric of a server, by its name; of all servers without an index.
    [[nodiscard]] double metric(const QByteArray &name, int server) const;
    [[nodiscard]] double metric(const QByteArray &name) const;
    // The field of /readyz, e.g. "history".
    [[nodiscard]] QString readiness(const QString &field, int server = 0) const;

    // All servers say that of the history in /readyz, and that they are ready.
    void expectHistory(const QString &state) const;

    const MariaDbServer::Durability m_durability;
    std::unique_ptr<MariaDbServer> m_mariaDb;
    std::unique_ptr<RedisServer> m_redis;
    std::unique_ptr<HistoryRows> m_rows;
    QString m_url; // of the database
    std::unique_ptr<Crowd> m_crowd;
};

} // namespace nextchat::test
