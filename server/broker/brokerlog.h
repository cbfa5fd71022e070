// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::broker {

Q_DECLARE_LOGGING_CATEGORY(brokerLog)

} // namespace nextchat::broker
