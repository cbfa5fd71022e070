// SPDX-License-Identifier: MIT
#include "server/history/completedpage.h"

#include <algorithm>
#include <limits>

namespace nextchat::history {

namespace {

constexpr qint64 everything = std::numeric_limits<qint64>::max();

// The messages of both sources, and what can be said of the places between them.
class Merge
{
public:
    explicit Merge(PageSources &sources)
        : m_sources(sources)
        , m_storedUpTo(sources.storedUpTo)
    {
        const auto &log = sources.log;
        const auto &stored = sources.stored;
        if (log && !log->messages.isEmpty()) {
            m_logFirst = log->messages.constFirst().seq;
            m_logLast = log->messages.constLast().seq;
        }
        if (stored && !stored->messages.isEmpty())
            m_storedUpTo = std::max(m_storedUpTo, stored->messages.constLast().seq);
    }

    [[nodiscard]] QList<chat::Message> messages() const
    {
        const QList<chat::Message> none;
        const auto &logged = m_sources.log ? m_sources.log->messages : none;
        const auto &stored = m_sources.stored ? m_sources.stored->messages : none;
        QList<chat::Message> all;
        all.reserve(logged.size() + stored.size());
        auto fromLog = logged.cbegin();
        for (const chat::Message &message : stored) {
            while (fromLog != logged.cend() && fromLog->seq < message.seq)
                all.append(*fromLog++);
            const bool isInBoth = fromLog != logged.cend() && fromLog->seq == message.seq;
            // Nobody writes without a name: it stands for a message that the database refused.
            all.append(isInBoth && message.authorId.isEmpty() ? *fromLog : message);
            if (isInBoth)
                ++fromLog;
        }
        std::copy(fromLog, logged.cend(), std::back_inserter(all));
        return all;
    }

    // Whether there is nothing above `lower` and below `upper`, or it was deleted for its age.
    [[nodiscard]] bool isProven(qint64 lower, qint64 upper) const
    {
        return lower + 1 >= upper || upper - 1 <= m_storedUpTo;
    }
    // The same between two neighbours. In a new epoch numbers go on higher; what is between is in the log, or
    // Redis lost it and the database has it.
    [[nodiscard]] bool isProven(const chat::Message &lower, const chat::Message &upper) const
    {
        return isProven(lower.seq, upper.seq)
            || (lower.epoch != upper.epoch && isOfLog(lower.seq) && isOfLog(upper.seq) && m_sources.stored);
    }
    // The same above the page's last message, whose range ends below `end`.
    [[nodiscard]] bool isProvenAbove(qint64 last, qint64 end) const
    {
        if (m_sources.log && end > m_sources.log->newestSeq)
            end = m_sources.log->newestSeq + 1;
        // An epoch may end there, as above.
        const bool isEndOfLog = m_sources.log && m_logLast > 0 && last == m_logLast;
        return isProven(last, end) || (isEndOfLog && m_sources.stored);
    }
    // The highest seq that there is below `end`, as far as is known.
    [[nodiscard]] qint64 highestBelow(qint64 end) const
    {
        return std::min(end - 1, m_sources.log ? m_sources.log->newestSeq : everything);
    }
    [[nodiscard]] bool isOfLog(qint64 seq) const { return seq >= m_logFirst && seq <= m_logLast; }
    [[nodiscard]] qint64 logFirst() const { return m_logFirst; } // 0: none

private:
    PageSources &m_sources;
    qint64 m_storedUpTo = 0;
    qint64 m_logFirst = 0;
    qint64 m_logLast = 0;
};

} // namespace

CompletedPage completedNewest(PageSources sources, std::optional<qint64> beforeSeq, PageLimit limit)
{
    const Merge merge(sources);
    const qint64 end = beforeSeq.value_or(everything);
    QList<chat::Message> messages = merge.messages();
    const bool storeHasMore = sources.stored && sources.stored->hasMore;
    if (storeHasMore && !sources.stored->messages.isEmpty()) { // below them are some that were not read
        const qint64 lowest = sources.stored->messages.constFirst().seq;
        messages.removeIf([lowest](const chat::Message &message) { return message.seq < lowest; });
    }
    bool isCut = cutToLimit(messages, limit, PageEnd::Newest);

    CompletedPage result;
    if (!merge.isProvenAbove(messages.isEmpty() ? 0 : messages.constLast().seq, end))
        result.missing = merge.highestBelow(end);
    const bool logHasMore = sources.log && sources.log->more;
    for (qsizetype i = messages.size() - 1; i > 0; --i) {
        if (merge.isProven(messages[i - 1], messages[i]))
            continue;
        if (logHasMore && messages[i].seq == merge.logFirst()) { // it is there, but was not read
            messages.remove(0, i);
            isCut = true;
            break;
        }
        result.missing = std::max(result.missing, messages[i].seq - 1);
    }
    const bool isLogs = !messages.isEmpty() && messages.constFirst().seq == merge.logFirst();
    result.page.hasMore = isCut || storeHasMore || (logHasMore && isLogs);
    const bool isWhole = sources.log && sources.log->reached;
    if (!result.page.hasMore && !isWhole && !messages.isEmpty()
        && !merge.isProven(0, messages.constFirst().seq)) {
        result.missing = std::max(result.missing, messages.constFirst().seq - 1);
        result.page.hasMore = true; // for all that is known
    }
    result.page.complete = result.missing == 0;
    result.page.messages = std::move(messages);
    return result;
}

CompletedPage completedAfter(PageSources sources, qint64 afterSeq, qint64 upToSeq, PageLimit limit)
{
    const Merge merge(sources);
    QList<chat::Message> messages = merge.messages();
    const bool storeHasMore = sources.stored && sources.stored->hasMore;
    if (storeHasMore && !sources.stored->messages.isEmpty()) { // above them are some that were not read
        const qint64 highest = sources.stored->messages.constLast().seq;
        messages.removeIf([highest](const chat::Message &message) { return message.seq > highest; });
    }
    const bool isCut = cutToLimit(messages, limit, PageEnd::Oldest);

    CompletedPage result;
    const bool logReaches = sources.log && sources.log->reached;
    for (qsizetype i = 0; i < messages.size(); ++i) {
        const chat::Message &message = messages[i];
        const bool isNext = message.seq == afterSeq + 1 || sources.stored; // an epoch may have ended between
        if ((logReaches && message.seq == merge.logFirst() && isNext)
            || (i == 0 ? merge.isProven(afterSeq, message.seq) : merge.isProven(messages[i - 1], message)))
            continue;
        result.missing = message.seq - 1;
        messages.remove(i, messages.size() - i);
        break;
    }
    // Of a log in which this version can read nothing, reading on would never get anywhere.
    const bool logHasMore = sources.log && sources.log->more && !messages.isEmpty();
    result.page.hasMore = result.missing > 0 || isCut || storeHasMore || logHasMore;
    const bool isWhole = logReaches && !sources.log->more && sources.stored;
    if (!result.page.hasMore && !isWhole) {
        const qint64 last = messages.isEmpty() ? afterSeq : messages.constLast().seq;
        if (!merge.isProvenAbove(last, upToSeq + 1)) {
            result.missing = merge.highestBelow(upToSeq + 1);
            result.page.hasMore = true;
        }
    }
    result.page.complete = result.missing == 0;
    result.page.messages = std::move(messages);
    return result;
}

} // namespace nextchat::history
