// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <qcorotask.h>

namespace nextchat::chat {

// Waits before attempt number `attempt` + 1 of a call that failed for now: 250 ms after the first (0), twice
// as long after each further one, 10 s at most. Ends at once when `context` is destroyed, so that whoever
// waits must look whether it is still there.
[[nodiscard]] QCoro::Task<> retryPause(int attempt, const QObject *context);

} // namespace nextchat::chat
