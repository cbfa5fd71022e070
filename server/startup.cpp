// SPDX-License-Identifier: MIT
#include "server/startup.h"

#include "common/support/configuration.h"
#include "server/startuprules.h"
#include "server/tokenrules.h"

#include <QCommandLineParser>

#include <algorithm>
#include <array>

namespace nextchat {

namespace {

using namespace Qt::StringLiterals;

// The flags that stand for a key.
struct KeyFlag
{
    QString name;
    QString key;
    QString value;
    QString description;
};

const std::array<KeyFlag, 5> &keyFlags()
{
    static const std::array<KeyFlag, 5> flags{{
        {u"listen"_s, u"server.listen"_s, u"HOST:PORT"_s, u"Where to listen (127.0.0.1:5000)."_s},
        {u"data-dir"_s, u"server.dataDir"_s, u"DIR"_s, u"The folder of the embedded database."_s},
        {u"redis"_s, u"redis.url"_s, u"URL"_s, u"The Redis that connects several servers."_s},
        {u"history"_s, u"history.url"_s, u"URL"_s, u"The history database: mysql://, sqlite:// or none."_s},
        {u"auth"_s, u"auth.mode"_s, u"MODE"_s, u"trusted or jwt."_s},
    }};
    return flags;
}

void addOptions(QCommandLineParser &parser)
{
    parser.setApplicationDescription(u"The server of Next Chat: group chat over SignalR."_s);
    for (const KeyFlag &flag : keyFlags())
        parser.addOption({flag.name, flag.description, flag.value});
    parser.addOptions({
        {u"config"_s, u"A YAML file with any of the configuration's keys."_s, u"FILE"_s},
        {u"set"_s, u"Sets any key; may be given several times."_s, u"KEY=VALUE"_s},
        {u"check-config"_s, u"Prints the resulting configuration, secrets masked, and ends."_s},
        {u"issue-token"_s, u"Prints a signed token for the user, for trying things out, and ends."_s,
         u"USER"_s},
        {u"ttl"_s, u"How long that token is good for (1h)."_s, u"TIME"_s, u"1h"_s},
        {{u"h"_s, u"help"_s}, u"Prints this help and ends."_s},
        {{u"v"_s, u"version"_s}, u"Prints the version and ends."_s},
    });
}

// One line, whatever the arguments were.
StartUp refused(QString complaint)
{
    std::ranges::replace_if(
        complaint, [](QChar c) { return !c.isPrint(); }, u'?');
    return {.exitCode = 2, .complaint = complaint};
}

// defaults < file < environment < flags.
Expected<void> addLayers(Configuration &configuration, const QCommandLineParser &parser,
                         const QMap<QString, QString> &environment)
{
    Expected<void> added;
    const QStringList files = parser.values(u"config"_s);
    for (qsizetype i = 0; added && i < files.size(); ++i)
        added = configuration.addFile(files[i]);
    if (added)
        added = configuration.addEnvironment(environment, {u"NEXTCHAT_TOKEN"_s, u"NEXTCHAT_BIN_DIR"_s});
    const QStringList settings = parser.values(u"set"_s);
    for (qsizetype i = 0; added && i < settings.size(); ++i)
        added = configuration.addSetting(settings[i]);
    for (const KeyFlag &flag : keyFlags()) {
        if (added && parser.isSet(flag.name))
            added = configuration.add(flag.key, parser.value(flag.name), u"--"_s % flag.name);
    }
    if (added)
        added = configuration.apply();
    return added;
}

// $XDG_DATA_HOME/nextchat (XDG Base Directory Specification: relative paths are to be ignored).
QString dataDirectory(const QMap<QString, QString> &environment)
{
    const QString home = environment.value(u"XDG_DATA_HOME"_s);
    if (home.startsWith(u'/'))
        return home % u"/nextchat"_s;
    const QString user = environment.value(u"HOME"_s);
    return user.startsWith(u'/') ? QString(user % u"/.local/share/nextchat"_s) : QString();
}

StartUp configured(const QCommandLineParser &parser, const QMap<QString, QString> &environment)
{
    StartUp result;
    result.configuration.server.dataDir = dataDirectory(environment);
    const ConfigurationSchema schema = serverSchema(result.configuration);
    Configuration configuration(schema);
    if (const Expected<void> added = addLayers(configuration, parser, environment); !added)
        return refused(added.error().message);
    if (const Expected<void> checked = checkTogether(configuration, result.configuration); !checked)
        return refused(checked.error().message);
    if (parser.isSet(u"issue-token"_s)) {
        const Expected<QByteArray> token =
            issueToken(result.configuration, parser.value(u"issue-token"_s), parser.value(u"ttl"_s));
        return token ? StartUp{.exitCode = 0, .output = *token} : refused(token.error().message);
    }
    result.warnings = warningsAbout(result.configuration);
    const Expected<void> available = checkAvailable(configuration, result.configuration);
    if (parser.isSet(u"check-config"_s)) {
        // A configuration for a later version can be checked; it only can't be started.
        result.exitCode = 0;
        result.output = configuration.toYaml();
        result.complaint = available ? QString() : available.error().message;
        return result;
    }
    return available ? result : refused(available.error().message);
}

} // namespace

QString serverVersion()
{
    return QStringLiteral(NEXTCHAT_VERSION);
}

StartUp startUp(const QStringList &arguments, const QMap<QString, QString> &environment)
{
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(arguments))
        return refused(parser.errorText().simplified());
    if (parser.isSet(u"help"_s))
        return {.exitCode = 0, .output = parser.helpText().toUtf8()};
    if (parser.isSet(u"version"_s))
        return {.exitCode = 0, .output = QString(u"nextchat-server "_s % serverVersion() % u'\n').toUtf8()};
    if (!parser.positionalArguments().isEmpty())
        return refused(quoted(parser.positionalArguments().constFirst()) % u" is not expected; see --help"_s);
    if (parser.isSet(u"ttl"_s) && !parser.isSet(u"issue-token"_s))
        return refused(u"--ttl is for --issue-token"_s);
    return configured(parser, environment);
}

} // namespace nextchat
