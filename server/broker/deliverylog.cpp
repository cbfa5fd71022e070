// SPDX-License-Identifier: MIT
#include "server/broker/deliverylog.h"

#include "common/support/logging.h"
#include "server/broker/brokerlog.h"

namespace nextchat::broker {

void logDelivered(const chat::Message &message, const TraceContext &trace)
{
    if (!trace.isSampled())
        return;
    qCDebug(brokerLog) << "message delivered" << field("group", message.groupId) << field("seq", message.seq)
                       << field("epoch", message.epoch) << field("trace", trace.traceId())
                       << field("parent", trace.parentId());
}

} // namespace nextchat::broker
