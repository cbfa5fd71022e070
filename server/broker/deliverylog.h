// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/tracecontext.h"

namespace nextchat::broker {

// Says, to whoever looks for debug records of nextchat.broker, that this server has the message for its
// members, if the trace is sampled.
void logDelivered(const chat::Message &message, const TraceContext &trace);

} // namespace nextchat::broker
