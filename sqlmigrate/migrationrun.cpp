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

// `index` counts from 0.
QString place(const Migration &migration, int index)
{
    const auto count = static_cast<int>(migration.statements.size());
    if (index >= count)
        return QStringLiteral("its end");
    const Statement &statement = migration.statements[static_cast<std::size_t>(index)];
    return u"statement " % QString::number(index + 1) % u" of " % QString::number(count) % u" (line "
        % QString::number(statement.line) % u')';
}

// What a database says ends without a full stop.
QString sentence(const QString &text)
{
    return text.endsWith(u'.') ? text : text % u'.';
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
                       u"Migration " % title(m_migration) % u" failed before: "
                           % sentence(record->second.error)
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
    bool mayBeDone = false; // the next statement, before the program that executed it ended
    if (const auto record = history->find(m_migration.version); record != history->end()) {
        if (record->second.success)
            return false;
        if (!record->second.repaired)
            return stoppedBefore(record->second);
        begun.statementsDone = record->second.statementsDone;
        mayBeDone = record->second.interrupted();
    }
    begun.checksum = checksumOfFirst(m_migration, begun.statementsDone);
    if (const auto written = m_history.write(begun); !written)
        return refused(written.error());
    QElapsedTimer timer;
    timer.start();
    while (static_cast<std::size_t>(begun.statementsDone) < m_migration.statements.size()) {
        const Expected<void> done = step(begun, mayBeDone);
        begun.duration = std::chrono::milliseconds(timer.elapsed());
        if (!done)
            return recordFailure(begun, done.error(), mayBeDone);
        mayBeDone = false;
    }
    begun.success = true;
    begun.checksum = m_migration.checksum;
    if (const auto written = m_history.write(begun); !written)
        return refused(written.error());
    return true;
}

// The transaction is for statements that are no DDL: those are committed together with their record.
Expected<void> MigrationRun::step(MigrationRecord &record, bool mayBeDone)
{
    const Statement &statement = m_migration.statements[static_cast<std::size_t>(record.statementsDone)];
    const QByteArray checksum = checksumOfFirst(m_migration, record.statementsDone + 1);
    Expected<void> done = m_connection.execute(m_dialect.beginStatement());
    if (done) {
        done = m_connection.execute(statement.sql);
        if (!done && mayBeDone && m_dialect.saysAlreadyDone(m_connection.errorNumber())) {
            m_notice(u"Migration " % title(m_migration) % u": " % place(m_migration, record.statementsDone)
                     % u" had been done already.");
            done = {};
        }
    }
    if (done)
        done = m_history.setProgress(m_migration.version, record.statementsDone + 1, checksum);
    if (done)
        done = m_connection.execute(QStringLiteral("COMMIT"));
    if (done) {
        ++record.statementsDone;
        record.checksum = checksum;
    } else {
        (void)m_connection.execute(QStringLiteral("ROLLBACK"));
    }
    return done;
}

tl::unexpected<MigrationError> MigrationRun::stoppedBefore(const MigrationRecord &record) const
{
    QString text = u"Migration " % title(m_migration);
    if (record.interrupted())
        text += u" was interrupted at " % place(m_migration, record.statementsDone) % u". Run repair";
    else
        text += u" failed before at " % place(m_migration, record.statementsDone) % u": "
            % sentence(record.error) % u" When its reason is gone, run repair";
    return refused(Kind::FailedBefore, text % u", then up again: it goes on from there.");
}

tl::unexpected<MigrationError> MigrationRun::recordFailure(MigrationRecord record, const Error &why,
                                                           bool mayBeDone)
{
    const bool inSteps = !m_dialect.transactionalDdl();
    QString text = u"Migration " % title(m_migration) % u" failed ";
    if (static_cast<std::size_t>(record.statementsDone) < m_migration.statements.size())
        text += u"at " % place(m_migration, record.statementsDone) % u": ";
    else
        text += QLatin1String("when it was committed: ");
    text += sentence(why.message);
    if (inSteps && record.statementsDone > 0) {
        text += QLatin1String(" This database commits DDL at once: what comes before that statement stays "
                              "applied.");
    }
    // The statement did nothing, so going on needs nobody's judgement.
    record.repaired = inSteps && why.code == Error::Code::TimedOut;
    // Without an error it still counts as interrupted, so that it may turn out to be done.
    if (!(record.repaired && mayBeDone))
        record.error = why.message;
    if (!record.repaired)
        text += QLatin1String(" When its reason is gone, run repair, then up again.");
    if (const auto written = m_history.write(record); !written)
        text += u" This could not be recorded: " % sentence(written.error().message);
    return refused(record.repaired ? Kind::Locked : Kind::Failed, text);
}

} // namespace nextchat::sqlmigrate
