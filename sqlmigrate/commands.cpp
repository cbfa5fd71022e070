// SPDX-License-Identifier: MIT
#include "sqlmigrate/commands.h"

#include <QDeadlineTimer>
#include <QThread>

namespace nextchat::sqlmigrate {

namespace {

using namespace std::chrono_literals;

// Without --wait, what a migrator beside us needs for a small migration.
constexpr std::chrono::milliseconds defaultLockPatience = 10s;

ExitCode exitCodeOf(const MigrationError &error)
{
    switch (error.kind) {
    case MigrationError::Kind::Usage:
        return ExitCode::Usage;
    case MigrationError::Kind::Failed:
        return ExitCode::Failed;
    case MigrationError::Kind::Checksum:
        return ExitCode::Checksum;
    case MigrationError::Kind::Locked:
        return ExitCode::Locked;
    case MigrationError::Kind::FailedBefore:
        return ExitCode::FailedBefore;
    }
    return ExitCode::Failed;
}

ExitCode report(const MigrationError &error, QTextStream &err)
{
    err << "nextchat-sqlmigrate: " << error.message << Qt::endl;
    return exitCodeOf(error);
}

const char *nameOf(MigrationStatus::State state)
{
    using State = MigrationStatus::State;
    switch (state) {
    case State::Applied:
        return "applied";
    case State::Pending:
        return "pending";
    case State::Running:
        return "running";
    case State::Failed:
        return "failed";
    case State::Repaired:
        return "repaired";
    case State::Edited:
        return "edited";
    case State::Missing:
        return "missing";
    case State::Newer:
        return "newer";
    }
    return "";
}

ExitCode showStatus(Migrator &migrator, QTextStream &out, QTextStream &err)
{
    using State = MigrationStatus::State;
    const auto all = migrator.status();
    if (!all)
        return report(all.error(), err);
    qsizetype longest = 0;
    for (const MigrationStatus &one : *all)
        longest = std::max(longest, one.name.size());
    for (const MigrationStatus &one : *all) {
        out << QStringLiteral("%1  %2  %3")
                   .arg(one.version, 4, 10, QChar(u'0'))
                   .arg(QLatin1String(nameOf(one.state)), -8)
                   .arg(one.record ? one.name.leftJustified(longest) : one.name);
        if (one.record) {
            out << "  " << one.record->startedAt.toString(Qt::ISODate) << "  " << one.record->duration.count()
                << " ms";
            if (!one.record->success) {
                out << "  at statement " << one.record->statementsDone + 1;
                if (!one.record->error.isNull())
                    out << ": " << one.record->error;
                else if (one.state != State::Running)
                    out << ": interrupted";
            }
        }
        out << Qt::endl;
    }
    return ExitCode::Fine;
}

ExitCode printPlan(Migrator &migrator, std::optional<int> to, QTextStream &out, QTextStream &err)
{
    const auto plan = migrator.plan(to);
    if (!plan)
        return report(plan.error(), err);
    const auto states = migrator.status();
    if (!states)
        return report(states.error(), err);
    for (const Migration &migration : *plan) {
        out << "-- Migration " << migration.version << " (" << migration.name << ")\n";
        for (const MigrationStatus &one : *states) {
            if (one.version == migration.version && one.record && one.record->statementsDone > 0)
                out << "-- Executed before: up to statement " << one.record->statementsDone << ".\n";
        }
        out << migration.sql << Qt::endl;
    }
    if (plan->empty())
        out << "-- Nothing to do." << Qt::endl;
    return ExitCode::Fine;
}

ExitCode migrateUp(Migrator &migrator, const CommandLine &commandLine, QTextStream &out, QTextStream &err)
{
    if (commandLine.dryRun)
        return printPlan(migrator, commandLine.to, out, err);
    migrator.setNotice([&out](const QString &text) { out << text << Qt::endl; });
    const auto applied = migrator.up(commandLine.to);
    if (!applied)
        return report(applied.error(), err);
    for (const int version : *applied)
        out << "Applied migration " << version << '.' << Qt::endl;
    if (applied->empty())
        out << "Nothing to do." << Qt::endl;
    return ExitCode::Fine;
}

ExitCode validate(Migrator &migrator, QTextStream &out, QTextStream &err)
{
    if (const auto valid = migrator.validate(); !valid)
        return report(valid.error(), err);
    const auto pending = migrator.plan();
    if (!pending)
        return report(pending.error(), err);
    out << "Valid.";
    if (!pending->empty())
        out << ' ' << pending->size() << " pending.";
    out << Qt::endl;
    return ExitCode::Fine;
}

ExitCode setBaseline(Migrator &migrator, int version, QTextStream &out, QTextStream &err)
{
    if (const auto done = migrator.baseline(version); !done)
        return report(done.error(), err);
    out << "Baseline is migration " << version << '.' << Qt::endl;
    return ExitCode::Fine;
}

ExitCode repair(Migrator &migrator, QTextStream &out, QTextStream &err)
{
    const auto repaired = migrator.repair();
    if (!repaired)
        return report(repaired.error(), err);
    for (const int version : *repaired)
        out << "Migration " << version << " may be tried again." << Qt::endl;
    if (repaired->empty())
        out << "Nothing to do." << Qt::endl;
    return ExitCode::Fine;
}

bool changesNothing(const CommandLine &commandLine)
{
    using Command = CommandLine::Command;
    return commandLine.command == Command::Status || commandLine.command == Command::Validate
        || (commandLine.command == Command::Up && commandLine.dryRun);
}

// Until the time to wait is over, whatever the reason: a database server that begins its life knows neither
// users nor databases at first.
Expected<std::unique_ptr<Connection>> openWithin(const CommandLine &commandLine, QTextStream &out)
{
    Connection::Options options;
    options.mode = changesNothing(commandLine) ? Connection::Mode::Read : Connection::Mode::Write;
    options.busyTimeout = commandLine.wait.count() > 0 ? commandLine.wait : defaultLockPatience;
    const QDeadlineTimer deadline(commandLine.wait);
    std::chrono::milliseconds pause = 100ms;
    QString reason;
    while (true) {
        auto connection = Connection::open(commandLine.database, options);
        if (connection || deadline.hasExpired())
            return connection;
        if (connection.error().message != reason) {
            reason = connection.error().message;
            out << "Waiting for the database. " << reason << Qt::endl;
        }
        const std::chrono::milliseconds left(std::max<qint64>(deadline.remainingTime(), 1));
        QThread::msleep(static_cast<unsigned long>(std::min(pause, left).count()));
        pause = std::min<std::chrono::milliseconds>(pause * 2, 1s);
    }
}

} // namespace

ExitCode run(const CommandLine &commandLine, QTextStream &out, QTextStream &err)
{
    const auto connection = openWithin(commandLine, out);
    if (!connection)
        return report(refused(connection.error()).value(), err);
    auto migrations = builtInMigrations((*connection)->dialect());
    if (!migrations)
        return report({MigrationError::Kind::Failed, migrations.error().message}, err);
    Migrator migrator(**connection, std::move(*migrations), programVersion());
    if (commandLine.wait.count() > 0)
        migrator.setPatience(commandLine.wait);

    switch (commandLine.command) {
    case CommandLine::Command::Status:
        return showStatus(migrator, out, err);
    case CommandLine::Command::Up:
        return migrateUp(migrator, commandLine, out, err);
    case CommandLine::Command::Validate:
        return validate(migrator, out, err);
    case CommandLine::Command::Baseline:
        return setBaseline(migrator, commandLine.baseline, out, err);
    case CommandLine::Command::Repair:
        return repair(migrator, out, err);
    }
    return ExitCode::Failed;
}

} // namespace nextchat::sqlmigrate
