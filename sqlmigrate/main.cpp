// SPDX-License-Identifier: MIT
#include "common/support/configurationvalue.h"
#include "sqlmigrate/commands.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>

namespace {

using nextchat::Error;
using nextchat::Expected;
using nextchat::failure;
using nextchat::sqlmigrate::CommandLine;
using nextchat::sqlmigrate::DatabaseUrl;
using nextchat::sqlmigrate::ExitCode;

const QLatin1String
    commandsText("\nCommands:\n"
                 "  status        each migration and its state\n"
                 "  up            apply what is pending; --to N, --dry-run\n"
                 "  validate      check that applied migrations are the ones built in\n"
                 "  baseline N    record migrations up to N as applied, without running them\n"
                 "  repair        let a failed migration be tried again\n\n"
                 "Exit codes: 0 fine, 1 failed, 2 usage, 3 checksum, 4 locked, 5 a failed migration is "
                 "recorded.");

void declare(QCommandLineParser &parser)
{
    parser.setApplicationDescription(QStringLiteral("Brings the schema of a Next Chat database up to date.")
                                     % commandsText);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({QStringLiteral("database"), QStringLiteral("The database (sqlite:///path)."),
                      QStringLiteral("URL")});
    parser.addOption(
        {QStringLiteral("to"), QStringLiteral("up: stop after this migration."), QStringLiteral("N")});
    parser.addOption({QStringLiteral("dry-run"), QStringLiteral("up: print the SQL, change nothing.")});
    parser.addOption({QStringLiteral("wait"),
                      QStringLiteral("Wait for the database and for other migrators, e.g. 60s."),
                      QStringLiteral("TIME")});
    parser.addPositionalArgument(QStringLiteral("command"), QStringLiteral("One of the commands above."));
}

tl::unexpected<Error> wrong(const QString &message)
{
    return failure(Error::Code::InvalidArgument, message);
}

Expected<int> versionOf(const QString &text)
{
    bool isNumber = false;
    const int version = text.toInt(&isNumber);
    if (!isNumber || version < 1)
        return wrong(u"'" % text % u"' is not the number of a migration.");
    return version;
}

Expected<CommandLine::Command> commandOf(const QStringList &arguments)
{
    using Command = CommandLine::Command;
    if (arguments.isEmpty())
        return wrong(QStringLiteral("Say what to do: status, up, validate, baseline N or repair."));
    const QString &name = arguments.first();
    const qsizetype expected = name == u"baseline" ? 2 : 1;
    if (arguments.size() != expected)
        return wrong(u"'" % name % u"' takes " % QString::number(expected - 1) % u" argument(s).");
    if (name == u"status")
        return Command::Status;
    if (name == u"up")
        return Command::Up;
    if (name == u"validate")
        return Command::Validate;
    if (name == u"baseline")
        return Command::Baseline;
    if (name == u"repair")
        return Command::Repair;
    return wrong(u"There is no command '" % name % u"'.");
}

Expected<CommandLine> commandLineOf(const QCommandLineParser &parser)
{
    CommandLine result;
    const QStringList arguments = parser.positionalArguments();
    const auto command = commandOf(arguments);
    if (!command)
        return tl::unexpected(command.error());
    result.command = *command;
    if (*command == CommandLine::Command::Baseline) {
        const auto version = versionOf(arguments[1]);
        if (!version)
            return tl::unexpected(version.error());
        result.baseline = *version;
    }
    if (!parser.isSet(QStringLiteral("database")))
        return wrong(QStringLiteral("--database is missing."));
    const auto database = DatabaseUrl::parse(parser.value(QStringLiteral("database")));
    if (!database)
        return tl::unexpected(database.error());
    result.database = *database;
    result.dryRun = parser.isSet(QStringLiteral("dry-run"));
    if ((result.dryRun || parser.isSet(QStringLiteral("to"))) && *command != CommandLine::Command::Up)
        return wrong(QStringLiteral("--to and --dry-run belong to up."));
    if (parser.isSet(QStringLiteral("to"))) {
        const auto version = versionOf(parser.value(QStringLiteral("to")));
        if (!version)
            return tl::unexpected(version.error());
        result.to = *version;
    }
    if (parser.isSet(QStringLiteral("wait"))) {
        const auto wait = nextchat::parseDuration(parser.value(QStringLiteral("wait")));
        if (!wait)
            return tl::unexpected(wait.error());
        result.wait = *wait;
    }
    return result;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("nextchat-sqlmigrate"));
    QCoreApplication::setApplicationVersion(nextchat::sqlmigrate::programVersion().toString());
    QTextStream out(stdout);
    QTextStream err(stderr);

    QCommandLineParser parser;
    declare(parser);
    // Not process(): that exits with 1 on wrong usage.
    if (!parser.parse(QCoreApplication::arguments())) {
        err << "nextchat-sqlmigrate: " << parser.errorText() << Qt::endl;
        return static_cast<int>(ExitCode::Usage);
    }
    if (parser.isSet(QStringLiteral("help")))
        parser.showHelp();
    if (parser.isSet(QStringLiteral("version")))
        parser.showVersion();
    const auto commandLine = commandLineOf(parser);
    if (!commandLine) {
        err << "nextchat-sqlmigrate: " << commandLine.error().message << Qt::endl;
        return static_cast<int>(ExitCode::Usage);
    }
    return static_cast<int>(nextchat::sqlmigrate::run(*commandLine, out, err));
}
