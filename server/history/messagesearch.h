// SPDX-License-Identifier: MIT
#pragma once

#include "server/history/historystore.h"
#include "server/history/searchtext.h"

#include <limits>

namespace nextchat::history {

// The progress of one search: a store shows it the messages below before(), from the newest on, until
// isOver(). Value type; a store that reads in another thread sends it there and takes back what came of it.
class MessageSearch
{
public:
    explicit MessageSearch(const SearchQuery &query);

    [[nodiscard]] qint64 before() const { return m_before; } // all from there on were looked at
    // The page is full, as many messages were looked at as a search may, or there are no more.
    [[nodiscard]] bool isOver() const { return m_isOver; }
    [[nodiscard]] const SearchText &text() const { return m_text; }

    // The next message is one that does not match.
    void pass(qint64 seq);
    // The next message matches. False when the page has no room for it, so that it is the next page's.
    bool take(chat::Message message);
    // The next messages, oldest first; hasMore: there are more below.
    void look(const QList<chat::Message> &messages, bool hasMore);
    // There is no message below.
    void reachEnd();

    // What was found so far, oldest first. Unless the end was reached, nextBeforeSeq is where to go on.
    [[nodiscard]] chat::SearchPage page() const;

private:
    SearchText m_text;
    PageLimit m_limit;
    int m_looksLeft = 0;
    qint64 m_before = std::numeric_limits<qint64>::max();
    bool m_isOver = false;
    bool m_isAtEnd = false;
    qsizetype m_bytes = 0;
    QList<chat::Message> m_found; // newest first
};

} // namespace nextchat::history
