// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace nextchat::chat {

// Whether `text` speaks to `user`: @user, as a whole word, without regard to case.
[[nodiscard]] bool mentions(const QString &text, const QString &user);

} // namespace nextchat::chat
