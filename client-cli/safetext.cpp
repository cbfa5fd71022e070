// SPDX-License-Identifier: MIT
#include "client-cli/safetext.h"

namespace nextchat::console {

namespace {

constexpr char16_t pictureOfDelete = 0x2421;
constexpr char16_t pictureOfNewline = 0x2424;
constexpr char16_t firstControlPicture = 0x2400;

bool isBidirectionalControl(char16_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f
        || c == 0x061c;
}

bool isHighControl(char16_t c)
{
    return c >= 0x7f && c <= 0x9f;
}

bool isLineSeparator(char16_t c)
{
    return c == 0x2028 || c == 0x2029;
}

} // namespace

QString safeText(const QString &text)
{
    QString safe = text;
    for (QChar &character : safe) {
        const char16_t c = character.unicode();
        if (c == u'\n' || c == 0x85 || isLineSeparator(c))
            character = pictureOfNewline;
        else if (c == u'\t')
            character = u' ';
        else if (c < 0x20)
            character = QChar(static_cast<char16_t>(firstControlPicture + c));
        else if (c == 0x7f)
            character = pictureOfDelete;
        else if (isHighControl(c) || isBidirectionalControl(c))
            character = QChar(QChar::ReplacementCharacter);
    }
    return safe;
}

QString safeJson(const QString &json)
{
    QString safe;
    safe.reserve(json.size());
    for (const QChar character : json) {
        const char16_t c = character.unicode();
        // Outside of strings JSON is ASCII, so that all of these are inside of one, where an escape means the
        // same.
        if (isHighControl(c) || isBidirectionalControl(c) || isLineSeparator(c))
            safe += u"\\u" % QStringLiteral("%1").arg(static_cast<uint>(c), 4, 16, QLatin1Char('0'));
        else
            safe += character;
    }
    return safe;
}

} // namespace nextchat::console
