// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"

#include <QStringView>

#include <array>
#include <optional>

// Points in time as ISO 8601, without time zone tables and without going through QDateTime's milliseconds.
namespace nextchat::signalr::isotime {

using Text = std::array<char, 32>; // e.g. 2024-01-31T23:59:59.000001+00:00, not terminated

// UTC with exactly six digits of fraction, as System.Text.Json writes a DateTimeOffset. Nothing outside the
// years 0 to 9999.
[[nodiscard]] std::optional<Text> write(Timestamp time);

// Reads `YYYY-MM-DDThh:mm[:ss[.f]]` with an offset: `Z`, `+hh:mm` or `-hh:mm` (up to 14 hours). 1 to 9 digits
// of fraction, cut to microseconds.
[[nodiscard]] std::optional<Timestamp> read(QStringView text);

} // namespace nextchat::signalr::isotime
