// SPDX-License-Identifier: MIT
#include "client-gui/model/composerstate.h"

#include "common/chat/rules.h"

namespace nextchat::desktop {

namespace composer {

namespace {

constexpr int sayFrom = 400; // characters left

bool isPartOfName(QChar c)
{
    return c.isLetterOrNumber() || c == u'_' || c == u'-' || c == u'.' || c.isSurrogate();
}

// Where a part of `text` that is too long ends.
qsizetype cutOf(const QString &text)
{
    const qsizetype most = chat::maximumTextLength;
    for (const QChar at : {QChar(u'\n'), QChar(u' ')}) {
        const qsizetype found = text.lastIndexOf(at, most - 1);
        if (found > most / 2)
            return found + 1;
    }
    return text.at(most - 1).isHighSurrogate() ? most - 1 : most;
}

} // namespace

std::optional<Completion> completionAt(const QString &text, int cursor)
{
    int start = cursor;
    while (start > 0 && isPartOfName(text.at(start - 1)))
        --start;
    if (start == 0 || text.at(start - 1) != u'@')
        return std::nullopt;
    --start;
    if (start > 0 && !text.at(start - 1).isSpace() && text.at(start - 1) != u'(')
        return std::nullopt;
    return Completion{start, text.mid(start + 1, cursor - start - 1)};
}

std::optional<int> charactersLeft(const QString &text)
{
    const int left = static_cast<int>(chat::maximumTextLength - text.size());
    return left <= sayFrom ? std::optional(left) : std::nullopt;
}

bool maySend(const QString &text)
{
    return chat::isValidText(text);
}

QStringList parts(const QString &text)
{
    QStringList result;
    QString rest = text;
    while (rest.size() > chat::maximumTextLength) {
        const qsizetype cut = cutOf(rest);
        result.append(rest.left(cut));
        rest = rest.mid(cut);
    }
    result.append(rest);
    result.removeIf([](const QString &part) { return !chat::isValidText(part); });
    return result;
}

} // namespace composer

void SentHistory::sent(const QString &group, const QString &text)
{
    Past &past = m_groups[group];
    past.texts.removeAll(text);
    past.texts.append(text);
    if (past.texts.size() > most)
        past.texts.removeFirst();
    past.shown = -1;
}

std::optional<QString> SentHistory::earlier(const QString &group, const QString &current)
{
    Past &past = m_groups[group];
    if (past.shown == 0 || past.texts.isEmpty())
        return std::nullopt;
    if (past.shown < 0) {
        past.writing = current;
        past.shown = past.texts.size();
    }
    return past.texts.at(--past.shown);
}

std::optional<QString> SentHistory::later(const QString &group)
{
    Past &past = m_groups[group];
    if (past.shown < 0)
        return std::nullopt;
    if (++past.shown < past.texts.size())
        return past.texts.at(past.shown);
    past.shown = -1;
    return past.writing;
}

void SentHistory::stop(const QString &group)
{
    if (const auto past = m_groups.find(group); past != m_groups.end())
        past->shown = -1;
}

bool SentHistory::isRecalling(const QString &group) const
{
    return m_groups.value(group).shown >= 0;
}

} // namespace nextchat::desktop
