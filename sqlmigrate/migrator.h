// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/migrationrun.h"

#include <memory>
#include <optional>

namespace nextchat::sqlmigrate {

struct MigrationStatus
{
    enum class State { Applied, Pending, Running, Failed, Repaired, Edited, Missing, Newer };
    int version = 0;
    QString name;
    State state = State::Pending;
    std::optional<MigrationRecord> record;
};

// Brings a database's schema to the version that a program needs, one migration after the other, never down.
// Any number of migrators may work at once: one applies, the others wait and find it done. Belongs to the
// connection's thread.
class Migrator
{
public:
    Migrator(Connection &connection, std::vector<Migration> migrations, QVersionNumber program);

    // How long up(), baseline() and repair() wait for another migrator where the dialect has a lock of its
    // own.
    void setPatience(std::chrono::milliseconds patience) { m_patience = patience; }

    // Gets sentences for a person about what up() finds.
    void setNotice(MigrationRun::Notice notice) { m_notice = std::move(notice); }

    // Every migration known here or there, by version. Changes nothing.
    [[nodiscard]] Outcome<std::vector<MigrationStatus>> status();

    // What up() would apply: what is pending, up to version `to` (absent: all). Changes nothing.
    [[nodiscard]] Outcome<std::vector<Migration>> plan(std::optional<int> to = {});

    // Applies the plan; gives the versions that it applied itself. What was applied before a failure stays.
    [[nodiscard]] Outcome<std::vector<int>> up(std::optional<int> to = {});

    // Fails when an applied migration was edited or is missing here, when one was not finished, or when the
    // schema excludes this program.
    [[nodiscard]] Outcome<void> validate();

    // Records the migrations up to `version` as applied without running them, in a database that has no
    // records yet.
    [[nodiscard]] Outcome<void> baseline(int version);

    // Lets failed migrations be tried again, where DDL can't be rolled back from the statement that failed.
    // Gives their versions.
    [[nodiscard]] Outcome<std::vector<int>> repair();

private:
    using History = std::map<int, MigrationRecord>;

    [[nodiscard]] Outcome<History> checkedHistory();
    [[nodiscard]] Outcome<void> check(const History &history) const;
    [[nodiscard]] Outcome<std::vector<Migration>> pending(const History &history,
                                                          std::optional<int> to) const;
    [[nodiscard]] const Migration *find(int version) const;
    [[nodiscard]] MigrationStatus::State stateOf(const MigrationRecord &record, bool locked) const;
    // Held for as long as the result lives; there is a table of records then.
    [[nodiscard]] Outcome<std::shared_ptr<const Migrator>> lock();
    [[nodiscard]] Outcome<void> inTransaction(const std::function<Expected<void>()> &work);

    Connection &m_connection;
    const Dialect &m_dialect;
    SchemaHistory m_history;
    std::vector<Migration> m_migrations;
    QVersionNumber m_program;
    std::chrono::milliseconds m_patience{10000};
    MigrationRun::Notice m_notice = [](const QString &) {};
};

} // namespace nextchat::sqlmigrate
