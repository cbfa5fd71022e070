// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayMatcher>
#include <QString>
#include <QStringMatcher>

namespace nextchat::history {

// A text to be found in others, also inside of words, without regard to case, by one rule for every store and
// language. Both are folded by Unicode's full case folding (`ß` is `ss`, `ς` is `σ`), and `İ` and `ı` are
// `i`: in some language each is the other case of one of them. Accents count, and so does whether they are
// characters of their own. Value type.
class SearchText
{
public:
    explicit SearchText(const QString &text);

    [[nodiscard]] bool isIn(QStringView text) const;
    // The same for valid UTF-8, without converting what is plain ASCII.
    [[nodiscard]] bool isInUtf8(const QByteArray &text) const;

private:
    QStringMatcher m_folded;
    QByteArrayMatcher m_foldedAscii;
    bool m_isAscii = false; // folded; an ASCII text can only contain such
};

} // namespace nextchat::history
