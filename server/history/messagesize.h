// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"

namespace nextchat::history {

// The bytes of a message as JSON (contract.md 1.3), escapes included, and a few more; what MessagePack takes
// is less. For the limits of pages.
[[nodiscard]] qsizetype encodedSize(const chat::Message &message);

} // namespace nextchat::history
