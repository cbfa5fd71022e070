// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>

// Texts that something on the way to a database and back might not survive.
[[nodiscard]] inline QStringList nastyTexts()
{
    QString planes; // the first and last assigned-looking character of every plane, no surrogates alone
    for (char32_t plane = 0; plane <= 16; ++plane) {
        for (const char32_t low : {U'\x41', U'\xfffd'}) {
            const char32_t code = plane * 0x10000 + low;
            planes += QString::fromUcs4(&code, 1);
        }
    }
    return {
        QString(QChar(u'\0')) + QStringLiteral("a") + QChar(u'\0') + QStringLiteral("b") + QChar(u'\0'),
        planes,
        QStringLiteral("'; DROP TABLE messages; --"),
        QStringLiteral("\" OR 1=1; ? :a @b $c %1 %s \\ \\' \\0"),
        QStringLiteral("\r\n\t\x01\x1f\x7f"),
        QString::fromUtf8("\xef\xbb\xbf\xe2\x80\x8f\xcc\x81\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"),
        QString(4096, QChar(u'\uffff')),
        QString::fromUtf8("\xf0\x9f\x98\x80").repeated(2048),
        QString(QChar(0xfeff)) + QStringLiteral("after a byte order mark"),
        QString(QChar(0xfffe)) + QStringLiteral("after a swapped one"),
        QStringLiteral(" leading and trailing "),
    };
}
