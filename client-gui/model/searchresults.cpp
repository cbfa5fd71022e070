// SPDX-License-Identifier: MIT
#include "client-gui/model/searchresults.h"

#include "client-gui/model/timelabels.h"
#include "common/chat/rules.h"

namespace nextchat::desktop {

namespace {

constexpr qsizetype mostLoaded = 200; // found in what is loaded, to begin with

} // namespace

SearchResults::SearchResults(Session &session, QObject *parent)
    : QAbstractListModel(parent)
    , m_session(session)
{ }

int SearchResults::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_found.size());
}

QVariant SearchResults::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const chat::Message &message = m_found.at(index.row());
    switch (role) {
    case Seq:
        return message.seq;
    case Author:
        return message.authorId;
    case Qt::DisplayRole:
    case Text:
        return message.text;
    case Time:
        return localTime(message.sendTime);
    case Qt::AccessibleTextRole:
        return QString(message.authorId % u", " % fullLabel(localTime(message.sendTime)) % u": "
                       % message.text);
    default:
        return {};
    }
}

void SearchResults::search(const QString &groupId, const QString &text)
{
    beginResetModel();
    m_groupId = groupId;
    m_text = text.trimmed();
    m_found.clear();
    endResetModel();
    ++m_search;
    m_before.reset();
    m_more = m_searching = false;
    m_problem.clear();
    if (chat::isValidSearchText(m_text)) {
        searchLoaded();
        searchServer();
    }
    Q_EMIT progressed();
}

void SearchResults::searchLoaded()
{
    const Conversation *conversation = m_session.conversation(m_groupId);
    if (!conversation)
        return;
    QList<chat::Message> found;
    const auto &messages = conversation->messages().messages();
    for (auto message = messages.rbegin(); message != messages.rend() && found.size() < mostLoaded;
         ++message) {
        if (message->text.contains(m_text, Qt::CaseInsensitive))
            found.append(*message);
    }
    add(found);
}

QCoro::Task<> SearchResults::searchServer()
{
    const QPointer<SearchResults> self(this);
    const quint64 search = m_search;
    m_searching = true;
    const Expected<chat::SearchPage> page = co_await m_session.search(m_groupId, m_text, m_before);
    if (!self || search != m_search)
        co_return;
    m_searching = false;
    m_more = page && page->hasMore && page->nextBeforeSeq;
    if (page) {
        m_before = page->nextBeforeSeq;
        add(page->messages);
    } else {
        m_problem = page.error().message;
    }
    if (m_more && page->messages.isEmpty())
        searchServer(); // it looked at many, and found none
    Q_EMIT progressed();
}

void SearchResults::add(const QList<chat::Message> &found)
{
    for (const chat::Message &message : found) {
        const auto at =
            std::lower_bound(m_found.begin(), m_found.end(), message.seq,
                             [](const chat::Message &known, qint64 seq) { return known.seq > seq; });
        if (at != m_found.end() && at->seq == message.seq)
            continue;
        const int row = static_cast<int>(at - m_found.begin());
        beginInsertRows({}, row, row);
        m_found.insert(row, message);
        endInsertRows();
    }
}

bool SearchResults::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_more && !m_searching;
}

void SearchResults::fetchMore(const QModelIndex &)
{
    searchServer();
    Q_EMIT progressed();
}

} // namespace nextchat::desktop
