// SPDX-License-Identifier: MIT
#include "client-cli/completion.h"

#include "client-cli/command.h"

namespace nextchat::console {

namespace {

constexpr qsizetype mostGroups = 10'000; // limits.groups, contract.md 1.4

QStringList namesStartingWith(QStringView prefix)
{
    QStringList names;
    for (const CommandSpec &spec : commandSpecs()) {
        if (spec.name.startsWith(prefix, Qt::CaseInsensitive))
            names.append(spec.name.toString());
    }
    return names;
}

// What the last argument can be, when everything before it is there.
QStringList choicesStartingWith(QStringView before, QStringView prefix)
{
    const auto command = parseCommand(before);
    if (!command)
        return {};
    const CommandSpec &spec = commandSpec(command->verb);
    if (spec.lastChoices.isEmpty() || command->arguments.size() != spec.most - 1)
        return {};
    QStringList choices;
    for (const QStringView choice : spec.lastChoices.split(u' ')) {
        if (choice.startsWith(prefix, Qt::CaseInsensitive))
            choices.append(choice.toString());
    }
    return choices;
}

QString commonPrefix(const QStringList &words)
{
    QString prefix = words.first();
    for (const QString &word : words) {
        const auto *differs = std::mismatch(prefix.cbegin(), prefix.cend(), word.cbegin(), word.cend()).first;
        prefix.truncate(differs - prefix.cbegin());
    }
    if (!prefix.isEmpty() && prefix.back().isHighSurrogate())
        prefix.chop(1);
    return prefix;
}

// What is meant by a word that is not finished.
QString withoutQuotes(QStringView typed)
{
    if (!typed.startsWith(u'"'))
        return typed.toString();
    QString word;
    for (qsizetype i = 1; i < typed.size(); ++i) {
        const bool escapes = typed[i] == u'\\' && i + 1 < typed.size();
        word += typed[escapes ? ++i : i];
    }
    return word;
}

// The beginning of a word, as it is typed: with an open quote when it needs one.
QString openWord(const QString &beginning, bool quotesAnyway)
{
    const QString word = quoted(beginning);
    if (word.startsWith(u'"'))
        return word.chopped(1);
    return quotesAnyway ? QString(u'"' % beginning) : word;
}

} // namespace

Completion::Result Completion::complete(const QString &line) const
{
    const qsizetype start = startOfLastWord(line);
    const QString typed = line.mid(start);
    const QStringList words = candidates(line);
    if (words.isEmpty())
        return {line, {}};
    if (words.size() == 1)
        return {line.left(start) % quoted(words.first()) % u' ', {}};
    const QString prefix = commonPrefix(words);
    if (prefix.size() > withoutQuotes(typed).size())
        return {line.left(start) % openWord(prefix, typed.startsWith(u'"')), {}};
    QStringList choices;
    for (const QString &word : words)
        choices.append(quoted(word));
    return {line, choices};
}

void Completion::addGroups(const QStringList &groupIds)
{
    for (const QString &groupId : groupIds) {
        if (m_groups.size() == mostGroups)
            return;
        if (m_known.contains(groupId))
            continue;
        m_known.insert(groupId);
        m_groups.append(groupId);
    }
}

void Completion::useGroup(const QString &groupId)
{
    m_groups.removeOne(groupId);
    m_groups.prepend(groupId);
    m_known.insert(groupId);
}

QStringList Completion::candidates(const QString &line) const
{
    const qsizetype start = startOfLastWord(line);
    const QString typed = withoutQuotes(QStringView(line).mid(start));
    const QString before = line.left(start).trimmed();
    if (before.isEmpty())
        return namesStartingWith(typed);
    const CommandSpec *spec = findCommandSpec(before);
    if (!spec)
        return choicesStartingWith(before, typed);
    if (spec->verb == Command::Verb::Help)
        return namesStartingWith(typed);
    if (!spec->namesGroup)
        return {};
    QStringList found;
    for (const QString &groupId : m_groups) {
        if (groupId.startsWith(typed))
            found.append(groupId);
    }
    return found;
}

qsizetype Completion::startOfLastWord(QStringView line)
{
    qsizetype start = 0;
    bool inQuotes = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        if (inQuotes && line[i] == u'\\')
            ++i;
        else if (line[i] == u'"' && (inQuotes || i == start))
            inQuotes = !inQuotes;
        else if (line[i].isSpace() && !inQuotes)
            start = i + 1;
    }
    return start;
}

} // namespace nextchat::console
