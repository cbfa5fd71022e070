// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::history {

Q_DECLARE_LOGGING_CATEGORY(historyLog)

} // namespace nextchat::history
