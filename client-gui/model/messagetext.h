// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/mention.h"

#include <QList>
#include <QString>
#include <QUrl>

namespace nextchat::desktop {

// A part of a message's text that is shown in another way.
struct TextSpan
{
    enum class Kind { Link, Mention, MentionOfMe, Quote };

    Kind kind = Kind::Link;
    int start = 0; // UTF-16 code units
    int length = 0;
    QUrl link = {}; // of a Link; http or https

    friend bool operator==(const TextSpan &, const TextSpan &) = default;
};

// The links (http, https, www.), @-mentions and quoted lines of `text`, in its order; links and mentions lie
// after the quoted line that holds them.
[[nodiscard]] QList<TextSpan> spansOf(const QString &text, const QString &ownUser);

using chat::mentions;

// Whether `text` is up to `most` emoji and nothing else, to be shown large.
[[nodiscard]] bool isEmojiOnly(const QString &text, int most = 4);

// `text` as it goes into a message that answers it: each line behind `> `, the first with the author's name,
// cut after `lines`.
[[nodiscard]] QString quoted(const QString &author, const QString &text, int lines = 6);

// `text` in one line for a preview: runs of blanks become one, at most `length` code units.
[[nodiscard]] QString preview(const QString &text, int length = 160);

// `text` as it is safe to be shown: the bidirectional controls that would turn what surrounds it, and control
// characters other than line breaks and tabs, become U+FFFD. Its length stays.
[[nodiscard]] QString showable(const QString &text);

} // namespace nextchat::desktop
