// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace nextchat::net {

// "nextchat.net": ids and descriptors, never tokens or what was sent.
Q_DECLARE_LOGGING_CATEGORY(netLog)

} // namespace nextchat::net
