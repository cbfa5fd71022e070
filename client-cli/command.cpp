// SPDX-License-Identifier: MIT
#include "client-cli/command.h"

#include <array>

namespace nextchat::console {

namespace {

using Verb = Command::Verb;

constexpr std::array<CommandSpec, 20> specs{{
    {Verb::Connect, u"connect", u"URI USER", u"Connects to a server as a user.", 2, 2},
    {Verb::Disconnect, u"disconnect", u"", u"Ends the connection."},
    {Verb::List, u"list", u"", u"Lists the groups of the server."},
    {Verb::Create, u"create", u"GROUP", u"Creates a group.", 1, 1, true},
    {Verb::Join, u"join", u"GROUP", u"Joins a group and shows its newest messages.", 1, 1, true},
    {Verb::Leave, u"leave", u"GROUP", u"Leaves a group.", 1, 1, true},
    {Verb::Say, u"say", u"GROUP TEXT...", u"Sends a message to a group.", 2, 2, true, true},
    {Verb::History, u"history", u"GROUP [N]", u"Shows the newest N messages of a group (50 unless given).", 1,
     2, true},
    {Verb::More, u"more", u"GROUP [N]",
     u"Shows the N messages (50 unless given) before the oldest that was shown of a group.", 1, 2, true},
    {Verb::Members, u"members", u"GROUP", u"Lists the members of a group.", 1, 1, true},
    {Verb::Search, u"search", u"GROUP TEXT", u"Shows the newest messages of a group that contain a text.", 2,
     2, true, true},
    {Verb::Watch, u"watch", u"GROUP [on|off]",
     u"Tells who joins, leaves and types in a group, until it is off.", 1, 2, true, false, u"on off"},
    {Verb::Talk, u"talk", u"[GROUP]",
     u"Says whatever follows to a group, commands apart, which then begin with /; ends that without one.", 0,
     1, true},
    {Verb::Unread, u"unread", u"", u"Lists the groups in which something came while talking in another."},
    {Verb::Outbox, u"outbox", u"", u"Lists the messages that are not sent."},
    {Verb::Retry, u"retry", u"[NUMBER]",
     u"Sends what failed again (all of it unless one is named), and tries to connect now.", 0, 1},
    {Verb::Discard, u"discard", u"[NUMBER|all]",
     u"Forgets what failed, or the message of that number, which may be one that waits, or all of them.", 0,
     1},
    {Verb::Wait, u"wait", u"[SECONDS]", u"Keeps listening, for ever unless a time is given.", 0, 1},
    {Verb::Help, u"help", u"[COMMAND]", u"Says what can be typed.", 0, 1},
    {Verb::Bye, u"bye", u"", u"Ends the program."},
}};

// Reads words from a line, one after the other.
class WordReader
{
public:
    explicit WordReader(QStringView line)
        : m_rest(line.trimmed())
    { }

    [[nodiscard]] bool atEnd() const { return m_rest.isEmpty(); }
    [[nodiscard]] QStringView rest() const { return m_rest; }

    Expected<QString> next()
    {
        const auto word = m_rest.front() == u'"' ? nextQuoted() : nextPlain();
        m_rest = m_rest.trimmed();
        return word;
    }

private:
    QString nextPlain()
    {
        const auto *end = std::find_if(m_rest.begin(), m_rest.end(), [](QChar c) { return c.isSpace(); });
        const QString word = m_rest.left(end - m_rest.begin()).toString();
        m_rest = m_rest.mid(word.size());
        return word;
    }

    Expected<QString> nextQuoted()
    {
        QString word;
        for (qsizetype i = 1; i < m_rest.size(); ++i) {
            const QChar c = m_rest[i];
            const bool escapes =
                c == u'\\' && i + 1 < m_rest.size() && (m_rest[i + 1] == u'"' || m_rest[i + 1] == u'\\');
            if (c == u'"') {
                const bool apart = i + 1 == m_rest.size() || m_rest[i + 1].isSpace();
                m_rest = m_rest.mid(i + 1);
                if (!apart)
                    return failure(Error::Code::InvalidArgument,
                                   QStringLiteral("Put a blank after the closing quote."));
                return word;
            }
            word += escapes ? m_rest[++i] : c;
        }
        return failure(Error::Code::InvalidArgument, QStringLiteral("The closing quote is missing."));
    }

