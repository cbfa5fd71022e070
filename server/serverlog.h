// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

} // namespace nextchat
