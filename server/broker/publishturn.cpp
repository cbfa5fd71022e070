// SPDX-License-Identifier: MIT
#include "server/broker/publishturn.h"

#include "common/chat/rules.h"
#include "server/broker/deliverylog.h"

namespace nextchat::broker {

namespace {

Error conflict()
{
    return {Error::Code::Conflict, chat::texts::clientMessageIdReused()};
}

// Group and user ids hold no control characters, so the parts can't be confused.
QString clientIdKey(const PublishRequest &request)
{
    return request.groupId % QChar(u'\0') % request.senderId % QChar(u'\0') % request.clientMessageId;
}

} // namespace

PublishTurn::PublishTurn(std::vector<WaitingPublish> waiting, const QString &epoch,
                         std::chrono::microseconds clientIdWindow)
    : m_waiting(std::move(waiting))
    , m_epoch(epoch)
    , m_clientIdWindow(clientIdWindow)
    , m_messages(std::make_shared<MessageBatch>())
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    m_now = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    m_decisions.resize(m_waiting.size());
    m_messages->reserve(m_waiting.size());
}

Expected<void> PublishTurn::write(MessageLog &log)
{
    for (std::size_t i = 0; i < m_waiting.size(); ++i) {
        if (const auto decided = decide(log, m_waiting[i], m_decisions[i]); !decided)
            return decided;
    }
    if (const auto appended = log.append(*m_messages); !appended)
        return appended;
    return writeTails(log);
}

Expected<void> PublishTurn::decide(MessageLog &log, const WaitingPublish &publish, Decision &decision)
{
    if (publish.request.notAfter < std::chrono::steady_clock::now()) {
        decision.answer = failure(Error::Code::Unavailable, chat::texts::messagingUnavailable());
        return {};
    }
    if (!publish.group) {
        decision.answer = failure(Error::Code::NotFound, chat::texts::unknownGroup(publish.request.groupId));
        return {};
    }
    // Before membership: who asks again about an accepted message gets its receipt, even if the place is
    // gone.
    if (!publish.request.clientMessageId.isNull()) {
        const auto decided = decideByClientId(log, publish.request, decision);
        if (!decided)
            return tl::unexpected(decided.error());
        if (*decided)
            return {};
    }
    if (publish.isMember)
        accept(publish, decision);
    else
        decision.answer = failure(Error::Code::NotMember, chat::texts::notMember(publish.request.groupId));
    return {};
}

Expected<bool> PublishTurn::decideByClientId(MessageLog &log, const PublishRequest &request,
                                             Decision &decision)
{
    if (const auto known = m_byClientId.find(clientIdKey(request)); known != m_byClientId.end()) {
        decision.message = known->second;
        decision.conflict = (*m_messages)[known->second].text != request.text;
        m_duplicates += decision.conflict ? 0 : 1;
        return true;
    }
    const auto stored = log.find(request, m_now - m_clientIdWindow.count());
    if (!stored)
        return tl::unexpected(stored.error());
    if (!*stored)
        return false;
    if ((*stored)->text != request.text) {
        decision.answer = tl::unexpected(conflict());
        return true;
    }
    ++m_duplicates;
    decision.answer = (*stored)->receipt;
    return true;
}

void PublishTurn::accept(const WaitingPublish &publish, Decision &decision)
{
    const auto [tail, isNew] =
        m_tails.try_emplace(publish.group, Tail{publish.group->lastSeq, publish.group->lastTime});
    ++tail->second.seq;
    tail->second.time = std::max(tail->second.time, m_now); // never back, whatever the system clock does
    decision.message = m_messages->size();
    decision.isNew = true;
    if (!publish.request.clientMessageId.isNull())
        m_byClientId.emplace(clientIdKey(publish.request), m_messages->size());
    // The group's own id, so that all its messages share one string.
    m_messages->push_back({publish.group->id, publish.request.senderId, publish.request.text,
                           chat::Timestamp(std::chrono::microseconds(tail->second.time)), tail->second.seq,
                           m_epoch, publish.request.clientMessageId});
}

Expected<void> PublishTurn::writeTails(MessageLog &log)
{
    for (const auto &[group, tail] : m_tails) {
        if (const auto set = log.setLast({group->id, tail.seq, tail.time}); !set)
            return set;
    }
    return {};
}

void PublishTurn::answer(Outbox &outbox,
                         const std::function<std::optional<Error>(const chat::Message &)> &failure) const
{
    for (std::size_t i = 0; i < m_waiting.size(); ++i) {
        const Decision &decision = m_decisions[i];
        if (decision.answer) {
            outbox.complete(m_waiting[i].reply, *decision.answer);
            continue;
        }
        const chat::Message &message = (*m_messages)[decision.message];
        if (auto error = failure(message))
            outbox.complete(m_waiting[i].reply, tl::unexpected(std::move(*error)));
        else if (decision.conflict)
            outbox.complete(m_waiting[i].reply, tl::unexpected(conflict()));
        else
            outbox.complete(
                m_waiting[i].reply,
                chat::MessageReceipt{message.groupId, message.seq, message.epoch, message.sendTime});
    }
}

void PublishTurn::logTraced() const
{
    for (std::size_t i = 0; i < m_waiting.size(); ++i) {
        if (m_decisions[i].isNew)
            logDelivered((*m_messages)[m_decisions[i].message], m_waiting[i].request.trace);
    }
}

void PublishTurn::answerAll(Outbox &outbox, const Error &error) const
{
    for (const WaitingPublish &publish : m_waiting)
        outbox.complete(publish.reply, tl::unexpected(error));
}

} // namespace nextchat::broker
