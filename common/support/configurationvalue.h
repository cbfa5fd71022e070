// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <variant>

namespace nextchat {

// What a configuration key holds: nothing (unset), or the value of its type. Sizes are bytes.
using ConfigurationValue =
    std::variant<std::monostate, bool, qint64, std::chrono::milliseconds, QString, QStringList>;

// `500ms`, `30s`, `10m`, `1h`, `7d`; `0` needs no unit. InvalidArgument for anything else and beyond the
// range of the type.
[[nodiscard]] Expected<std::chrono::milliseconds> parseDuration(QStringView text);

// `100`, `100B`, `100KB` (1000), `32KiB` (1024), likewise M and G, without regard to case. InvalidArgument as
// above.
[[nodiscard]] Expected<qint64> parseSize(QStringView text);

// The shortest text that parses to the same.
[[nodiscard]] QString durationText(std::chrono::milliseconds duration);
[[nodiscard]] QString sizeText(qint64 bytes);

// `text` with the password of a URL, and what its query calls a password, replaced by `***`. Other texts stay
// as they are.
[[nodiscard]] QString withoutPassword(const QString &text);

// `text` between quotes, shortened and with unprintable characters replaced, for error messages.
[[nodiscard]] QString quoted(QStringView text);

} // namespace nextchat
