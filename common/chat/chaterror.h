// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

namespace nextchat::chat {

// The error of a call to the chat hub: the hub's own sentence where it has one, and the code that goes with
// it (contract.md 1.5).
[[nodiscard]] Error chatError(const Error &callError);

} // namespace nextchat::chat
