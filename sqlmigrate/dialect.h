// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "sqlmigrate/databaseurl.h"

#include <chrono>
#include <memory>

namespace nextchat::sqlmigrate {

class Connection;

// What differs between the database systems. Stateless; any thread.
class Dialect
{
public:
    virtual ~Dialect() = default;

    // Also the folder of this dialect's migrations.
    [[nodiscard]] virtual QString name() const = 0;

    // QtSql's name of the driver.
    [[nodiscard]] virtual QString driver() const = 0;

    // Whether DDL can be rolled back. Where it commits at once, a migration that fails leaves its first
    // statements behind, and goes on after the statement reached once it was repaired.
    [[nodiscard]] virtual bool transactionalDdl() const = 0;

    // Begins a transaction that writes. Others that want to write wait, in SQLite from this statement on.
    [[nodiscard]] virtual QString beginStatement() const = 0;

    // Backslashes escape in strings ('' alone: "" are names), and `#` begins a comment.
    [[nodiscard]] virtual bool backslashEscapes() const = 0;

    // Keeps other migrators out until unlock() or the end of the connection. TimedOut when another holds the
    // lock for longer than `patience`. SQLite needs none: there the transaction of each migration is the
    // lock.
    [[nodiscard]] virtual Expected<void> lock(Connection &connection,
                                              std::chrono::milliseconds patience) const = 0;
    virtual void unlock(Connection &connection) const = 0;

    // Whether a migrator holds the lock now.
    [[nodiscard]] virtual Expected<bool> isLocked(Connection &connection) const = 0;

    // Whether a statement that changes the schema fails with this error (Connection::errorNumber) because it
    // was executed before.
    [[nodiscard]] virtual bool saysAlreadyDone(int errorNumber) const = 0;

    [[nodiscard]] virtual Expected<bool> hasTable(Connection &connection, const QString &table) const = 0;

    // What CREATE TABLE must say behind its columns, for tables that this library makes itself.
    [[nodiscard]] virtual QString tableOptions() const = 0;

    // An expression for the time by the database's clock, when the statement began: microseconds since
    // 1970-01-01 UTC.
    [[nodiscard]] virtual QString now() const = 0;
};

[[nodiscard]] std::unique_ptr<Dialect> makeDialect(DatabaseUrl::System system);

class SqliteDialect : public Dialect
{
public:
    [[nodiscard]] QString name() const override;
    [[nodiscard]] QString driver() const override;
    [[nodiscard]] bool transactionalDdl() const override;
    [[nodiscard]] QString beginStatement() const override;
    [[nodiscard]] bool backslashEscapes() const override;
    [[nodiscard]] Expected<void> lock(Connection &connection,
                                      std::chrono::milliseconds patience) const override;
    void unlock(Connection &connection) const override;
    [[nodiscard]] Expected<bool> isLocked(Connection &connection) const override;
    [[nodiscard]] bool saysAlreadyDone(int errorNumber) const override;
    [[nodiscard]] Expected<bool> hasTable(Connection &connection, const QString &table) const override;
    [[nodiscard]] QString tableOptions() const override;
    [[nodiscard]] QString now() const override;
};

// MySQL 8 and MariaDB 10.6 and later.
class MySqlDialect : public Dialect
{
public:
    [[nodiscard]] QString name() const override;
    [[nodiscard]] QString driver() const override;
    [[nodiscard]] bool transactionalDdl() const override;
    [[nodiscard]] QString beginStatement() const override;
    [[nodiscard]] bool backslashEscapes() const override;
    [[nodiscard]] Expected<void> lock(Connection &connection,
                                      std::chrono::milliseconds patience) const override;
    void unlock(Connection &connection) const override;
    [[nodiscard]] Expected<bool> isLocked(Connection &connection) const override;
    [[nodiscard]] bool saysAlreadyDone(int errorNumber) const override;
    [[nodiscard]] Expected<bool> hasTable(Connection &connection, const QString &table) const override;
    [[nodiscard]] QString tableOptions() const override;
    [[nodiscard]] QString now() const override;
};

} // namespace nextchat::sqlmigrate
