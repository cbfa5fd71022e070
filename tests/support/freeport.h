// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

namespace nextchat::test {

// A port of 127.0.0.1 that nothing listens on now; 0 when there is none. Below the range from which the
// kernel takes ports for outgoing connections (32768 and above on Linux), so that it is still free when a
// stopped server starts again.
[[nodiscard]] quint16 freePort();

} // namespace nextchat::test
