// SPDX-License-Identifier: MIT
#include "server/chat/chatmetrics.h"

namespace nextchat::chat {

namespace {

Counter &resumes(MetricsRegistry &registry, const QByteArray &outcome)
{
    return registry.counter("nextchat_chat_resumes_total", "ResumeGroup calls, by what came of them.",
                            {{"outcome", outcome}});
}

} // namespace

ChatMetrics::ChatMetrics(MetricsRegistry &registry)
    : m_recovered(resumes(registry, "recovered"))
    , m_gap(resumes(registry, "gap"))
    , m_incomplete(resumes(registry, "incomplete"))
    , m_full(resumes(registry, "full"))
    , m_failed(resumes(registry, "failed"))
{ }

void ChatMetrics::resumed(const Expected<ResumeResult> &result)
{
    if (!result)
        m_failed.add();
    else if (result->result != GroupJoinResult::Ok)
        m_full.add();
    else if (result->recovered)
        m_recovered.add();
    else
        (result->complete ? m_gap : m_incomplete).add();
}

} // namespace nextchat::chat
