// SPDX-License-Identifier: MIT
#pragma once

#include <QSet>
#include <QString>
#include <QStringList>

namespace nextchat::console {

// What can stand at the end of a line that is being typed: commands, then groups where the command names one.
// Remembers the groups, the one used last first. Owned by the thread of the terminal.
class Completion
{
public:
    // Groups that exist; those not known yet come after the others.
    void addGroups(const QStringList &groupIds);
    // A group that was just used moves to the front.
    void useGroup(const QString &groupId);

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

    // Where the last word of `line` begins, an open quote included; an index into `line`.
    [[nodiscard]] static qsizetype startOfLastWord(QStringView line);

private:
    QStringList m_groups;
    QSet<QString> m_known; // the same groups
};

} // namespace nextchat::console