    QStringView m_rest;
};

bool isChoice(const CommandSpec &spec, QStringView word)
{
    const QList<QStringView> choices = spec.lastChoices.split(u' ', Qt::SkipEmptyParts);
    return choices.isEmpty() || std::any_of(choices.begin(), choices.end(), [word](QStringView choice) {
               return choice.compare(word, Qt::CaseInsensitive) == 0;
           });
}

// Whether the only argument of a command is its last one, so that the group is left out.
bool leavesOutGroup(const CommandSpec &spec, const QStringList &arguments)
{
    if (arguments.size() < spec.least)
        return true;
    const bool mayBeLast = arguments.size() == 1 && spec.most == 2 && !spec.endsWithText;
    if (!mayBeLast)
        return false;
    bool isNumber = false;
    arguments[0].toUInt(&isNumber);
    return spec.lastChoices.isEmpty() ? isNumber : isChoice(spec, arguments[0]);
}

void nameCurrentGroup(const CommandSpec &spec, const QString &current, QStringList &arguments)
{
    const bool makesGroup = spec.verb == Verb::Create || spec.verb == Verb::Join;
    if (current.isEmpty() || !spec.namesGroup || makesGroup || spec.verb == Verb::Talk)
        return;
    if (leavesOutGroup(spec, arguments))
        arguments.prepend(current);
    else if (arguments[0] == u".")
        arguments[0] = current;
}

tl::unexpected<Error> wrongUsage(const CommandSpec &spec)
{
    return failure(Error::Code::InvalidArgument,
                   u"Write: " % QString(spec.name.toString() % u' ' % spec.usage.toString()).trimmed());
}

} // namespace

std::span<const CommandSpec> commandSpecs()
{
    return specs;
}

const CommandSpec &commandSpec(Verb verb)
{
    return *std::find_if(specs.begin(), specs.end(),
                         [verb](const CommandSpec &spec) { return spec.verb == verb; });
}

const CommandSpec *findCommandSpec(QStringView name)
{
    const auto *found = std::find_if(specs.begin(), specs.end(), [name](const CommandSpec &spec) {
        return spec.name.compare(name, Qt::CaseInsensitive) == 0;
    });
    return found == specs.end() ? nullptr : found;
}

Expected<Command> parseLine(QStringView line, const QString &current)
{
    const QStringView text = line.trimmed();
    if (current.isEmpty())
        return parseCommand(text.startsWith(u'/') ? text.mid(1) : text);
    if (!text.startsWith(u'/'))
        return Command{Verb::Say, {current, text.toString()}};
    if (text.startsWith(u"//"))
        return Command{Verb::Say, {current, text.mid(1).toString()}};
    return parseCommand(text.mid(1), current);
}

Expected<Command> parseCommand(QStringView line, const QString &current)
{
    WordReader words(line);
    if (words.atEnd())
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("Nothing to do. `help` says what can be typed."));
    const auto name = words.next();
    if (!name)
        return tl::unexpected(name.error());
    const CommandSpec *spec = findCommandSpec(*name);
    if (!spec)
        return failure(Error::Code::InvalidArgument,
                       u"There is no command '" % *name % u"'. `help` says what can be typed.");
    Command command{spec->verb, {}};
    while (!words.atEnd()) {
        if (spec->endsWithText && command.arguments.size() == spec->most - 1) {
            command.arguments.append(words.rest().toString());
            break;
        }
        auto word = words.next();
        if (!word)
            return tl::unexpected(word.error());
        command.arguments.append(std::move(*word));
    }
    nameCurrentGroup(*spec, current, command.arguments);
    if (command.arguments.size() < spec->least || command.arguments.size() > spec->most)
        return wrongUsage(*spec);
    if (spec->most > 0 && command.arguments.size() == spec->most
        && !isChoice(*spec, command.arguments.last()))
        return wrongUsage(*spec);
    return command;
}

QString quoted(const QString &word)
{
    const bool plain = !word.isEmpty() && !word.startsWith(u'"')
        && std::none_of(word.begin(), word.end(), [](QChar c) { return c.isSpace(); });
    if (plain)
        return word;
    QString escaped = word;
    escaped.replace(u'\\', QStringLiteral("\\\\")).replace(u'"', QStringLiteral("\\\""));
    return u'"' % escaped % u'"';
}

} // namespace nextchat::console
