// SPDX-License-Identifier: MIT
// nextchat-autotest: the black-box tests against a running server (contract.md 4).
#include "client-cli/options.h"
#include "tests/auto/scenarios.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <qcorotask.h>

#include <cstdio>

using namespace nextchat::autotest;

namespace {

constexpr int wrongUsage = 2;

QCoro::Task<> runAll(QUrl url, QString prefix, Report &report)
{
    for (const auto scenarios : {groupScenarios(), messageScenarios(), historyScenarios(),
                                 presenceScenarios(), refusalScenarios()}) {
        for (const Scenario &scenario : scenarios) {
            report.begin(QString::fromLatin1(scenario.name));
            Trial trial(url, prefix, report);
            co_await scenario.run(trial);
            co_await trial.end();
            report.end();
        }
    }
}

int refuse(const QString &sentence)
{
    fprintf(stderr, "nextchat-autotest: %s\n", qUtf8Printable(sentence));
    return wrongUsage;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("nextchat-autotest"));
    QCoreApplication::setApplicationVersion(QStringLiteral(NEXTCHAT_VERSION));
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Tries a running Next Chat server as its clients do, with users and groups of its own.\n"
        "The server must trust the names of users (auth.mode: trusted). Exit code 0: all passed, 1: not, 2: "
        "wrong usage."));
    const QCommandLineOption urlOption(QStringLiteral("url"), QStringLiteral("The server to try."),
                                       QStringLiteral("URL"));
    const QCommandLineOption prefixOption(
        QStringLiteral("user-prefix"),
        QStringLiteral("What the names of users and groups begin with (up to 20 characters)."),
        QStringLiteral("P"), QStringLiteral("autotest"));
    parser.addOptions({urlOption, prefixOption});
    const auto help = parser.addHelpOption();
    const auto version = parser.addVersionOption();
    if (!parser.parse(QCoreApplication::arguments()))
        return refuse(parser.errorText());
    if (parser.isSet(help))
        parser.showHelp();
    if (parser.isSet(version))
        parser.showVersion();
    if (!parser.isSet(urlOption) || !parser.positionalArguments().isEmpty())
        return refuse(QStringLiteral("write: nextchat-autotest --url URL [--user-prefix P]"));
    const auto url = nextchat::console::readUrl(parser.value(urlOption));
    if (!url)
        return refuse(u"--url: " % url.error().message);
    const QString prefix = parser.value(prefixOption);
    if (prefix.isEmpty() || prefix.size() > 20 || prefix.trimmed() != prefix)
        return refuse(QStringLiteral("--user-prefix: 1 to 20 characters, without blanks around them"));
    Report report;
    QCoro::waitFor(runAll(*url, prefix, report));
    return report.finish() ? EXIT_SUCCESS : EXIT_FAILURE;
}
