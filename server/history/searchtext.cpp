// SPDX-License-Identifier: MIT
#include "server/history/searchtext.h"

#include "server/broker/exactutf8.h"

#include <algorithm>

namespace nextchat::history {

namespace {

bool isAscii(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x80; });
}

// Without an early end, so that the compiler makes it wide.
bool isAscii(const QByteArray &bytes)
{
    char all = 0;
    for (const char byte : bytes)
        all = static_cast<char>(all | byte);
    return (all & 0x80) == 0;
}

// ASCII folds to lower case.
QByteArray foldedAscii(const QByteArray &bytes)
{
    QByteArray folded(bytes.size(), Qt::Uninitialized);
    std::transform(bytes.begin(), bytes.end(), folded.begin(),
                   [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c); });
    return folded;
}

// QString folds character by character; upper case has what becomes several: `ß`, ligatures, iotas below. The
// first folding is for capital letters without such a mapping of their own: `ẞ`.
QString folded(const QString &text)
{
    QString result = text.toCaseFolded().toUpper().toCaseFolded();
    result.replace(QChar(0x0130), u'i');
    return result;
}

} // namespace

SearchText::SearchText(const QString &text)
    : m_folded(folded(text))
    , m_isAscii(isAscii(QStringView(m_folded.pattern())))
{
    if (m_isAscii)
        m_foldedAscii.setPattern(m_folded.pattern().toLatin1());
}

bool SearchText::isIn(const QString &text) const
{
    return m_folded.indexIn(folded(text)) >= 0;
}

bool SearchText::isInUtf8(const QByteArray &text) const
{
    if (isAscii(text))
        return m_isAscii && m_foldedAscii.indexIn(foldedAscii(text)) >= 0;
    return isIn(
        broker::fromExactUtf8(std::string_view(text.data(), std::size_t(text.size()))).value_or(QString()));
}

} // namespace nextchat::history
