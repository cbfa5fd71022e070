// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/expected.h"
#include "common/support/metrics.h"

namespace nextchat::chat {

// What the chat hubs count. Any thread.
class ChatMetrics
{
public:
    explicit ChatMetrics(MetricsRegistry &registry);

    // A call of ResumeGroup has ended.
    void resumed(const Expected<ResumeResult> &result);

private:
    Counter &m_recovered; // every message since then was handed over
    Counter &m_gap; // the position is unknown, or too far back: the newest page was
    Counter &m_incomplete; // likewise, and messages of that page are missing
    Counter &m_full; // there is no place in the group any more
    Counter &m_failed;
};

} // namespace nextchat::chat
