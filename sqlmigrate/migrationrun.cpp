// SPDX-License-Identifier: MIT
#include "sqlmigrate/migrationrun.h"

#include <QElapsedTimer>

namespace nextchat::sqlmigrate {

namespace {

using Kind = MigrationError::Kind;

QString title(const Migration &migration)
{
    return QString::number(migration.version) % u" (" % migration.name % u')';
}

} // namespace

Outcome<bool> MigrationRun::run()
{
    return m_dialect.transactionalDdl() ? inTransaction() : inSteps();
}

Outcome<bool> MigrationRun::inTransaction()
{
    if (const auto begun = m_connection.execute(m_dialect.beginStatement()); !begun)
        return refused(begun.error());
    // Only now is it certain what others have done.
    const auto history = m_history.read();
    const auto record =
        history ? history->find(m_migration.version) : std::map<int, MigrationRecord>::const_iterator();
    const bool known = history && record != history->end();
    if (!history || (known && (record->second.success || !record->second.repaired))) {
        (void)m_connection.execute(QStringLiteral("ROLLBACK"));
        if (!history)
            return refused(history.error());
        if (record->second.success)
            return false;
        return refused(Kind::FailedBefore,
                       u"Migration " % title(m_migration) % u" failed before: " % record->second.error
                           % u" When its reason is gone, run repair, then up again.");
    }

    MigrationRecord begun = SchemaHistory::beginning(m_migration);
    QElapsedTimer timer;
    timer.start();
    Expected<void> done;
    for (const Statement &statement : m_migration.statements) {
        done = m_connection.execute(statement.sql);
        if (!done)
            break;
        ++begun.statementsDone;
    }
    begun.duration = std::chrono::milliseconds(timer.elapsed());
    if (done) {
        begun.success = true;
        done = m_history.write(begun);
    }
    if (done)
        done = m_connection.execute(QStringLiteral("COMMIT"));
    if (done)
        return true;
    (void)m_connection.execute(QStringLiteral("ROLLBACK")); // an error may have done it already
    if (done.error().code == Error::Code::TimedOut)
        return refused(done.error());
    begun.success = false;
    return recordFailure(begun, done.error());
}

// Where DDL commits at once: "started" is on record before the first statement and progress after each one.
Outcome<bool> MigrationRun::inSteps()
{
    const auto history = m_history.read();
    if (!history)
        return refused(history.error());
    MigrationRecord begun = SchemaHistory::beginning(m_migration);
    if (const auto record = history->find(m_migration.version); record != history->end()) {
        if (record->second.success)
            return false;
        if (!record->second.repaired) {
            return refused(
                Kind::FailedBefore,
                u"Migration " % title(m_migration) % u" stopped after statement "
                    % QString::number(record->second.statementsDone) % u": " % record->second.error
                    % u" When its reason is gone, run repair, then up again: it goes on from there.");
        }
        begun.statementsDone = record->second.statementsDone;
    }
    if (const auto written = m_history.write(begun); !written)
        return refused(written.error());
    QElapsedTimer timer;
    timer.start();
    for (std::size_t i = static_cast<std::size_t>(begun.statementsDone); i < m_migration.statements.size();
         ++i) {
        Expected<void> done = m_connection.execute(m_migration.statements[i].sql);
        if (done)
            done = m_history.setStatementsDone(m_migration.version, ++begun.statementsDone);
        if (!done)
            return recordFailure(begun, done.error());
    }
    begun.duration = std::chrono::milliseconds(timer.elapsed());
    begun.success = true;
    if (const auto written = m_history.write(begun); !written)
        return refused(written.error());
    return true;
}

tl::unexpected<MigrationError> MigrationRun::recordFailure(MigrationRecord record, const Error &why)
{
    const auto index = static_cast<std::size_t>(record.statementsDone);
    QString text = u"Migration " % title(m_migration) % u" failed ";
    if (index < m_migration.statements.size()) {
        text += u"at statement " % QString::number(index + 1) % u" of "
            % QString::number(m_migration.statements.size()) % u" (line "
            % QString::number(m_migration.statements[index].line) % u"): ";
    } else {
        text += QLatin1String("when it was committed: ");
    }
    text += why.message;
    record.error = why.message;
    if (const auto written = m_history.write(record); !written)
        text += u" This could not be recorded: " % written.error().message;
    return refused(Kind::Failed, text);
}

} // namespace nextchat::sqlmigrate
