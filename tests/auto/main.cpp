// SPDX-License-Identifier: MIT
// nextchat-autotest: the black-box tests against a running server (contract.md 4).
#include "client-cli/options.h"
#include "server/jwt/tokenissuer.h"
#include "tests/auto/scenarios.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <qcorotask.h>

#include <cstdio>

using namespace nextchat::autotest;

namespace {

constexpr int wrongUsage = 2;

QCoro::Task<> runAll(QUrl url, QString prefix, TokenSource tokens, Report &report)
{
    for (const auto scenarios : {groupScenarios(), messageScenarios(), historyScenarios(),
                                 presenceScenarios(), refusalScenarios()}) {
        for (const Scenario &scenario : scenarios) {
            report.begin(QString::fromLatin1(scenario.name));
            Trial trial(url, prefix, tokens, report);
            co_await scenario.run(trial);
            co_await trial.end();
            report.end();
        }
    }
}

// Signs a token for whoever is asked for; with no key, names are tokens (auth.mode: trusted).
nextchat::Expected<TokenSource> tokensBy(const QString &keyFile, const QString &issuer,
                                         const QString &audience)
{
    using namespace nextchat::jwt;
    if (keyFile.isEmpty())
        return TokenSource([](const QString &userId) { return userId; });
    const auto keys = readKeys({keyFile});
    if (!keys)
        return tl::unexpected(keys.error());
    const TokenRules rules{.algorithms = {Algorithm::HS256}, .issuer = issuer, .audience = audience};
    const auto sign = [keys = *keys, rules](const QString &userId) {
        return issueToken(userId, keys, rules, std::chrono::hours(1), std::chrono::system_clock::now());
    };
    if (const auto tried = sign(QStringLiteral("tried")); !tried)
        return tl::unexpected(tried.error());
    return TokenSource([sign](const QString &userId) { return QString::fromLatin1(sign(userId).value()); });
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
        "The server must trust the names of users (auth.mode: trusted), or take tokens signed with a secret "
        "that "
        "is known here\n(--token-key). Exit code 0: all passed, 1: not, 2: wrong usage."));
    const QCommandLineOption urlOption(QStringLiteral("url"), QStringLiteral("The server to try."),
                                       QStringLiteral("URL"));
    const QCommandLineOption prefixOption(
        QStringLiteral("user-prefix"),
        QStringLiteral("What the names of users and groups begin with (up to 20 characters)."),
        QStringLiteral("P"), QStringLiteral("autotest"));
    const QCommandLineOption keyOption(
        QStringLiteral("token-key"),
        QStringLiteral("The file with the secret of auth.jwt.keys, to sign tokens with (HS256)."),
        QStringLiteral("FILE"));
    const QCommandLineOption issuerOption(QStringLiteral("token-issuer"),
                                          QStringLiteral("What these tokens say as `iss`."),
                                          QStringLiteral("TEXT"));
    const QCommandLineOption audienceOption(QStringLiteral("token-audience"),
                                            QStringLiteral("What these tokens say as `aud`."),
                                            QStringLiteral("TEXT"));
    parser.addOptions({urlOption, prefixOption, keyOption, issuerOption, audienceOption});
    // Not Qt's own, which come with --help-all.
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  QStringLiteral("Prints this help and ends."));
    const QCommandLineOption version({QStringLiteral("v"), QStringLiteral("version")},
                                     QStringLiteral("Prints the version and ends."));
    parser.addOptions({help, version});
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
    const auto tokens =
        tokensBy(parser.value(keyOption), parser.value(issuerOption), parser.value(audienceOption));
    if (!tokens)
        return refuse(u"--token-key: " % tokens.error().message);
    Report report;
    QCoro::waitFor(runAll(*url, prefix, *tokens, report));
    return report.finish() ? EXIT_SUCCESS : EXIT_FAILURE;
}
