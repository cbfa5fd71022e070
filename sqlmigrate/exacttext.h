// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringDecoder>
#include <QVariant>

namespace nextchat::sqlmigrate {

// How strings get into a SQLite database and back without loss. As UTF-16, which QtSql would use, SQLite
// drops a leading U+FEFF, takes a leading U+FFFE for a sign of byte order, and reads U+FFFE and U+FFFF as
// U+FFFD. So they travel as UTF-8 bytes: written with `CAST(? AS TEXT)`, read with `CAST(column AS BLOB)`. A
// null string is NULL.
[[nodiscard]] inline QVariant toExactText(const QString &text)
{
    return text.toUtf8();
}

[[nodiscard]] inline QString fromExactText(const QVariant &value)
{
    if (value.isNull())
        return {};
    // QString::fromUtf8() would drop a leading U+FEFF, too.
    QStringDecoder decoder(QStringDecoder::Utf8,
                           QStringDecoder::Flag::ConvertInitialBom | QStringDecoder::Flag::Stateless);
    return decoder(value.toByteArray());
}

} // namespace nextchat::sqlmigrate
