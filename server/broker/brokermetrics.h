// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "common/support/metrics.h"

namespace nextchat::broker {

// What the broker counts. Any thread.
struct BrokerMetrics
{
    explicit BrokerMetrics(MetricsRegistry &registry);

    // A publish that was answered with that error.
    void refuse(Error::Code code);

    Counter &published;
    Counter &duplicates;
    Histogram &commitMessages;
    Histogram &commitSeconds;
    Counter &commitFailures;
    Gauge &groups;
    Gauge &members;
    Gauge &waiting;

private:
    Counter &m_notFound;
    Counter &m_notMember;
    Counter &m_conflict;
    Counter &m_unavailable;
    Counter &m_unknownOutcome;
};

} // namespace nextchat::broker
