// SPDX-License-Identifier: MIT
#include "common/support/configurationfile.h"
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

const char *const description =
    "Brings the schema of a Next Chat database up to date.\n"
    "\nCommands:\n"
    "  status        each migration and its state\n"
    "  up            apply what is pending; --to N, --dry-run\n"
    "  validate      check that applied migrations are finished and are the ones built in\n"
    "  baseline N    record migrations up to N as applied, without running them\n"
    "  repair        let a failed or interrupted migration be tried again\n"
    "\nFor example: nextchat-sqlmigrate --database "
    "'mysql://nextchat@db/nextchat?password-file=/run/secrets/db' up "
    "--wait 60s\n"
    "\nURL: sqlite:///path, or mysql://USER[:PASSWORD]@HOST[:PORT]/NAME with the options ssl-mode=REQUIRED, "
    "ssl-cert=FILE,\n"
    "ssl-key=FILE, socket=FILE, password-file=FILE (?a=b&c=d). Without --database it is taken from "
    "NEXTCHAT_HISTORY_URL, or\n"
    "from the file that NEXTCHAT_HISTORY_URLFILE names, as the server does. A password that is not in it is "
    "that of\n"
    "MYSQL_PWD.\n"
    "\nSQLite applies a migration whole or not at all. MySQL and MariaDB commit every change of the schema "
    "at once: what a\n"
    "failed migration did before stays, and after repair, up goes on at the statement that failed. Nothing "
    "is ever undone.\n"
    "\nExit codes: 0 fine, 1 failed, 2 usage, 3 checksum, 4 locked, 5 a failed migration is recorded (run "
    "status, then repair).";

void declare(QCommandLineParser &parser)
{
    parser.setApplicationDescription(QString::fromLatin1(description));
    // Not Qt's own, which come with --help-all.
    parser.addOption(
        {{QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Prints this help and ends.")});
    parser.addOption(
        {{QStringLiteral("v"), QStringLiteral("version")}, QStringLiteral("Prints the version and ends.")});
    parser.addOption({QStringLiteral("database"), QStringLiteral("The database."), QStringLiteral("URL")});
    parser.addOption({QStringLiteral("database-file"), QStringLiteral("The file that holds its URL."),
                      QStringLiteral("FILE")});
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
    static const QHash<QString, Command> commands{
        {QStringLiteral("status"), Command::Status},     {QStringLiteral("up"), Command::Up},
        {QStringLiteral("validate"), Command::Validate}, {QStringLiteral("baseline"), Command::Baseline},
        {QStringLiteral("repair"), Command::Repair},
    };
    const auto command = commands.find(name);
    if (command == commands.end()) {
        return wrong(u"There is no command '" % name % u"': say status, up, validate, baseline N or repair.");
    }
    if (*command == Command::Baseline && arguments.size() != 2)
        return wrong(QStringLiteral("'baseline' takes the number of a migration."));
    if (*command == Command::Up && arguments.size() != 1)
        return wrong(QStringLiteral("'up' takes no argument; --to N says where to stop."));
    if (*command != Command::Baseline && arguments.size() != 1)
        return wrong(u"'" % name % u"' takes no argument.");
    return *command;
}

Expected<QString> urlInFile(const QString &path)
{
    const auto content = nextchat::readTextFile(path, 4096);
    if (!content)
        return tl::unexpected(content.error());
    return QString::fromUtf8(*content).trimmed();
}

// From the command line, or from where the server takes its history.url.
Expected<QString> databaseTextOf(const QCommandLineParser &parser)
{
    const QString inText = QStringLiteral("database");
    const QString inFile = QStringLiteral("database-file");
    if (parser.isSet(inText) && parser.isSet(inFile))
        return wrong(QStringLiteral("Give --database or --database-file, not both."));
    if (parser.isSet(inText))
        return parser.value(inText);
    if (parser.isSet(inFile))
        return urlInFile(parser.value(inFile));
    if (const QString url = qEnvironmentVariable("NEXTCHAT_HISTORY_URL"); !url.isEmpty())
        return url;
    if (const QString path = qEnvironmentVariable("NEXTCHAT_HISTORY_URLFILE"); !path.isEmpty())
        return urlInFile(path);
    return wrong(QStringLiteral("--database is missing, and NEXTCHAT_HISTORY_URL is not set."));
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
    const auto text = databaseTextOf(parser);
    if (!text)
        return tl::unexpected(text.error());
    const auto database = DatabaseUrl::parse(*text);
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
            return wrong(u"--wait: " % wait.error().message % u'.');
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
    if (parser.isSet(QStringLiteral("database")) && !commandLine->database.server.password.isEmpty()) {
        err << "nextchat-sqlmigrate: Warning: everyone on this machine can read a password on the command "
               "line; see "
               "--help for other ways."
            << Qt::endl;
    }
    return static_cast<int>(nextchat::sqlmigrate::run(*commandLine, out, err));
}
