// SPDX-License-Identifier: MIT
#include "client-cli/options.h"

#include <QCommandLineParser>
#include <QFile>

namespace nextchat::console {

namespace {

constexpr qint64 longestToken = 64 * 1024;

// The options of contract.md 4.
struct Declared
{
    QCommandLineOption url{QStringLiteral("url"), QStringLiteral("Connect to this server at start."),
                           QStringLiteral("URL")};
    QCommandLineOption user{QStringLiteral("user"), QStringLiteral("Connect as this user."),
                            QStringLiteral("NAME")};
    QCommandLineOption tokenFile{QStringLiteral("token-file"),
                                 QStringLiteral("Read the access token from a file (or set NEXTCHAT_TOKEN)."),
                                 QStringLiteral("FILE")};
    QCommandLineOption token{QStringLiteral("token"),
                             QStringLiteral("The access token itself; other users can see it."),
                             QStringLiteral("T")};
    QCommandLineOption transport{
        QStringLiteral("transport"),
        QStringLiteral(
            "Use this alone: webSockets, serverSentEvents or longPolling. auto: the first that works."),
        QStringLiteral("NAME"), QStringLiteral("auto")};
    QCommandLineOption json{QStringLiteral("json"), QStringLiteral("Print one JSON object a line.")};
    QCommandLineOption color{
        QStringLiteral("color"),
        QStringLiteral(
            "Use colours: always, never, or auto (the default): on a terminal, unless NO_COLOR is set."),
        QStringLiteral("WHEN"), QStringLiteral("auto")};
    QCommandLineOption command{QStringLiteral("c"),
                               QStringLiteral("Run a command, instead of reading them; repeatable."),
                               QStringLiteral("COMMAND")};
    QCommandLineOption help{{QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show this help.")};
    QCommandLineOption version{{QStringLiteral("v"), QStringLiteral("version")},
                               QStringLiteral("Show the version.")};
};

std::optional<ColourChoice> colourChoice(const QString &word)
{
    if (word == u"auto")
        return ColourChoice::Auto;
    if (word == u"always")
        return ColourChoice::Always;
    if (word == u"never")
        return ColourChoice::Never;
    return std::nullopt;
}

tl::unexpected<Error> wrong(const QString &sentence)
{
    return failure(Error::Code::InvalidArgument, sentence);
}

Expected<QString> tokenOfFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return wrong(u"--token-file: cannot read " % path % u": " % file.errorString());
    const QByteArray content = file.read(longestToken + 1).trimmed();
    if (content.isEmpty() || content.size() > longestToken)
        return wrong(u"--token-file: there is no token in " % path);
    return QString::fromUtf8(content);
}

// As on the command line; the case does not matter.
Expected<QList<signalr::HubTransport>> transportsOfName(const QString &name)
{
    const QList<signalr::HubTransport> all = signalr::allTransports();
    if (name.compare(u"auto", Qt::CaseInsensitive) == 0)
        return all;
    for (const signalr::HubTransport transport : all) {
        if (name.compare(signalr::transportName(transport), Qt::CaseInsensitive) == 0)
            return QList{transport};
    }
    return wrong(u"--transport: '" % name
                 % u"' is none of auto, webSockets, serverSentEvents and longPolling.");
}

} // namespace

Expected<QUrl> readUrl(const QString &text)
{
    const QString trimmed = text.trimmed();
    QUrl url(trimmed.contains(u"://") ? trimmed : u"http://" % trimmed, QUrl::StrictMode);
    static const QStringList schemes{QStringLiteral("http"), QStringLiteral("https"), QStringLiteral("ws"),
                                     QStringLiteral("wss")};
    if (!url.isValid() || url.host().isEmpty() || !schemes.contains(url.scheme()))
        return wrong(u"'" % text % u"' is not a URL such as http://localhost:5000/next-chat.");
    if (url.path().isEmpty() || url.path() == u"/")
        url.setPath(QStringLiteral("/next-chat"));
    return url;
}

Expected<Options> readOptions(const QStringList &arguments, const QProcessEnvironment &environment)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "The console client of Next Chat. On a terminal it reads commands line by line; otherwise from "
        "standard input,\n"
        "one a line. `help` lists the commands. Exit code 0: fine, 1: a command failed, 2: wrong usage."));
    const Declared declared;
    parser.addOptions({declared.url, declared.user, declared.tokenFile, declared.token, declared.transport,
                       declared.json, declared.color, declared.command, declared.help, declared.version});
    if (!parser.parse(arguments))
        return wrong(parser.errorText());
    Options options;
    if (parser.isSet(declared.help)) {
        options.answer = parser.helpText();
        return options;
    }
    if (parser.isSet(declared.version)) {
        options.answer =
            QCoreApplication::applicationName() % u' ' % QCoreApplication::applicationVersion() % u'\n';
        return options;
    }
    if (!parser.positionalArguments().isEmpty())
        return wrong(u"'" % parser.positionalArguments().first()
                     % u"' is no option; a command goes behind -c.");
    options.json = parser.isSet(declared.json);
    const auto colours = colourChoice(parser.value(declared.color));
    if (!colours)
        return wrong(QStringLiteral("--color is auto, always or never."));
    options.colours = *colours;
    options.commands = parser.values(declared.command);
    options.user = parser.value(declared.user);
    if (parser.isSet(declared.url)) {
        const auto url = readUrl(parser.value(declared.url));
        if (!url)
            return wrong(u"--url: " % url.error().message);
        options.url = *url;
    }
    const auto transports = transportsOfName(parser.value(declared.transport));
    if (!transports)
        return tl::unexpected(transports.error());
    options.transports = *transports;
    if (parser.isSet(declared.tokenFile)) {
        const auto token = tokenOfFile(parser.value(declared.tokenFile));
        if (!token)
            return tl::unexpected(token.error());
        options.token = *token;
    } else if (environment.contains(QStringLiteral("NEXTCHAT_TOKEN"))) {
        options.token = environment.value(QStringLiteral("NEXTCHAT_TOKEN")).trimmed();
    } else if (parser.isSet(declared.token)) {
        options.token = parser.value(declared.token);
        options.tokenIsVisible = true;
    }
    if (options.url.isValid() && options.user.isEmpty() && options.token.isEmpty())
        return wrong(QStringLiteral("--url needs --user, or a token."));
    if (!options.url.isValid() && !options.user.isEmpty())
        return wrong(QStringLiteral("--user needs --url."));
    return options;
}

} // namespace nextchat::console
