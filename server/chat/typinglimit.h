// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QString>

#include <chrono>
#include <deque>
#include <utility>

namespace nextchat::chat {

// Lets what a user types in a group through once a second (contract.md 1.2, Typing). Remembers nothing older
// than that. Belongs to one thread.
class TypingLimit
{
public:
    using Clock = std::chrono::steady_clock;

    // What is up to `early` too early still passes, and the next is due so much later: for reports whose way
    // here takes now longer, now shorter.
    explicit TypingLimit(std::chrono::milliseconds early = std::chrono::milliseconds(0))
        : m_early(early)
    { }

    // Whether one more may pass now; counts it if so.
    [[nodiscard]] bool take(const QString &groupId, const QString &userId,
                            Clock::time_point now = Clock::now());

    [[nodiscard]] qsizetype size() const { return m_due.size(); } // users remembered, once per group

private:
    using Typist = std::pair<QString, QString>; // group, user

    void forget(Clock::time_point now);

    std::chrono::milliseconds m_early;
    QHash<Typist, Clock::time_point> m_due; // when the next may pass
    std::deque<std::pair<Clock::time_point, Typist>> m_toForget; // by time
};

} // namespace nextchat::chat
