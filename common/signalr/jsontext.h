// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringView>

// Text between JSON and QString where Qt's own conversions would lose something: lone surrogates, a leading
// U+FEFF.
namespace nextchat::signalr::jsontext {

// Decodes UTF-8 that is valid but for encoded surrogates; `surrogates` says whether there may be any. Keeps a
// leading U+FEFF, which QString::fromUtf8 takes for a byte order mark.
[[nodiscard]] QString toString(QByteArrayView utf8, bool surrogates);

// Encodes to UTF-8, each lone surrogate as U+FFFD (Qt writes '?').
[[nodiscard]] QByteArray toUtf8(const QString &text);

// The JSON text with every escape of a lone high surrogate replaced by its three bytes as if it were a
// character; such text is for toString() only. RapidJSON refuses the escape.
[[nodiscard]] QByteArray withLoneSurrogatesUnescaped(QByteArrayView json);

} // namespace nextchat::signalr::jsontext
