// SPDX-License-Identifier: MIT
// nextchat-bench: load and measurements, each beside its limit in the same run.
#include "tests/bench/scenarios.h"

#include <QCommandLineParser>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSysInfo>
#include <QThread>

#include <cmath>

namespace nextchat::bench {

namespace {

enum ExitCode { Fine = 0, Failed = 1, WrongUsage = 2 };

struct CommandLine
{
    BenchOptions options;
    QList<Scenario> chosen;
    bool json = false;
};

const QString description = QStringLiteral(
    "Measures a Next Chat server, each figure beside its limit.\n\n"
    "Scenarios (all but the soak, if none is named):\n"
    "  a fanout      CPU per delivery to 1,000 members\n"
    "  b connect     time to connect 2,000 and 10,000 clients\n"
    "  c memory      resident memory per idle connection\n"
    "  d idle        CPU per delivery beside 9,000 idle connections\n"
    "  e publish     accepted messages a second, and latency\n"
    "  f saturation  the highest rate of deliveries to 1,000 members\n"
    "  g redispublish  accepted messages a second over Redis, beside a bare client\n"
    "  h redislatency  from a server to another, beside XADD and XREAD\n"
    "  i redistail   messages, groups and members that cost a server nothing but reading\n"
    "  j historystore  a backlog gets into MariaDB, beside a loop of INSERTs\n"
    "  k historypage   the last 50 out of 10,000,000 in MariaDB, beside the bare query\n"
    "  l historylatency  from sending to receiving while a backlog gets into MariaDB\n"
    "  m soak        2,000 clients for half an hour (or --seconds), and what the server holds before and "
    "after\n"
    "  n echo        CPU per call of a hub that echoes, beside a QWebSocket that does\n"
    "  o encodings   CPU per delivery in MessagePack, beside JSON\n\n"
    "Each starts the nextchat-server beside this program, with limits on calls and users off. Build it for "
    "release.\n"
    "Exit code: 0 measured (whatever the figures), 1 something could not be run, 2 wrong usage.");

int wrongUsage(const QString &what)
{
    fprintf(stderr, "nextchat-bench: %s (see --help)\n", qPrintable(what));
    return WrongUsage;
}

Expected<QList<Scenario>> chosenScenarios(const QStringList &names)
{
    QList<Scenario> chosen;
    for (const QString &name : names) {
        const auto found = std::find_if(scenarios().cbegin(), scenarios().cend(), [&](const Scenario &s) {
            return s.name == name || s.letter == name;
        });
        if (found == scenarios().cend())
            return failure(Error::Code::InvalidArgument, u"there is no scenario " % name);
        chosen << *found;
    }
    if (names.isEmpty()) {
        std::copy_if(scenarios().cbegin(), scenarios().cend(), std::back_inserter(chosen),
                     [](const Scenario &s) { return !s.onlyByName; });
    }
    return chosen;
}

Expected<CommandLine> interpret(const QCommandLineParser &parser)
{
    CommandLine line;
    line.json = parser.isSet(QStringLiteral("json"));
    bool valid = true;
    line.options.seconds = parser.value(QStringLiteral("seconds")).toDouble(&valid);
    if (!valid || line.options.seconds < 0.1 || line.options.seconds > 3600
        || std::isnan(line.options.seconds))
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("--seconds takes a number from 0.1 to 3600"));
    if (parser.isSet(QStringLiteral("seconds")))
        line.options.soakSeconds = line.options.seconds;
    line.options.rounds = parser.value(QStringLiteral("rounds")).toInt(&valid);
    if (!valid || line.options.rounds < 1 || line.options.rounds > 1000)
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("--rounds takes a number from 1 to 1000"));
    line.options.processId = parser.value(QStringLiteral("pid")).toLongLong(&valid);
    if (!valid || line.options.processId < 0)
        return failure(Error::Code::InvalidArgument, QStringLiteral("--pid takes the number of a process"));
    line.options.url = QUrl(parser.value(QStringLiteral("url")), QUrl::StrictMode);
    if (parser.isSet(QStringLiteral("url"))
        && (line.options.url.scheme() != u"http" || line.options.url.host().isEmpty()))
        return failure(Error::Code::InvalidArgument, QStringLiteral("--url takes http://HOST:PORT/PATH"));
    auto chosen = chosenScenarios(parser.positionalArguments());
    if (!chosen)
        return tl::unexpected(chosen.error());
    line.chosen = *std::move(chosen);
    return line;
}

