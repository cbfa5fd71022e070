// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"

namespace nextchat::ops {

// Adds what the process is and uses: nextchat_build_info (version and Qt as labels),
// nextchat_process_resident_memory_bytes, _open_fds, _max_fds, _threads, _cpu_seconds_total,
// _start_time_seconds. Read at every render(); 0 where the system does not tell.
void registerProcessMetrics(MetricsRegistry &registry, const QByteArray &version);

} // namespace nextchat::ops
