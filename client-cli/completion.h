// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QSet>
#include <QString>
#include <QStringList>

namespace nextchat::console {

// What can stand at the end of a line that is being typed: commands, then groups where the command names one,
// and members in what is said to a group. Remembers them, those used last first. Owned by the thread of the
// terminal.
class Completion
{
public:
    // Groups that exist; those not known yet come after the others.
    void addGroups(const QStringList &groupIds);
    // A group that was just used moves to the front.
    void useGroup(const QString &groupId);

    // The group in which the user talks (parseLine()); empty: none.
    void setCurrent(const QString &groupId);
    // Users of a group, as groups are.
    void addMembers(const QString &groupId, const QStringList &userIds);
    void useMember(const QString &groupId, const QString &userId);
    void removeMember(const QString &groupId, const QString &userId);

    // What the completion key makes of a line.
    struct Result
    {
        QString
            line; // longer than before when something was certain; ends with a blank when the word is whole
        QStringList choices; // what to show: how the word may go on, when nothing was certain

        friend bool operator==(const Result &, const Result &) = default;
    };
    [[nodiscard]] Result complete(const QString &line) const;

    // The words that may replace the last word of `line` (the part before the cursor), without quotes, in the
    // order in which they are offered.
    [[nodiscard]] QStringList candidates(const QString &line) const;

private:
    struct Place // at the end of a line
    {
        qsizetype start = 0; // of the last word, an open quote included; an index into the line
        QString lead; // what stays before the word
        QString typed; // of the word, without quotes
        QStringList words; // that may replace it
        bool isText = false; // where quotes mean nothing
    };
    [[nodiscard]] Place placeIn(const QString &line) const;
    [[nodiscard]] Place placeInText(const QString &line, const QString &groupId) const;
    [[nodiscard]] QStringList wordsAfter(const QString &before, const QString &typed) const;
    [[nodiscard]] static qsizetype startOfLastWord(QStringView line);

    QStringList m_groups;
    QSet<QString> m_known; // the same groups
    QHash<QString, QStringList> m_members; // by group
    QString m_current;
};

} // namespace nextchat::console
