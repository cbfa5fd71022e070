// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace nextchat::console {

// `text` of somebody else, made fit for one line of a terminal: control characters (C0, DEL and C1, which
// terminals obey) become their visible pictures, line breaks U+2424, and the bidirectional controls with
// which a text can pose as another U+FFFD. What is left is printable; the length in code units stays.
[[nodiscard]] QString safeText(const QString &text);

// As JSON escapes: `json`, made by QJsonDocument, with the characters above that JSON lets through written as
// \uXXXX.
[[nodiscard]] QString safeJson(const QString &json);

} // namespace nextchat::console
