// SPDX-License-Identifier: MIT
#include "server/broker/redispublisher.h"

#include "common/chat/rules.h"
#include "server/broker/messagearchive.h"

namespace nextchat::broker {

namespace {

constexpr std::chrono::milliseconds deadlineTick{50};

// When the epoch began, in microseconds by Redis' clock: its name begins with it (scripts/open.lua).
qint64 beginningOf(const QByteArray &epoch)
{
    return epoch.left(epoch.indexOf('-')).toLongLong(nullptr, 16);
}

} // namespace

Expected<chat::MessageReceipt> RedisPublisher::outcome(const Pending &pending)
{
    const bool isKnown = !pending.inFlight && !pending.maybeDone;
    return isKnown ? failure(Error::Code::Unavailable, chat::texts::messagingUnavailable())
                   : failure(Error::Code::UnknownOutcome, chat::texts::unknownOutcome());
}

RedisPublisher::RedisPublisher(RedisPartitionContext &context)
    : m_context(context)
{
    m_deadlines.callOnTimeout([this] { endOverdue(); });
}

RedisPublisher::~RedisPublisher()
{
    for (const Pending &pending : m_pending) {
        if (!pending.answered)
            m_context.shared.outbox.complete(pending.reply, outcome(pending));
    }
    m_context.shared.outbox.sendSoon();
}

void RedisPublisher::publish(PublishRequest request, PublishReply reply)
{
    Pending &pending = m_pending.emplace_back(Pending{std::move(request), std::move(reply)});
    pending.group = pending.request.groupId.toUtf8();
    pending.sender = pending.request.senderId.toUtf8();
    pending.text = pending.request.text.toUtf8();
    pending.id = pending.request.clientMessageId.isNull() ? QByteArray::number(++m_lastId)
                                                          : pending.request.clientMessageId.toUtf8();
    if (!m_deadlines.isActive())
        m_deadlines.start(deadlineTick);
    if (m_context.isOpen && !m_context.shard.refusesWrites())
        send(std::prev(m_pending.end()));
    else if (!m_context.isOpening)
        refuse(std::prev(m_pending.end()));
}

void RedisPublisher::resume()
{
    for (auto place = m_pending.begin(); place != m_pending.end(); ++place) {
        const bool isWaiting = place->number > 0 && place->epoch == m_context.epoch; // for the history
        if (!place->inFlight && !place->answered && !place->lookingUp && !isWaiting)
            send(place);
    }
}

void RedisPublisher::refuseUnsent()
{
    for (auto place = m_pending.begin(); place != m_pending.end();) {
        const auto next = std::next(place);
        if (!place->inFlight && !place->maybeDone)
            refuse(place);
        place = next;
    }
}

void RedisPublisher::send(Place place)
{
    if (mustLookUp(*place)) {
        lookUp(place);
        return;
    }
    const bool isOwnId = place->request.clientMessageId.isNull();
    // Redis may have lost it when it had been handed out, or stored: nobody could tell a second one by its
    // id.
    place->onlyAsks |= isOwnId && place->maybeDone && place->epoch != m_context.epoch;
    place->epoch = m_context.epoch;
    place->number = 0;
    const QByteArray sent = isOwnId ? m_context.keys.own(m_context.shared.serverId, place->id)
                                    : m_context.keys.sent(place->group, place->sender, place->id);
    const QByteArray members = m_context.keys.members(place->group);
    const QByteArray tail = m_context.keys.tail(place->group);
    const QByteArray notAfter = QByteArray::number(m_context.shard.redisTime(place->request.notAfter));
    const std::array<std::string_view, 6> keys = {view(m_context.keys.meta()),
                                                  view(m_context.keys.log()),
                                                  view(m_context.keys.seq()),
                                                  view(members),
                                                  view(tail),
                                                  view(sent)};
    const TraceContext &trace = place->request.trace;
    const std::array<std::string_view, 15> arguments = {
        view(place->epoch),
        view(m_context.shared.serverId),
        view(place->group),
        view(place->sender),
        view(place->text),
        isOwnId ? std::string_view() : view(place->id),
        isOwnId ? view(m_context.shared.ownIdWindow) : view(m_context.shared.clientIdWindow),
        isOwnId && !place->maybeDone ? "0" : "1",
        view(notAfter),
        view(m_context.shared.tailLength),
        view(m_context.shared.tailTime),
        view(m_context.shared.maximumBacklog),
        place->request.isJoined && !place->onlyAsks ? "1" : "0",
        view(m_context.keys.entries()),
        trace.isSampled() ? view(trace.text()) : std::string_view(),
    };
    place->inFlight = true;
    place->sentAt = std::chrono::steady_clock::now();
    m_context.shard.letListenersBeFirst();
    m_context.shard.run(m_context.shared.scripts.publish, keys, arguments,
                        [this, place](const ScriptAnswer &answer) { received(place, answer); });
}

// What Redis knew of client ids may have been lost with an earlier epoch (design.md 6).
bool RedisPublisher::mustLookUp(const Pending &pending) const
{
    if (!m_context.shared.options.archive || pending.request.clientMessageId.isNull()
        || pending.lookedUpIn == m_context.epoch)
        return false;
    const qint64 age =
        m_context.shard.redisTime(std::chrono::steady_clock::now()) - beginningOf(m_context.epoch);
    return age < m_context.shared.options.clientIdWindow / std::chrono::microseconds(1);
}

QCoro::Task<> RedisPublisher::lookUp(Place place)
{
    const QByteArray epoch = m_context.epoch;
    const PublishRequest &request = place->request;
    place->lookingUp = true;
    const auto found = co_await m_context.shared.options.archive->find(request.groupId, request.senderId,
                                                                       request.clientMessageId);
    place->lookingUp = false;
    if (place->answered) {
        m_pending.erase(place);
    } else if (!found) {
        refuse(place);
    } else if (*found) {
        m_context.shared.metrics.duplicates.add();
        if ((*found)->text == request.text)
            answer(place, (*found)->receipt);
        else
            answer(place, failure(Error::Code::Conflict, chat::texts::clientMessageIdReused()));
    } else {
        place->lookedUpIn = epoch;
        if (m_context.isOpen)
            send(place);
        else if (!m_context.isOpening)
            refuse(place);
    }
}

void RedisPublisher::received(Place place, const ScriptAnswer &answer)
{
    place->inFlight = false;
    if (place->answered) {
        m_pending.erase(place);
        return;
    }
    switch (answer.kind()) {
    case ScriptAnswer::Kind::Unknown:
        place->maybeDone = true; // it is sent again when the partition is open
        return;
    case ScriptAnswer::Kind::Refused:
        return refuse(place);
    case ScriptAnswer::Kind::Forgotten:
        return m_context.isOpen ? send(place) : refuse(place); // until its deadline
    case ScriptAnswer::Kind::Done:
        return decide(place, answer);
    }
}

void RedisPublisher::decide(Place place, const ScriptAnswer &answer)
{
    const std::string_view status = answer.status();
    if (status == "OK" || status == "KNOWN")
        accept(place, answer);
    else if (status == "EPOCH")
        m_context.reopen(); // it is sent again then
    else if (place->onlyAsks && (status == "NOTMEMBER" || status == "NOGROUP"))
        this->answer(place, outcome(*place)); // it is not there, or not there any more
    else if (status == "NOTMEMBER")
        decideMembership(place);
    else if (status == "NOGROUP")
        this->answer(place,
                     failure(Error::Code::NotFound, chat::texts::unknownGroup(place->request.groupId)));
    else if (status == "CONFLICT")
        this->answer(place, failure(Error::Code::Conflict, chat::texts::clientMessageIdReused()));
    else // LATE, FULL
        refuse(place);
}

// A place that others took while this server seemed gone may be had again.
void RedisPublisher::decideMembership(Place place)
{
    const bool isJoined = place->request.isJoined
        && m_context.places.state(place->request.groupId, place->request.senderId)
            == HeldPlaces::State::Joined;
    if (isJoined && !std::exchange(place->reasserted, true))
        return m_context.reopen();
    answer(place, failure(Error::Code::NotMember, chat::texts::notMember(place->request.groupId)));
}

void RedisPublisher::accept(Place place, const ScriptAnswer &answer)
{
    const bool isNew = answer.status() == "OK";
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - place->sentAt;
    m_context.shared.redisMetrics.publishSeconds.observe(took.count());
    m_context.shard.noteWritten();
    chat::MessageReceipt receipt;
    receipt.groupId = place->request.groupId;
    receipt.seq = answer.number(1);
    receipt.epoch = isNew ? QString::fromLatin1(place->epoch) : answer.text(2);
    receipt.sendTime = chat::Timestamp(std::chrono::microseconds(answer.number(isNew ? 2 : 3)));
    (isNew ? m_context.shared.metrics.published : m_context.shared.metrics.duplicates).add();
    using AcceptWhen = RedisBrokerOptions::AcceptWhen;
    switch (m_context.shared.options.acceptWhen) {
    case AcceptWhen::Written:
        return this->answer(place, std::move(receipt));
    case AcceptWhen::Replicated:
        return awaitReplica(place, receipt);
    case AcceptWhen::Stored:
        return awaitStore(place, receipt, answer.number(isNew ? 3 : 4));
    }
}

void RedisPublisher::awaitReplica(Place place, const chat::MessageReceipt &receipt)
{
    place->inFlight = true;
    m_context.shard.whenReplicated([this, place, receipt](bool isReplicated) {
        place->inFlight = false;
        place->maybeDone = true;
        if (place->answered)
            m_pending.erase(place);
        else if (isReplicated)
            this->answer(place, receipt);
        else
            this->answer(place, outcome(*place));
    });
}

// A new epoch may have lost the entry: then it is sent again, under the same id.
void RedisPublisher::awaitStore(Place place, const chat::MessageReceipt &receipt, qint64 number)
{
    if (m_storedEpoch == place->epoch && number <= m_stored)
        return answer(place, receipt);
    place->maybeDone = true;
    place->number = number;
    place->receipt = receipt;
}

void RedisPublisher::stored(const QByteArray &epoch, qint64 number)
{
    m_storedEpoch = epoch;
    m_stored = number;
    for (auto place = m_pending.begin(); place != m_pending.end();) {
        const auto next = std::next(place);
        if (place->number > 0 && place->number <= number && place->epoch == epoch && !place->answered)
            answer(place, place->receipt);
        place = next;
    }
}

void RedisPublisher::answer(Place place, Expected<chat::MessageReceipt> answer)
{
    m_context.shared.outbox.complete(place->reply, std::move(answer));
    m_context.shared.outbox.sendSoon();
    if (place->inFlight || place->lookingUp)
        place->answered = true;
    else
        m_pending.erase(place);
}

void RedisPublisher::refuse(Place place)
{
    if (!place->maybeDone)
        answer(place, outcome(*place));
}

void RedisPublisher::endOverdue()
{
    const auto now = std::chrono::steady_clock::now();
    bool isWaiting = false;
    for (auto place = m_pending.begin(); place != m_pending.end();) {
        const auto next = std::next(place);
        isWaiting |= !place->answered && place->request.notAfter > now;
        if (!place->answered && place->request.notAfter <= now)
            answer(place, outcome(*place));
        place = next;
    }
    if (!isWaiting)
        m_deadlines.stop();
}

} // namespace nextchat::broker
