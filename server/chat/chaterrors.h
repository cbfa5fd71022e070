// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QStringView>

namespace nextchat::chat {

// The contract's text (contract.md 1.5) for an error of the broker or of history about this group. What no
// caller can do anything about is logged under an id, and the text gives only that. Of what may be called
// again, an unknown outcome is as good as none; forSender() is for messages, where it is not.
[[nodiscard]] Error forCaller(const Error &error, QStringView groupId);
[[nodiscard]] Error forSender(const Error &error, QStringView groupId);
[[nodiscard]] Error historyForCaller(const Error &error);

// Logs `what` and gives the text that names its id.
[[nodiscard]] QString logUnforeseen(const QString &what);

} // namespace nextchat::chat
