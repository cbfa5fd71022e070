// SPDX-License-Identifier: MIT
#include "common/chat/grouptimeline.h"

namespace nextchat::chat {

namespace {

constexpr qsizetype maximumHeld = 5000; // beyond, they are fetched by resuming once more

} // namespace

GroupTimeline::Step GroupTimeline::history(const QList<Message> &page)
{
    Step step;
    const bool known = m_seq > 0;
    const bool touches = page.isEmpty() || page.front().seq <= m_seq + 1;
    if (known && (m_holding || !touches)) { // joined again: resuming gives all that is new without a hole
        m_holding = true;
        step.needsResume = true;
        return step;
    }
    for (const Message &message : page) {
        if (message.seq > m_seq)
            give(message, step);
    }
    return step;
}

GroupTimeline::Step GroupTimeline::live(const Message &message)
{
    Step step;
    place(message, step);
    return step;
}

GroupTimeline::Step GroupTimeline::epochBegan(const QString &epoch)
{
    Step step;
    if (epoch != m_epoch && epoch != m_confirmedEpoch) {
        m_announcedEpoch = epoch;
        m_holding = true;
        step.needsResume = true;
    }
    return step;
}

void GroupTimeline::hold()
{
    m_holding = true;
    m_held.clear(); // the next connection brings them again
    m_overflowed = false;
    m_announcedEpoch.clear();
}

GroupTimeline::Step GroupTimeline::resumed(const ResumeResult &result)
{
    Step step;
    step.mayHaveMissed = isGap(result);
    // What is missing from an incomplete page is no sign of anything.
    if (!result.recovered && result.complete)
        goBack(result);
    const qint64 before = m_seq;
    m_confirmedEpoch = result.epoch;
    for (const Message &message : result.messages) {
        if (message.seq > m_seq)
            give(message, step);
    }
    const QString announced = std::exchange(m_announcedEpoch, QString());
    if (!announced.isEmpty() && announced != result.epoch) {
        // It began while the server was answering, which says nothing about it. (Or it is older: then asking
        // again does no harm.)
        m_holding = true;
        step.needsResume = true;
        return step;
    }
    release(m_seq != before, step);
    return step;
}

bool GroupTimeline::follows(const Message &message) const
{
    if (m_epoch.isEmpty())
        return true;
    if (message.epoch == m_epoch)
        return message.seq == m_seq + 1;
    return message.epoch == m_confirmedEpoch;
}

// Whether messages may be missing between the last one given out and those of the result.
bool GroupTimeline::isGap(const ResumeResult &result) const
{
    if (result.recovered)
        return !result.complete;
    if (m_epoch.isEmpty())
        return result.hasMore || !result.complete;
    return std::none_of(result.messages.begin(), result.messages.end(), [this](const Message &message) {
        return message.seq == m_seq && message.epoch == m_epoch;
    });
}

// A server that lost its data begins the group anew, with smaller numbers; they must not be taken for old
// ones. One that lost only the newest messages has some of those that were given out, and its numbers go on
// above.
void GroupTimeline::goBack(const ResumeResult &result)
{
    const bool isBehind = result.messages.isEmpty() || result.messages.back().seq < m_seq;
    const bool hasOurs =
        std::any_of(result.messages.begin(), result.messages.end(), [this](const Message &message) {
            return message.epoch == m_epoch || message.epoch == m_earlierEpoch;
        });
    if (!isBehind || hasOurs || result.epoch == m_epoch)
        return;
    const auto first =
        std::find_if(result.messages.begin(), result.messages.end(),
                     [&result](const Message &message) { return message.epoch == result.epoch; });
    m_epoch = QString();
    m_seq = first == result.messages.end() ? 0 : first->seq - 1;
}

void GroupTimeline::give(const Message &message, Step &step)
{
    m_seq = message.seq;
    if (message.epoch != m_epoch)
        m_earlierEpoch = std::exchange(m_epoch, message.epoch);
    step.messages.append(message);
}

void GroupTimeline::place(const Message &message, Step &step)
{
    if (m_holding) {
        if (m_held.size() < maximumHeld)
            m_held.append(message);
        else
            m_overflowed = true;
        return;
    }
    if (message.seq <= m_seq)
        return;
    if (follows(message)) {
        give(message, step);
        return;
    }
    m_holding = true;
    m_held.append(message);
    step.needsResume = true;
}

void GroupTimeline::release(bool progress, Step &step)
{
    m_holding = false;
    const bool overflowed = std::exchange(m_overflowed, false);
    const QList<Message> held = std::exchange(m_held, {});
    for (const Message &message : held)
        place(message, step);
    if (m_holding && !progress) {
        // The server has answered, and the hole is still there: it will not be filled.
        m_holding = false;
        step.needsResume = false;
        step.mayHaveMissed = true;
        for (const Message &message : std::exchange(m_held, {})) {
            if (message.seq > m_seq)
                give(message, step);
        }
    }
    if (overflowed) {
        m_holding = true;
        step.needsResume = true;
    }
}

} // namespace nextchat::chat