ScenarioReport run(const Scenario &scenario, const BenchOptions &options)
{
    ScenarioReport report{.letter = scenario.letter, .name = scenario.name, .title = scenario.title};
    if (scenario.needsOwnServer && !options.url.isEmpty()) {
        report.error = QStringLiteral("it needs a server of its own, so it does not go with --url");
        return report;
    }
    fprintf(stderr, "(%s) %s ...\n", qPrintable(scenario.letter), qPrintable(scenario.title));
    auto figures = scenario.measure(options);
    if (figures)
        report.figures = *std::move(figures);
    else
        report.error = figures.error().message;
    return report;
}

void print(const CommandLine &line, const QList<ScenarioReport> &reports)
{
    const QStringList settings = line.options.url.isEmpty() ? BenchServer::limits() : QStringList();
    if (line.json) {
        const QJsonObject all{
            {QStringLiteral("scenarios"), asJson(reports)},
            {QStringLiteral("settings"), QJsonArray::fromStringList(settings)},
            {QStringLiteral("seconds"), line.options.seconds},
            {QStringLiteral("rounds"), line.options.rounds},
            {QStringLiteral("cores"), QThread::idealThreadCount()},
            {QStringLiteral("kernel"), QSysInfo::kernelVersion()},
        };
        printf("%s\n", QJsonDocument(all).toJson(QJsonDocument::Compact).constData());
        return;
    }
    printf("%d cores, kernel %s, rounds of %g s%s\n", QThread::idealThreadCount(),
           qPrintable(QSysInfo::kernelVersion()), line.options.seconds,
           line.options.url.isEmpty() ? "; the server runs with:" : "");
    for (const QString &setting : settings)
        printf("    %s\n", qPrintable(setting));
    printf("%s", qPrintable(asTable(reports)));
}

int benchMain()
{
    QCommandLineParser parser;
    parser.setApplicationDescription(description);
    // Not Qt's own, which come with --help-all.
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  QStringLiteral("Prints this help and ends."));
    const QCommandLineOption version({QStringLiteral("v"), QStringLiteral("version")},
                                     QStringLiteral("Prints the version and ends."));
    parser.addOptions({help, version});
    parser.addOption({QStringLiteral("json"), QStringLiteral("Print one JSON object instead of a table.")});
    parser.addOption({QStringLiteral("seconds"), QStringLiteral("Length of each measured round."),
                      QStringLiteral("N"), QStringLiteral("3")});
    parser.addOption({QStringLiteral("rounds"), QStringLiteral("Rounds of each comparison; medians count."),
                      QStringLiteral("N"), QStringLiteral("5")});
    parser.addOption({QStringLiteral("url"),
                      QStringLiteral("Load this server instead (a and e only); set its limits yourself."),
                      QStringLiteral("URL")});
    parser.addOption({QStringLiteral("pid"),
                      QStringLiteral("With --url: its process, to know what CPU it uses."),
                      QStringLiteral("PID"), QStringLiteral("0")});
    parser.addPositionalArgument(QStringLiteral("scenario"), QStringLiteral("Letters or names."),
                                 QStringLiteral("[SCENARIO...]"));
    if (!parser.parse(QCoreApplication::arguments()))
        return wrongUsage(parser.errorText());
    if (parser.isSet(help))
        parser.showHelp(Fine);
    if (parser.isSet(version))
        parser.showVersion();
    const auto line = interpret(parser);
    if (!line)
        return wrongUsage(line.error().message);

    raiseDescriptorLimit();
    QList<ScenarioReport> reports;
    for (const Scenario &scenario : line->chosen)
        reports << run(scenario, line->options);
    print(*line, reports);
    const bool failed =
        std::any_of(reports.cbegin(), reports.cend(), [](const auto &r) { return !r.error.isEmpty(); });
    return failed ? Failed : Fine;
}

} // namespace

} // namespace nextchat::bench

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("nextchat-bench"));
    QCoreApplication::setApplicationVersion(QStringLiteral(NEXTCHAT_VERSION));
    return nextchat::bench::benchMain();
}
