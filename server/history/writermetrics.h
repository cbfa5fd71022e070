// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"

namespace nextchat::history {

// What the writers of the history count. Any thread.
struct WriterMetrics
{
    explicit WriterMetrics(MetricsRegistry &registry);

    Gauge &lag; // seconds
    Gauge &backlog;
    Gauge &owned;
    Gauge &up;
    Counter &stored;
    Counter &repeated;
    Counter &deadLetters;
    Counter &contradictions; // of these
    Counter &missing;
    Counter &batches;
    Counter &failures;
    Counter &takeOvers;
    Counter &partitionsLost;
    Histogram &batchSeconds;
    Histogram &batchRows;
};

} // namespace nextchat::history
