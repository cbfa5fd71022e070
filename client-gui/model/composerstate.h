// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <optional>

namespace nextchat::desktop {

// What a text and a cursor in it mean to the composer. Pure logic.
namespace composer {

// The part of `text` that is being completed: an @ at a word's beginning and what follows it up to the
// cursor.
struct Completion
{
    int start = 0; // of the @
    QString prefix; // without it
};
[[nodiscard]] std::optional<Completion> completionAt(const QString &text, int cursor);

// Characters that are still free, where it is time to say so; negative: too many.
[[nodiscard]] std::optional<int> charactersLeft(const QString &text);

[[nodiscard]] bool maySend(const QString &text);

// `text` in parts that may be sent each, cut at line ends or blanks where there are some.
[[nodiscard]] QStringList parts(const QString &text);

} // namespace composer

// What was sent from a composer, for the arrow keys: one list a group, newest last, with the text that was
// being written kept at its end. Main thread.
class SentHistory
{
public:
    static constexpr int most = 50; // a group

    void sent(const QString &group, const QString &text);
    // The text before or after the one shown. Nothing at either end. `current` is what stands in the
    // composer.
    [[nodiscard]] std::optional<QString> earlier(const QString &group, const QString &current);
    [[nodiscard]] std::optional<QString> later(const QString &group);
    void stop(const QString &group); // the shown text was changed: it is a new one
    [[nodiscard]] bool isRecalling(const QString &group) const;

private:
    struct Past
    {
        QStringList texts;
        qsizetype shown = -1; // -1: what is being written
        QString writing;
    };
    QHash<QString, Past> m_groups;
};

} // namespace nextchat::desktop
