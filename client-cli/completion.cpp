// SPDX-License-Identifier: MIT
#include "client-cli/completion.h"

#include "client-cli/command.h"

namespace nextchat::console {

namespace {

constexpr qsizetype mostGroups = 10'000; // limits.groups, contract.md 1.4
constexpr qsizetype mostMembers = 1000; // of a group

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
    const Place place = placeIn(line);
    const QString before = line.left(place.start) % place.lead;
    const auto written = [&place](const QString &word) { return place.isText ? word : quoted(word); };
    if (place.words.isEmpty())
        return {line, {}};
    if (place.words.size() == 1)
        return {before % written(place.words.first()) % u' ', {}};
    const QString prefix = commonPrefix(place.words);
    if (prefix.size() > place.typed.size()) {
        const bool hasQuote = QStringView(line).mid(place.start).startsWith(u'"');
        return {before % (place.isText ? prefix : openWord(prefix, hasQuote)), {}};
    }
    QStringList choices;
    for (const QString &word : place.words)
        choices.append(written(word));
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

void Completion::setCurrent(const QString &groupId)
{
    m_current = groupId;
}

void Completion::addMembers(const QString &groupId, const QStringList &userIds)
{
    QStringList &members = m_members[groupId];
    for (const QString &userId : userIds) {
        if (members.size() == mostMembers)
            return;
        if (!members.contains(userId))
            members.append(userId);
    }
}

void Completion::useMember(const QString &groupId, const QString &userId)
{
    QStringList &members = m_members[groupId];
    members.removeOne(userId);
    members.prepend(userId);
    if (members.size() > mostMembers)
        members.removeLast();
}

void Completion::removeMember(const QString &groupId, const QString &userId)
{
    if (const auto members = m_members.find(groupId); members != m_members.end())
        members->removeOne(userId);
}

QStringList Completion::candidates(const QString &line) const
{
    return placeIn(line).words;
}

Completion::Place Completion::placeIn(const QString &line) const
{
    const auto firstWord = std::find_if(line.begin(), line.end(), [](QChar c) { return !c.isSpace(); });
    const bool hasSlash = firstWord != line.end() && *firstWord == u'/';
    if (!m_current.isEmpty() && !hasSlash)
        return placeInText(line, m_current);
    const qsizetype commandAt = hasSlash ? firstWord - line.begin() + 1 : 0;
    const QStringView command = QStringView(line).mid(commandAt);
    const qsizetype start = startOfLastWord(command);
    const QString before = command.left(start).trimmed().toString();
    if (const auto said = parseCommand(QString(before % u" x"), m_current); said
        && said->verb == Command::Verb::Say && said->arguments.last().endsWith(u'x')
        && !findCommandSpec(before))
        return placeInText(line, said->arguments.first());
    const QString typed = withoutQuotes(command.mid(start));
    return {commandAt + start, {}, typed, wordsAfter(before, typed), false};
}

// In what is said to a group, members can be named, with an @ before or without.
Completion::Place Completion::placeInText(const QString &line, const QString &groupId) const
{
    const auto lastBlank = std::find_if(line.rbegin(), line.rend(), [](QChar c) { return c.isSpace(); });
    const qsizetype start = line.rend() - lastBlank;
    const QString lead = line.mid(start).startsWith(u'@') ? QStringLiteral("@") : QString();
    Place place{start, lead, line.mid(start + lead.size()), {}, true};
    if (place.typed.isEmpty() && lead.isEmpty())
        return place;
    for (const QString &userId : m_members.value(groupId)) {
        if (userId.startsWith(place.typed, Qt::CaseInsensitive))
            place.words.append(userId);
    }
    return place;
}

QStringList Completion::wordsAfter(const QString &before, const QString &typed) const
{
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
    if (!m_current.isEmpty() && !spec->lastChoices.isEmpty()) // of which the group may be left out
        found += choicesStartingWith(QString(before % u' ' % quoted(m_current)), typed);
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
