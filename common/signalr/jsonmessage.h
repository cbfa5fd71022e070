// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"
#include "common/signalr/jsonrecord.h"
#include "common/support/expected.h"

#include <optional>

namespace nextchat::signalr {

// The message that a record's properties make; absent for an unknown type, which is to be skipped. A missing
// property, one of another type, or a contradiction fails (Protocol) with the text of the .NET server. A null
// optional property counts as absent.
[[nodiscard]] Expected<std::optional<HubMessage>> messageOf(JsonRecord &&record);

} // namespace nextchat::signalr
