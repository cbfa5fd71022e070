// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"

#include <QByteArrayView>

#include <optional>

namespace nextchat::signalr {

// The value that MessagePack bytes hold; nothing when they are cut, claim more elements than they have bytes,
// nest above 64 levels, or have a map whose keys are neither strings nor integers. What stands behind the
// value is not looked at. Iterative: the depth of the input costs no stack.
//
// An integer above 2^63 - 1 becomes a double, as in JSON; a string that is not UTF-8 is kept as one that is
// no valid text, since that is a bad value, not a bad message; an extension other than a timestamp is taken
// for bytes.
[[nodiscard]] std::optional<Value> readMessagePack(QByteArrayView bytes);

} // namespace nextchat::signalr
