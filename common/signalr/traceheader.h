// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"
#include "common/support/tracecontext.h"

namespace nextchat::signalr {

// The header of an invocation, and of the request that connects, which names a trace.
constexpr const char *traceHeader = "traceparent";

// What the headers of an invocation say; none where they do not, or where it is no good.
[[nodiscard]] inline TraceContext traceOf(const Value::Map &headers)
{
    for (const Value::Member &header : headers.members) {
        const QString *text =
            header.name == QLatin1StringView(traceHeader) ? header.value.get<QString>() : nullptr;
        if (text && text->size() <= TraceContext::longest)
            return TraceContext::parse(text->toLatin1());
    }
    return {};
}

} // namespace nextchat::signalr
