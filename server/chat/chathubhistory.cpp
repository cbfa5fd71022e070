// SPDX-License-Identifier: MIT
// The methods of ChatHub that hand out history: joining, resuming, reading back.
#include "common/chat/rules.h"
#include "common/support/mailbox.h"
#include "server/chat/chaterrors.h"
#include "server/chat/chathub.h"
#include "server/chat/clientcalls.h"

namespace nextchat::chat {

namespace {

constexpr qint64 largestSeq = (qint64(1) << 53) - 1; // contract.md 1.3
constexpr int streamPage = 200; // messages read at a time
constexpr int mostFound = 50; // messages of a page of a search

Error badPosition()
{
    return {Error::Code::InvalidArgument, texts::badRange(u"position", 0, largestSeq)};
}

Error connectionOver()
{
    return {Error::Code::Cancelled, texts::messagingUnavailable()};
}

} // namespace

// Steps 1 and 2 of design.md 5, "Join and resume".
ChatHub::Call<broker::Joined> ChatHub::enter(QString groupId)
{
    const auto earlier = m_groups.find(groupId);
    const bool again = earlier != m_groups.end();
    const int limit = m_services.options.groupsPerConnection;
    if (!again && limit > 0 && m_groups.size() >= static_cast<std::size_t>(limit))
        co_return failure(Error::Code::LimitReached, texts::tooManyGroupsOfConnection());
    std::unique_ptr<GroupMember> member;
    if (again)
        earlier->second->hold();
    else
        member = std::make_unique<GroupMember>(m_services.audience, m_connection, groupId);
    const auto joined =
        co_await m_services.broker.join(m_services.audience.listener(), groupId, m_connection.userId());
    if (m_ended) {
        if (joined && joined->result == GroupJoinResult::Ok)
            co_await m_services.broker.leave(joined->membership, broker::LeaveReason::Lost);
        co_return tl::unexpected(connectionOver());
    }
    if (!joined || joined->result != GroupJoinResult::Ok) {
        if (again)
            m_groups.at(groupId)->release(0); // it stays in as before
        if (!joined)
            co_return tl::unexpected(forCaller(joined.error(), groupId));
        co_return *joined;
    }
    if (again) {
        const auto ended = std::exchange(m_groups.at(groupId)->membership, joined->membership);
        co_await m_services.broker.leave(ended, broker::LeaveReason::Left);
        if (m_ended)
            co_return tl::unexpected(connectionOver());
        co_return *joined;
    }
    member->membership = joined->membership;
    member->wantsEpochs = m_usesExtensions;
    member->knowsEpoch(joined->epoch);
    m_groups.emplace(groupId, std::move(member));
    co_return *joined;
}

void ChatHub::abandon(const QString &groupId, bool wasIn)
{
    const auto found = m_groups.find(groupId);
    if (found == m_groups.end())
        return;
    if (wasIn) // it stays in as before: nobody tells its client that it was put out
        return found->second->release(0);
    auto leaving = [](broker::MessageBroker &broker, broker::Membership membership) -> QCoro::Task<> {
        co_await broker.leave(membership, broker::LeaveReason::Left);
    };
    leaving(m_services.broker, found->second->membership);
    m_groups.erase(found);
}

ChatHub::Call<GroupJoinResult> ChatHub::joinGroup(QString groupId)
{
    if (!isValidId(groupId))
        co_return failure(Error::Code::InvalidArgument, texts::badGroupId());
    const auto pass = co_await m_membership.enter();
    const bool wasIn = m_groups.contains(groupId);
    const auto joined = co_await enter(groupId);
    if (!joined)
        co_return tl::unexpected(joined.error());
    if (joined->result != GroupJoinResult::Ok)
        co_return joined->result;
    const auto page = co_await m_services.history.newest(groupId, joined->lastSeq + 1,
                                                         {.messages = m_services.options.joinLimit});
    if (m_ended)
        co_return tl::unexpected(connectionOver());
    if (!page) {
        abandon(groupId, wasIn);
        co_return tl::unexpected(historyForCaller(page.error()));
    }
    m_connection.send(onHistory(page->messages));
    if (const auto member = m_groups.find(groupId); member != m_groups.end())
        member->second->release(joined->lastSeq);
    co_return joined->result;
}

ChatHub::Call<ResumeResult> ChatHub::resumeGroup(QString groupId, QString epoch, qint64 afterSeq)
{
    usesExtensions();
    auto result = co_await resume(groupId, epoch, afterSeq);
    m_services.metrics.resumed(result);
    co_return result;
}

ChatHub::Call<ResumeResult> ChatHub::resume(QString groupId, QString epoch, qint64 afterSeq)
{
    if (!isValidId(groupId))
        co_return failure(Error::Code::InvalidArgument, texts::badGroupId());
    if (afterSeq < 0 || afterSeq > largestSeq)
        co_return tl::unexpected(badPosition());
    const auto pass = co_await m_membership.enter();
    const bool wasIn = m_groups.contains(groupId);
    const auto joined = co_await enter(groupId);
    if (!joined)
        co_return tl::unexpected(joined.error());
    if (joined->result != GroupJoinResult::Ok) {
        ResumeResult full;
        full.result = joined->result;
        full.epoch = joined->epoch;
        co_return full;
    }
    auto result = co_await recover(*joined, epoch, afterSeq);
    if (m_ended)
        co_return tl::unexpected(connectionOver());
    if (!result) {
        abandon(groupId, wasIn);
        co_return tl::unexpected(historyForCaller(result.error()));
    }
    // The answer is queued when this coroutine has returned; only then may anything above it follow.
    const quint64 joinId = joined->membership.joinId;
    Mailbox::current()->post([self = m_connection.shared_from_this(), this, groupId, joinId,
                              last = joined->lastSeq, epoch = joined->epoch] {
        const auto member = m_groups.find(groupId);
        if (member != m_groups.end() && member->second->membership.joinId == joinId) {
            member->second->knowsEpoch(epoch);
            member->second->release(last);
        }
    });
    co_return *result;
}

// Every message after the given position if that position is still known, else the newest page.
ChatHub::Call<ResumeResult> ChatHub::recover(broker::Joined joined, QString epoch, qint64 afterSeq)
{
    const QString groupId = joined.membership.groupId;
    ResumeResult result;
    result.epoch = joined.epoch;
    bool known = afterSeq == 0 && epoch == joined.epoch;
    if (afterSeq > 0 && afterSeq <= joined.lastSeq) {
        const auto found = co_await m_services.history.knows(groupId, afterSeq, epoch);
        if (!found)
            co_return tl::unexpected(found.error());
        known = *found;
    }
    if (known) {
        const auto missed = co_await m_services.history.after(groupId, afterSeq, joined.lastSeq,
                                                              {.messages = m_services.options.resumeLimit});
        if (!missed)
            co_return tl::unexpected(missed.error());
        if (!missed->hasMore && missed->complete) {
            result.recovered = true;
            result.messages = missed->messages;
            co_return result;
        }
    }
    const auto page = co_await m_services.history.newest(groupId, joined.lastSeq + 1,
                                                         {.messages = m_services.options.resumeLimit});
    if (!page)
        co_return tl::unexpected(page.error());
    result.complete = page->complete;
    result.hasMore = page->hasMore;
    result.messages = page->messages;
    co_return result;
}

ChatHub::Call<HistoryPage> ChatHub::getHistory(QString groupId, std::optional<qint64> beforeSeq, int limit)
{
    usesExtensions();
    if (const auto allowed = co_await requireMember(groupId); !allowed)
        co_return tl::unexpected(allowed.error());
    if (limit < 1 || limit > 200)
        co_return failure(Error::Code::InvalidArgument, texts::badRange(u"limit", 1, 200));
    if (beforeSeq && (*beforeSeq < 0 || *beforeSeq > largestSeq))
        co_return tl::unexpected(badPosition());
    const auto page = co_await m_services.history.newest(groupId, beforeSeq, {.messages = limit});
    if (!page)
        co_return tl::unexpected(historyForCaller(page.error()));
    co_return *page;
}

ChatHub::Call<SearchPage> ChatHub::searchHistory(QString groupId, QString text,
                                                 std::optional<qint64> beforeSeq, int limit)
{
    usesExtensions();
    if (const auto allowed = co_await requireMember(groupId); !allowed)
        co_return tl::unexpected(allowed.error());
    if (!isValidSearchText(text))
        co_return failure(Error::Code::InvalidArgument, texts::badSearchText());
    if (limit < 1 || limit > mostFound)
        co_return failure(Error::Code::InvalidArgument, texts::badRange(u"limit", 1, mostFound));
    if (beforeSeq && (*beforeSeq < 0 || *beforeSeq > largestSeq))
        co_return tl::unexpected(badPosition());
    history::SearchQuery query = {.text = text, .beforeSeq = beforeSeq, .limit = {.messages = limit}};
    const auto page = co_await m_services.history.search(groupId, std::move(query));
    if (!page)
        co_return tl::unexpected(historyForCaller(page.error()));
    co_return *page;
}

ChatHub::Call<void> ChatHub::streamHistory(signalr::StreamWriter<Message> writer, QString groupId,
                                           qint64 afterSeq)
{
    usesExtensions();
    if (const auto allowed = co_await requireMember(groupId); !allowed)
        co_return tl::unexpected(allowed.error());
    if (afterSeq < 0 || afterSeq > largestSeq)
        co_return tl::unexpected(badPosition());
    // Up to what is there now: what comes later arrives as OnMessage.
    const auto newest = co_await m_services.history.newest(groupId, std::nullopt, {.messages = 1});
    if (!newest)
        co_return tl::unexpected(historyForCaller(newest.error()));
    const qint64 last = newest->messages.isEmpty() ? 0 : newest->messages.back().seq;
    const bool mustBeComplete = !m_services.history.forgets();
    bool isComplete = newest->complete;
    for (bool more = afterSeq < last; more;) {
        const auto page =
            co_await m_services.history.after(groupId, afterSeq, last, {.messages = streamPage});
        if (!page)
            co_return tl::unexpected(historyForCaller(page.error()));
        for (const Message &message : page->messages) {
            if (!co_await writer.write(message))
                co_return {};
            afterSeq = message.seq;
        }
        isComplete = isComplete && page->complete;
        more = page->hasMore && !page->messages.isEmpty() && (page->complete || !mustBeComplete);
    }
    // Nothing else tells the caller, who can ask again from the last message on.
    if (mustBeComplete && !isComplete)
        co_return failure(Error::Code::Unavailable, texts::historyUnavailable());
    co_return {};
}

} // namespace nextchat::chat
