// SPDX-License-Identifier: MIT
#include "server/history/messagesearch.h"

#include "server/history/messagesize.h"

#include <ranges>

namespace nextchat::history {

MessageSearch::MessageSearch(const SearchQuery &query)
    : m_text(query.text)
    , m_limit(query.limit)
    , m_looksLeft(query.mostLooked)
    , m_before(query.beforeSeq.value_or(std::numeric_limits<qint64>::max()))
{ }

void MessageSearch::pass(qint64 seq)
{
    m_before = seq;
    m_isOver = --m_looksLeft <= 0;
}

bool MessageSearch::take(chat::Message message)
{
    m_bytes += encodedSize(message);
    if (!m_found.isEmpty() && m_bytes > m_limit.bytes) {
        m_isOver = true;
        return false;
    }
    pass(message.seq);
    m_found.append(std::move(message));
    m_isOver = m_isOver || m_found.size() >= m_limit.messages;
    return true;
}

void MessageSearch::look(const QList<chat::Message> &messages, bool hasMore)
{
    for (const chat::Message &message : std::views::reverse(messages)) {
        if (m_isOver)
            return;
        if (!m_text.isIn(message.text))
            pass(message.seq);
        else if (!take(message))
            return;
    }
    if (!hasMore)
        reachEnd();
}

void MessageSearch::reachEnd()
{
    m_isOver = true;
    m_isAtEnd = true;
}

chat::SearchPage MessageSearch::page() const
{
    chat::SearchPage page;
    page.messages = m_found;
    std::reverse(page.messages.begin(), page.messages.end());
    page.hasMore = !m_isAtEnd;
    if (page.hasMore)
        page.nextBeforeSeq = m_before;
    return page;
}

} // namespace nextchat::history
