// SPDX-License-Identifier: MIT
// What a session asks the server about its groups.
#include "client-gui/model/session.h"

#include <QCoroTimer>

namespace nextchat::desktop {

namespace {

using chat::GroupJoinResult;

constexpr int joinsAtOnce = 4;
constexpr int pageSize = 100; // messages, of paging back
constexpr int longPageSize = 200; // of looking for one
constexpr int mostPages = 60; // likewise
constexpr int groupsPerPage = 100;
constexpr int foundPerPage = 50;
constexpr auto tooFastPause = std::chrono::milliseconds(500); // after `slow down`

} // namespace

// After a connection: those that the client does not resume by itself.
void Session::joinAll()
{
    const QStringList joined = m_client->joinedGroups();
    m_toJoin.clear();
    for (const Conversation *conversation : m_conversations.all()) {
        if (!joined.contains(conversation->id()) && conversation->place() != Conversation::Place::Refused)
            m_toJoin.append(conversation->id());
    }
    if (m_toJoin.removeOne(m_current))
        m_toJoin.prepend(m_current);
    while (m_joining < joinsAtOnce && m_joining < m_toJoin.size())
        joinQueued();
}

QCoro::Task<> Session::joinQueued()
{
    const QPointer<Session> self(this);
    ++m_joining;
    while (m_link == Link::Online && !m_toJoin.isEmpty()) {
        const QString groupId = m_toJoin.takeFirst();
        const Expected<void> joined = co_await joinOne(groupId);
        if (!self)
            co_return;
        if (!joined && joined.error().code == Error::Code::LimitReached && conversation(groupId)
            && conversation(groupId)->place() == Conversation::Place::Waiting) {
            co_await QCoro::sleepFor(tooFastPause);
            if (!self)
                co_return;
            m_toJoin.append(groupId);
        }
    }
    --m_joining;
}

// On failure the conversation says why, unless trying again helps.
QCoro::Task<Expected<void>> Session::joinOne(QString groupId)
{
    const QPointer<Session> self(this);
    Expected<GroupJoinResult> result = co_await m_client->joinGroup(groupId);
    if (result && *result == GroupJoinResult::NoRoom)
        result = failure(Error::Code::NotMember, tr("The group '%1' is full.").arg(groupId));
    if (!self)
        co_return tl::unexpected(Error{Error::Code::Cancelled, {}});
    Conversation *conversation = this->conversation(groupId);
    if (!conversation)
        co_return Expected<void>();
    if (result) {
        conversation->setPlace(Conversation::Place::Joined);
        if (groupId == m_current)
            watchCurrent();
        co_return Expected<void>();
    }
    const bool tooFast = result.error().code == Error::Code::LimitReached;
    if (!result.error().retryable() && !tooFast)
        conversation->setPlace(Conversation::Place::Refused, result.error().message);
    co_return tl::unexpected(result.error());
}

QCoro::Task<Expected<void>> Session::create(QString groupId)
{
    const QPointer<Session> self(this);
    const Expected<void> created = co_await m_client->createGroup(groupId);
    if (!created || !self)
        co_return created;
    co_return co_await join(groupId);
}

QCoro::Task<Expected<void>> Session::join(QString groupId)
{
    const QPointer<Session> self(this);
    const bool known = conversation(groupId) != nullptr;
    GroupRecord record;
    record.groupId = groupId;
    add(record);
    const Expected<void> joined = co_await joinOne(groupId);
    if (!self)
        co_return joined;
    if (joined) {
        m_unsaved.insert(groupId);
        saveRecords();
    } else if (!known) {
        m_conversations.remove(groupId);
    }
    co_return joined;
}

QCoro::Task<Expected<void>> Session::leave(QString groupId)
{
    const QPointer<Session> self(this);
    const Conversation *left = conversation(groupId);
    if (!left)
        co_return Expected<void>();
    if (left->place() == Conversation::Place::Joined) {
        const Expected<void> result = co_await m_client->leaveGroup(groupId);
        if (!self
            || (!result && result.error().code != Error::Code::UnknownOutcome
                && result.error().code != Error::Code::NotMember))
            co_return result;
    }
    m_toJoin.removeAll(groupId);
    m_unsaved.remove(groupId);
    if (m_current == groupId)
        m_current.clear();
    m_conversations.remove(groupId);
    m_cache.removeGroup(groupId);
    co_return Expected<void>();
}

QCoro::Task<Expected<QList<chat::Group>>> Session::find(QString prefix, std::optional<QString> after)
{
    return m_client->findGroups(prefix, after, groupsPerPage);
}

QCoro::Task<Expected<chat::SearchPage>> Session::search(QString groupId, QString text,
                                                        std::optional<qint64> beforeSeq)
{
    return m_client->searchHistory(groupId, text, beforeSeq, foundPerPage);
}

QCoro::Task<> Session::watchCurrent()
{
    const QPointer<Session> self(this);
    const QString groupId = m_current;
    const Conversation *conversation = this->conversation(groupId);
    if (m_link != Link::Online || !conversation || conversation->place() != Conversation::Place::Joined)
        co_return;
    const Expected<void> watched = co_await m_client->watch(groupId, true);
    if (!self || !watched)
        co_return;
    if (groupId == m_current)
        co_await readMembers(groupId);
    else
        co_await unwatch(groupId);
}

QCoro::Task<> Session::unwatch(QString groupId)
{
    const Conversation *conversation = this->conversation(groupId);
    if (conversation && conversation->place() == Conversation::Place::Joined)
        co_await m_client->watch(groupId, false);
}

QCoro::Task<> Session::readMembers(QString groupId)
{
    const QPointer<Session> self(this);
    const Expected<QStringList> members = co_await m_client->listMembers(groupId);
    if (!self || !members)
        co_return;
    if (Conversation *conversation = this->conversation(groupId))
        conversation->members().setPresent(*members);
}

void Session::loadOlder(const QString &groupId)
{
    Conversation *conversation = this->conversation(groupId);
    if (!conversation || conversation->messages().messages().isEmpty())
        return;
    MessageList &list = conversation->messages();
    if (list.top() == MessageList::Top::Loading || list.top() == MessageList::Top::Beginning)
        return;
    list.setTop(MessageList::Top::Loading);
    if (list.hasGaps()) { // the cache holds only what is behind the gap
        loadOlderPage(groupId);
        return;
    }
    m_cache.older(groupId, list.firstSeq(), pageSize, [this, groupId](const QList<chat::Message> &messages) {
        Conversation *target = this->conversation(groupId);
        if (!target)
            return;
        if (messages.isEmpty()) {
            loadOlderPage(groupId);
            return;
        }
        target->older(messages);
        target->messages().setTop(MessageList::Top::More);
    });
}

QCoro::Task<> Session::loadOlderPage(QString groupId)
{
    co_await loadPage(groupId, pageSize);
}

// Whether there may be more.
QCoro::Task<bool> Session::loadPage(QString groupId, int limit)
{
    const QPointer<Session> self(this);
    const Conversation *before = conversation(groupId);
    if (!before)
        co_return false;
    const qint64 firstSeq = before->messages().firstSeq();
    const Expected<chat::HistoryPage> page = co_await m_client->getHistory(groupId, firstSeq, limit);
    Conversation *target = self ? conversation(groupId) : nullptr;
    if (!target)
        co_return false;
    if (page)
        target->older(page->messages);
    const bool failed = !page || !page->complete;
    const bool more = page && page->hasMore;
    target->messages().setTop(failed     ? MessageList::Top::Failed
                                  : more ? MessageList::Top::More
                                         : MessageList::Top::Beginning);
    co_return !failed && more;
}

QCoro::Task<bool> Session::reach(QString groupId, qint64 seq)
{
    const QPointer<Session> self(this);
    for (int i = 0; i < mostPages; ++i) {
        Conversation *target = conversation(groupId);
        if (!target)
            co_return false;
        MessageList &list = target->messages();
        if (list.firstSeq() <= seq || list.top() == MessageList::Top::Loading)
            break;
        list.setTop(MessageList::Top::Loading);
        const bool more = co_await loadPage(groupId, longPageSize);
        if (!self)
            co_return false;
        if (!more)
            break;
    }
    const Conversation *target = conversation(groupId);
    co_return target && target->messages().rowOf(seq) >= 0;
}

} // namespace nextchat::desktop
