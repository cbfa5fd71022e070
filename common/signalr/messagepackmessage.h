// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"
#include "common/support/expected.h"

#include <optional>

namespace nextchat::signalr {

// The message that a MessagePack value makes (signalr-notes 1.5); absent for an unknown type, which is to be
// skipped. Elements that are missing or of another type fail (Protocol) with the text of the .NET server;
// further ones are ignored.
[[nodiscard]] Expected<std::optional<HubMessage>> messageOf(Value &&value);

} // namespace nextchat::signalr
