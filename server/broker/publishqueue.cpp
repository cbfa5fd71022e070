// SPDX-License-Identifier: MIT
#include "server/broker/publishqueue.h"

#include "common/chat/rules.h"
#include "server/broker/brokerlog.h"

namespace nextchat::broker {

namespace {

// Without a commit, before one is made to know that it can be. Well below StoreHealth::memory.
constexpr std::chrono::seconds silence{3};

Error unavailable()
{
    return {Error::Code::Unavailable, chat::texts::messagingUnavailable()};
}

Error unknownOutcome()
{
    return {Error::Code::UnknownOutcome, chat::texts::unknownOutcome()};
}

// Takes up to `count` from the front.
template <typename T> std::vector<T> takeFirst(std::vector<T> &from, std::size_t count)
{
    if (from.size() <= count)
        return std::exchange(from, {});
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<T> result(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
    return result;
}

} // namespace

PublishQueue::PublishQueue(const LocalBrokerOptions &options, QString epoch, std::unique_ptr<MessageLog> log,
                           GroupRegistry &groups, const ListenerTable &listeners, BrokerMetrics &metrics,
                           StoreHealth &health, std::atomic<int> &waiting)
    : m_options(options)
    , m_epoch(std::move(epoch))
    , m_log(std::move(log))
    , m_groups(groups)
    , m_listeners(listeners)
    , m_metrics(metrics)
    , m_health(health)
    , m_outbox(waiting, metrics)
{
    m_health.noteSuccess();
}

void PublishQueue::publish(PublishRequest request, PublishReply reply)
{
    LocalGroup *group = m_groups.find(request.groupId);
    const bool isMember = request.isJoined && group && group->places.has(request.senderId);
    m_publishes.push_back({std::move(request), std::move(reply), group, isMember});
    schedule();
}

void PublishQueue::createGroup(const QString &groupId, Reply<Expected<void>> reply)
{
    if (m_groups.find(groupId))
        return reply({});
    const auto waits = [&groupId](const WaitingCreate &create) { return create.groupId == groupId; };
    const auto isNew = std::none_of(m_creates.begin(), m_creates.end(), waits);
    const std::size_t count = m_groups.size() + m_creates.size();
    if (isNew && m_options.maximumGroups > 0 && count >= static_cast<std::size_t>(m_options.maximumGroups))
        return reply(failure(Error::Code::LimitReached, chat::texts::tooManyGroups()));
    m_creates.push_back({groupId, std::move(reply)});
    schedule();
}

// Posts behind what waits in the mailbox already: all of that goes into the same transaction.
void PublishQueue::schedule()
{
    if (std::exchange(m_isScheduled, true))
        return;
    Mailbox::current()->post([this, alive = std::weak_ptr(m_alive)] {
        if (alive.expired())
            return;
        m_isScheduled = false;
        commitOnce();
        if (!m_publishes.empty())
            schedule();
    });
}

void PublishQueue::commit()
{
    while (!m_publishes.empty() || !m_creates.empty())
        commitOnce();
}

void PublishQueue::commitOnce()
{
    const std::vector<WaitingCreate> creates = std::exchange(m_creates, {});
    PublishTurn turn(takeFirst(m_publishes, static_cast<std::size_t>(m_options.maximumBatch)), m_epoch,
                     m_options.clientIdWindow);
    if (!m_health.isUp()) {
        refuse(turn, creates);
    } else {
        switch (write(turn, creates)) {
        case MessageLog::Commit::Done:
            settle(turn, creates);
            break;
        case MessageLog::Commit::Undone:
            fail();
            answer(turn, creates, [](const chat::Message &) { return unavailable(); });
            break;
        case MessageLog::Commit::Doubtful:
            fail();
            settleDoubt(turn, creates);
            break;
        }
    }
    m_outbox.send();
}

void PublishQueue::refuse(const PublishTurn &turn, const std::vector<WaitingCreate> &creates)
{
    turn.answerAll(m_outbox, unavailable());
    for (const WaitingCreate &create : creates)
        create.reply(tl::unexpected(unavailable()));
}

MessageLog::Commit PublishQueue::write(PublishTurn &turn, const std::vector<WaitingCreate> &creates)
{
    const auto begun = std::chrono::steady_clock::now();
    const qint64 now = QDateTime::currentMSecsSinceEpoch() * 1000;
    Expected<void> done = m_log->begin();
    const bool isOpen = done.has_value();
    for (auto create = creates.begin(); done && create != creates.end(); ++create)
        done = m_log->addGroup(create->groupId, now);
    if (done)
        done = turn.write(*m_log);
    if (!done) {
        qCWarning(brokerLog).noquote() << "Writing messages failed:" << done.error().message;
        if (isOpen)
            m_log->rollback();
        return MessageLog::Commit::Undone;
    }
    m_hasWritten = true;
    const MessageLog::Commit result = m_log->commit();
    const auto took = std::chrono::steady_clock::now() - begun;
    m_metrics.commitSeconds.observe(std::chrono::duration<double>(took).count());
    m_metrics.commitMessages.observe(static_cast<double>(turn.messages()->size()));
    return result;
}

void PublishQueue::settle(const PublishTurn &turn, const std::vector<WaitingCreate> &creates)
{
    m_health.noteSuccess();
    for (const WaitingCreate &create : creates)
        m_groups.add(create.groupId, 0, 0);
    m_metrics.groups.set(static_cast<double>(m_groups.size()));
    std::set<LocalGroup *> touched;
    for (const auto &[group, tail] : turn.tails()) {
        group->lastSeq = tail.seq;
        group->lastTime = tail.time;
        touched.insert(group);
    }
    if (!turn.messages()->empty())
        deliver(turn.messages(), touched);
    turn.logTraced();
    m_metrics.published.add(turn.messages()->size());
    m_metrics.duplicates.add(static_cast<quint64>(turn.duplicates()));
    answer(turn, creates, [](const chat::Message &) { return std::nullopt; });
}

// Whether the transaction became durable is known only once another one was committed after it.
void PublishQueue::settleDoubt(const PublishTurn &turn, const std::vector<WaitingCreate> &creates)
{
    const bool isKnown = recover(); // also delivers what turns out to be stored
    answer(turn, creates, [&](const chat::Message &message) -> std::optional<Error> {
        if (!isKnown)
            return unknownOutcome();
        const LocalGroup *group = m_groups.find(message.groupId);
        return group->lastSeq >= message.seq ? std::nullopt : std::optional(unavailable());
    });
}

void PublishQueue::answer(const PublishTurn &turn, const std::vector<WaitingCreate> &creates,
                          const std::function<std::optional<Error>(const chat::Message &)> &failure)
{
    turn.answer(m_outbox, failure);
    for (const WaitingCreate &create : creates) {
        // Creating it again does no harm, so a doubt is no other answer.
        if (m_groups.find(create.groupId))
            create.reply({});
        else
            create.reply(tl::unexpected(unavailable()));
    }
}

void PublishQueue::deliver(const std::shared_ptr<const MessageBatch> &batch,
                           const std::set<LocalGroup *> &groups)
{
    std::set<int> listeners;
    for (const LocalGroup *group : groups)
        group->places.forEachListener([&listeners](int listener) { listeners.insert(listener); });
    for (const int listener : listeners) {
        if (const ListenerTable::Entry *entry = m_listeners.find(listener))
            m_outbox.deliver(entry->home, entry->listener, batch);
    }
}

void PublishQueue::fail()
{
    m_metrics.commitFailures.add();
    m_health.noteFailure();
    m_log->setPatience(std::chrono::milliseconds(0)); // probes must not hold up joins and leaves
    qCCritical(brokerLog) << "The database can't be written to; messages are refused until it can.";
}

void PublishQueue::probe()
{
    if (!m_health.isUp()) {
        (void)recover();
        m_outbox.send(); // what turned out to be stored
        return;
    }
    if (m_health.age() < silence)
        return; // a commit was probe enough
    // A write that is committed, or a full disk would be found by the first message.
    if (!m_log->probe())
        return fail();
    m_health.noteSuccess();
}

bool PublishQueue::recover()
{
    if (!m_log->probe() || !catchUp())
        return false;
    m_log->setPatience(m_options.lockPatience);
    m_health.noteSuccess();
    qCInfo(brokerLog) << "The database can be written to again.";
    return true;
}

Expected<void> PublishQueue::catchUp()
{
    const auto stored = m_log->groups(true);
    if (!stored)
        return tl::unexpected(stored.error());
    for (const MessageLog::StoredGroup &one : *stored) {
        LocalGroup &group = m_groups.add(one.id, 0, 0);
        if (one.lastSeq <= group.lastSeq)
            continue;
        auto missed = m_log->messagesAfter(group.id, group.lastSeq);
        if (!missed)
            return tl::unexpected(missed.error());
        group.lastSeq = one.lastSeq;
        group.lastTime = std::max(group.lastTime, one.lastTime);
        m_metrics.published.add(missed->size());
        if (!missed->empty())
            deliver(std::make_shared<const MessageBatch>(std::move(*missed)), {&group});
    }
    m_metrics.groups.set(static_cast<double>(m_groups.size()));
    return {};
}

} // namespace nextchat::broker
