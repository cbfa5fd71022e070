// SPDX-License-Identifier: MIT
#include "server/history/searchtext.h"

#include <QHash>
#include <QStringDecoder>
#include <QVarLengthArray>

#include <algorithm>
#include <array>

namespace nextchat::history {

namespace {

// Of a text of the usual length, without an allocation.
using Units = QVarLengthArray<char16_t, 1024>;

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
QString foldedSlowly(const QString &text)
{
    QString result = text.toCaseFolded().toUpper().toCaseFolded();
    result.replace(QChar(0x0130), u'i');
    return result;
}

// What each code unit folds to.
struct Table
{
    std::array<char16_t, 0x10000> units{}; // 0: to several, or half of a pair
    QHash<char16_t, QString> several;
};

std::unique_ptr<const Table> makeTable()
{
    auto table = std::make_unique<Table>();
    for (char32_t unit = 1; unit < table->units.size(); ++unit) {
        if (QChar::isSurrogate(unit))
            continue;
        QString folded = foldedSlowly(QString(QChar(unit)));
        if (folded.size() == 1)
            table->units[unit] = folded.front().unicode();
        else
            table->several.insert(static_cast<char16_t>(unit), std::move(folded));
    }
    return table;
}

// Fast, as a search does it with 100,000 texts: QString takes 40 ns a character for the above.
Units folded(QStringView text)
{
    static const std::unique_ptr<const Table> table = makeTable();
    Units result;
    result.reserve(text.size() + text.size() / 4);
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char16_t unit = text[i].unicode();
        if (const char16_t one = table->units[unit]; one != 0 || unit == 0) {
            result.append(one);
        } else if (QChar::isHighSurrogate(unit) && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            const char32_t code = QChar::toCaseFolded(QChar::surrogateToUcs4(unit, text[++i].unicode()));
            result.append(QChar::highSurrogate(code));
            result.append(QChar::lowSurrogate(code));
        } else {
            for (const QChar c : table->several.value(unit))
                result.append(c.unicode());
        }
    }
    return result;
}

QString foldedString(const QString &text)
{
    const Units units = folded(text);
    return QStringView(units.data(), units.size()).toString();
}

} // namespace

SearchText::SearchText(const QString &text)
    : m_folded(foldedString(text))
    , m_isAscii(isAscii(QStringView(m_folded.pattern())))
{
    if (m_isAscii)
        m_foldedAscii.setPattern(m_folded.pattern().toLatin1());
}

bool SearchText::isIn(QStringView text) const
{
    const Units units = folded(text);
    return m_folded.indexIn(QStringView(units.data(), units.size())) >= 0;
}

bool SearchText::isInUtf8(const QByteArray &text) const
{
    if (isAscii(text))
        return m_isAscii && m_foldedAscii.indexIn(foldedAscii(text)) >= 0;
    // A byte order mark is a character like any other here.
    using Flag = QStringDecoder::Flag;
    QStringDecoder decoder(QStringDecoder::Utf8, Flag::Stateless | Flag::ConvertInitialBom);
    QVarLengthArray<QChar, 1024> units(decoder.requiredSpace(text.size()));
    const QChar *end = decoder.appendToBuffer(units.data(), text);
    return isIn(QStringView(units.data(), end));
}

} // namespace nextchat::history
