// SPDX-License-Identifier: MIT
#include "server/chat/typinglimit.h"

namespace nextchat::chat {

namespace {

constexpr std::chrono::seconds interval{1};

} // namespace

bool TypingLimit::take(const QString &groupId, const QString &userId, Clock::time_point now)
{
    forget(now);
    const Typist typist(groupId, userId);
    const Clock::time_point due = m_due.value(typist, now);
    if (due > now + m_early)
        return false;
    m_due.insert(typist, std::max(due, now) + interval);
    m_toForget.emplace_back(now + m_early + interval, typist);
    return true;
}

void TypingLimit::forget(Clock::time_point now)
{
    for (; !m_toForget.empty() && m_toForget.front().first <= now; m_toForget.pop_front()) {
        const auto typist = m_due.constFind(m_toForget.front().second);
        if (typist != m_due.cend() && *typist <= now) // or they typed again
            m_due.erase(typist);
    }
}

} // namespace nextchat::chat
