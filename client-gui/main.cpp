// SPDX-License-Identifier: MIT
#include "client-gui/view/desktop.h"
#include "client-gui/view/language.h"
#include "client-gui/view/symbols.h"
#include "common/chat/tokenbearer.h"
#include "common/support/logging.h"
#include "common/support/signalwatcher.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFile>
#include <QStandardPaths>

#include <csignal>
#include <cstdio>
#include <cstdlib>

using namespace nextchat;
using namespace nextchat::desktop;

namespace {

constexpr int wrongUsage = 2;

struct Options
{
    QCommandLineOption url{QStringLiteral("url"),
                           QStringLiteral("Connect to this server; without --user, ask as whom."),
                           QStringLiteral("URL")};
    QCommandLineOption user{QStringLiteral("user"),
                            QStringLiteral("Connect as this user; without --url, ask where."),
                            QStringLiteral("NAME")};
    QCommandLineOption tokenFile{QStringLiteral("token-file"),
                                 QStringLiteral("Read the access token from a file (or set NEXTCHAT_TOKEN)."),
                                 QStringLiteral("FILE")};
    QCommandLineOption help{{QStringLiteral("h"), QStringLiteral("help")},
                            QStringLiteral("Say what options there are.")};
    QCommandLineOption version{{QStringLiteral("v"), QStringLiteral("version")},
                               QStringLiteral("Say which version this is.")};

    void addTo(QCommandLineParser &parser) const
    {
        parser.setApplicationDescription(QStringLiteral("The desktop client of Next Chat."));
        parser.addOptions({url, user, tokenFile, help, version});
    }
};

// Prints what --help or --version asks for: QApplication would end the program where there is no screen.
bool hasAnswered(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const Options options;
    QCommandLineParser parser;
    options.addTo(parser);
    parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions); // Qt's own, such as -style
    (void)parser.parse(QCoreApplication::arguments()); // for what is wrong there is time later
    if (parser.isSet(options.help))
        fputs(qUtf8Printable(parser.helpText()), stdout);
    else if (parser.isSet(options.version))
        puts("nextchat-desktop " NEXTCHAT_VERSION);
    else
        return false;
    return true;
}

int refuse(const QString &sentence)
{
    fprintf(stderr, "nextchat-desktop: %s\n", qUtf8Printable(sentence));
    return wrongUsage;
}

Expected<QString> tokenOf(const QCommandLineParser &parser, const Options &options)
{
    if (!parser.isSet(options.tokenFile))
        return qEnvironmentVariable("NEXTCHAT_TOKEN").trimmed();
    QFile file(parser.value(options.tokenFile));
    if (!file.open(QIODevice::ReadOnly))
        return failure(Error::Code::InvalidArgument,
                       u"--token-file: cannot read " % file.fileName() % u": " % file.errorString());
    return QString::fromUtf8(file.readAll().trimmed());
}

DesktopPaths usualPaths()
{
    return {QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) % u"/desktop.ini",
            QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) % u"/accounts"};
}

// Returns when the user, or a signal, has ended the program.
int run(QApplication &application, const SavedServer &server, const QString &token)
{
    // A session that ends, or a shell: what is written and not sent is kept, as at any end. Whatever dialog
    // is open is not asked.
    SignalWatcher signalWatcher({SIGTERM, SIGINT, SIGHUP});
    bool isEnded = false; // perhaps before the event loop began, which would not know
    QObject::connect(&signalWatcher, &SignalWatcher::raised, &application, [&isEnded] {
        isEnded = true;
        QCoreApplication::exit();
    });
    const DesktopPaths paths = usualPaths();
    const Language language(Settings(paths.settingsFile).language());
    Desktop desktop(paths, systemKeyring());
    QObject::connect(&desktop, &Desktop::quitWanted, &application, &QCoreApplication::quit,
                     Qt::QueuedConnection);
    if (server.url.isEmpty() || server.user.isEmpty())
        desktop.askAbout(server);
    else
        desktop.connectTo(server, token);
    return isEnded ? EXIT_SUCCESS : QApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    if (hasAnswered(argc, argv))
        return EXIT_SUCCESS;
    QApplication::setStyle(QStringLiteral("fusion"));
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("nextchat"));
    QCoreApplication::setApplicationVersion(QStringLiteral(NEXTCHAT_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("nextchat-desktop"));
    QGuiApplication::setQuitOnLastWindowClosed(false);
    QGuiApplication::setWindowIcon(programIcon());
    const Logging logging({.level = qEnvironmentVariable("NEXTCHAT_LOG_LEVEL", QStringLiteral("warning"))});

    QCommandLineParser parser;
    const Options options;
    options.addTo(parser);
    if (!parser.parse(QCoreApplication::arguments()))
        return refuse(parser.errorText());
    if (!parser.positionalArguments().isEmpty())
        return refuse(u'\'' % parser.positionalArguments().first() % u"' is no option.");
    const Expected<QString> token = tokenOf(parser, options);
    if (!token)
        return refuse(token.error().message);
    const Expected<QUrl> url =
        parser.isSet(options.url) ? serverUrl(parser.value(options.url)) : Expected<QUrl>(QUrl());
    if (!url)
        return refuse(url.error().message);

    QString user = parser.value(options.user);
    if (user.isEmpty() && !url->isEmpty())
        user = chat::bearerOf(*token);

    const int code = run(application, {*url, user}, *token);
    QCoreApplication::processEvents(); // whoever waited for the connection is told that it has ended
    return code;
}
