// SPDX-License-Identifier: MIT
#include "common/signalr/jsontext.h"

namespace nextchat::signalr::jsontext {

namespace {

constexpr QChar replacement(QChar::ReplacementCharacter);

QString decodeLeniently(QByteArrayView utf8)
{
    QString text;
    text.reserve(utf8.size());
    for (qsizetype i = 0; i < utf8.size();) {
        const auto lead = static_cast<uchar>(utf8[i]);
        const int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
        for (qsizetype k = i + 1; k < std::min(i + length, utf8.size()); ++k)
            c = (c << 6) | (static_cast<uchar>(utf8[k]) & 0x3FU);
        i += length;
        if (QChar::requiresSurrogates(c)) {
            text.append(QChar(QChar::highSurrogate(c)));
            text.append(QChar(QChar::lowSurrogate(c)));
        } else {
            text.append(QChar(static_cast<char16_t>(c)));
        }
    }
    return text;
}

// The code unit that `\uXXXX` at `at` stands for, or nothing.
std::optional<char16_t> escapedUnit(QByteArrayView json, qsizetype at)
{
    if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u')
        return std::nullopt;
    bool valid = false;
    const uint unit = json.sliced(at + 2, 4).toUInt(&valid, 16);
    return valid ? std::optional(static_cast<char16_t>(unit)) : std::nullopt;
}

} // namespace

QString toString(QByteArrayView utf8, bool surrogates)
{
    const bool mark = !utf8.isEmpty() && static_cast<uchar>(utf8.front()) == 0xEF;
    if (!surrogates && !mark)
        return utf8.isEmpty() ? QStringLiteral("") : QString::fromUtf8(utf8);
    return decodeLeniently(utf8);
}

QByteArray toUtf8(const QString &text)
{
    if (text.isValidUtf16())
        return text.toUtf8();
    QString mended = text;
    for (qsizetype i = 0; i < mended.size(); ++i) {
        if (mended[i].isHighSurrogate() && i + 1 < mended.size() && mended[i + 1].isLowSurrogate())
            ++i;
        else if (mended[i].isSurrogate())
            mended[i] = replacement;
    }
    return mended.toUtf8();
}

QByteArray withLoneSurrogatesUnescaped(QByteArrayView json)
{
    QByteArray rewritten;
    rewritten.reserve(json.size());
    for (qsizetype i = 0; i < json.size();) {
        const std::optional<char16_t> unit = escapedUnit(json, i);
        qsizetype length = 1;
        if (unit && QChar::isHighSurrogate(*unit)) {
            const std::optional<char16_t> next = escapedUnit(json, i + 6);
            if (!next || !QChar::isLowSurrogate(*next)) {
                rewritten.append(static_cast<char>(0xE0 | (*unit >> 12)));
                rewritten.append(static_cast<char>(0x80 | ((*unit >> 6) & 0x3F)));
                rewritten.append(static_cast<char>(0x80 | (*unit & 0x3F)));
                i += 6;
                continue;
            }
            length = 12;
        } else if (json[i] == '\\') {
            length = 2; // an escaped backslash must not be taken for the start of the next escape
        }
        length = std::min(length, json.size() - i);
        rewritten.append(json.sliced(i, length).toByteArray());
        i += length;
    }
    return rewritten;
}

} // namespace nextchat::signalr::jsontext
