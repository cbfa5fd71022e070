// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "sqlmigrate/databaseurl.h"
#include "sqlmigrate/dialect.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariantList>

#include <chrono>
#include <memory>
#include <vector>

namespace nextchat::sqlmigrate {

// One connection to a database, open from open() to its destruction. Belongs to the thread that opened it.
// Queries made on database() must be gone before it is.
//
// Errors: see errorOf() in sqlerror.h. MySQL loses connections: after an error that is Unavailable only a new
// Connection is sure to work, and what a COMMIT did that was not answered is unknown.
class Connection
{
public:
    enum class Mode {
        Read, // never changes anything; a SQLite file that does not exist reads as an empty database
        Write, // creates a SQLite file that does not exist, its folder not
    };
    struct Options
    {
        Mode mode = Mode::Write;
        std::chrono::milliseconds busyTimeout{5000}; // how long a statement waits for another's lock
        // MySQL only, and in whole seconds, rounded up; busyTimeout too.
        std::chrono::milliseconds connectTimeout{5000};
        std::chrono::milliseconds answerTimeout{0}; // for the next part of an answer; 0: none
    };

    [[nodiscard]] static Expected<std::unique_ptr<Connection>> open(const DatabaseUrl &url,
                                                                    const Options &options);
    ~Connection();
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    [[nodiscard]] const Dialect &dialect() const { return *m_dialect; }
    [[nodiscard]] const DatabaseUrl &url() const { return m_url; }
    [[nodiscard]] QSqlDatabase &database() { return m_database; }

    // One statement, its `?` filled from `values`.
    Expected<void> execute(const QString &sql, const QVariantList &values = {});
    // All rows of a small result.
    [[nodiscard]] Expected<std::vector<QVariantList>> select(const QString &sql,
                                                             const QVariantList &values = {});

    // The database's own number of the error that the last call of these two ended with; 0 when it had none.
    [[nodiscard]] int errorNumber() const { return m_errorNumber; }

    [[nodiscard]] static Error errorOf(const QSqlError &error);

private:
    Connection(const DatabaseUrl &url, const QString &name);
    [[nodiscard]] Expected<void> connect(const Options &options);
    [[nodiscard]] Expected<void> connectSqlite(const Options &options);
    [[nodiscard]] Expected<void> connectMySql(const Options &options);
    [[nodiscard]] tl::unexpected<Error> failed(const QSqlQuery &query);

    DatabaseUrl m_url;
    QString m_name;
    std::unique_ptr<Dialect> m_dialect;
    QSqlDatabase m_database;
    int m_errorNumber = 0;
};

} // namespace nextchat::sqlmigrate
