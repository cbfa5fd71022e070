// SPDX-License-Identifier: MIT
#include "server/broker/redismembership.h"

#include "common/chat/rules.h"
#include "server/broker/brokerlog.h"
#include "server/broker/groupregistry.h"

namespace nextchat::broker {

namespace {

constexpr int joinAttempts = 3; // an epoch or a lease may end while a join is under way
constexpr std::size_t assertedAtOnce = 250;

tl::unexpected<Error> unavailable()
{
    return failure(Error::Code::Unavailable, chat::texts::messagingUnavailable());
}

tl::unexpected<Error> unknownGroup(const QString &groupId)
{
    return failure(Error::Code::NotFound, chat::texts::unknownGroup(groupId));
}

} // namespace

RedisMembership::RedisMembership(RedisPartitionContext &context)
    : m_context(context)
{
    m_expiry.setSingleShot(true);
    m_expiry.callOnTimeout([this] { expire(); });
}

QCoro::Task<Expected<Joined>> RedisMembership::join(int listener, QString groupId, QString userId)
{
    for (int attempt = 0; attempt < joinAttempts; ++attempt) {
        if (!co_await opened(m_context))
            break;
        bool again = false;
        // Named: g++ 12 destroys a temporary twice.
        Membership membership{groupId, userId, ++m_context.shared.lastJoin, listener};
        auto joined = co_await tryJoin(std::move(membership), again);
        if (!again)
            co_return joined;
        m_context.reopen();
    }
    co_return unavailable();
}

// Steps 1 and 2 of design.md 5, "Join and resume": what comes of the group is held from before the script
// runs.
QCoro::Task<Expected<Joined>> RedisMembership::tryJoin(Membership membership, bool &again)
{
    const QString groupId = membership.groupId;
    const QByteArray group = groupId.toUtf8();
    const QByteArray epoch = m_context.epoch;
    const RedisKeys &keys = m_context.keys;
    m_context.places.begin(membership);
    m_context.tail.follow(groupId);
    std::vector<QByteArray> names = {keys.meta(), keys.seq(), keys.members(group), keys.servers(),
                                     keys.held(m_context.shared.serverId)};
    std::vector<QByteArray> arguments = {epoch,
                                         m_context.shared.serverId,
                                         group,
                                         membership.userId.toUtf8(),
                                         QByteArray::number(membership.joinId),
                                         QByteArray::number(m_context.shared.options.maximumMembers),
                                         keys.events(group)};
    const ScriptAnswer answer =
        co_await m_context.shard.call(m_context.shared.scripts.join, std::move(names), std::move(arguments));
    Joined joined; // named: g++ 12 destroys a temporary twice
    joined.epoch = QString::fromLatin1(epoch);
    joined.lastSeq = answer.number(1);
    if (answer.isDone() && answer.status() == "OK") {
        m_context.places.confirm({groupId, membership.userId, membership.joinId});
        m_context.tail.settle(groupId, joined.lastSeq, joined.epoch);
        joined.membership = std::move(membership);
        co_return joined;
    }
    if (answer.kind() == ScriptAnswer::Kind::Unknown)
        (void)m_context.places.end(membership, std::nullopt); // Redis is told when it is back
    else
        m_context.places.refuse(membership);
    unfollowIfUnused(groupId);
    if (!answer.isDone())
        co_return unavailable();
    if (answer.status() == "NOGROUP")
        co_return unknownGroup(groupId);
    if (answer.status() == "NOROOM") {
        joined.result = chat::GroupJoinResult::NoRoom;
        co_return joined;
    }
    again = true; // EPOCH, LEASE, LATE
    co_return unavailable();
}

QCoro::Task<Expected<void>> RedisMembership::leave(Membership membership, LeaveReason reason)
{
    std::optional<HeldPlaces::Clock::time_point> keepUntil;
    if (reason == LeaveReason::Lost)
        keepUntil = HeldPlaces::Clock::now() + m_context.shared.options.leaseDuration;
    (void)m_context.places.end(membership, keepUntil);
    unfollowIfUnused(membership.groupId);
    armTimer();
    co_await tell(membership.groupId, membership.userId);
    co_return Expected<void>();
}

void RedisMembership::dropListener(int listener)
{
    const auto until = HeldPlaces::Clock::now() + m_context.shared.options.leaseDuration;
    for (const auto &[groupId, userId] : m_context.places.dropListener(listener, until)) {
        unfollowIfUnused(groupId);
        tell(groupId, userId);
    }
    armTimer();
}

QCoro::Task<> RedisMembership::tell(QString groupId, QString userId)
{
    const auto state = m_context.places.state(groupId, userId);
    if (state == HeldPlaces::State::Joined)
        co_return; // another connection holds it
    const bool isKept = state == HeldPlaces::State::Kept;
    for (const Hold &hold : m_context.places.holds(groupId, userId))
        co_await tellOne(hold, isKept);
}

QCoro::Task<> RedisMembership::tellOne(Hold hold, bool isKept)
{
    const RedisKeys &keys = m_context.keys;
    const QByteArray group = hold.groupId.toUtf8();
    std::vector<QByteArray> names = {keys.members(group), keys.held(m_context.shared.serverId)};
    std::vector<QByteArray> arguments = {m_context.shared.serverId, group,
                                         hold.userId.toUtf8(),      QByteArray::number(hold.joinId),
                                         isKept ? "lost" : "left",  keys.events(group)};
    const ScriptAnswer answer =
        co_await m_context.shard.call(m_context.shared.scripts.leave, std::move(names), std::move(arguments));
    if (answer.kind() == ScriptAnswer::Kind::Done && !isKept)
        m_context.places.forget(hold);
}

void RedisMembership::tellRest()
{
    for (const Hold &hold : m_context.places.obsolete())
        tellOne(hold, false);
    for (const Hold &hold : m_context.places.current()) {
        if (m_context.places.state(hold.groupId, hold.userId) == HeldPlaces::State::Kept)
            tellOne(hold, true);
    }
}

void RedisMembership::expire()
{
    for (const auto &[groupId, userId] : m_context.places.expire(HeldPlaces::Clock::now()))
        tell(groupId, userId);
    armTimer();
}

void RedisMembership::armTimer()
{
    const auto next = m_context.places.nextExpiry();
    if (!next)
        return m_expiry.stop();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - HeldPlaces::Clock::now());
    m_expiry.start(std::max(left, std::chrono::milliseconds(0)));
}

void RedisMembership::unfollowIfUnused(const QString &groupId)
{
    if (!m_context.places.hasListeners(groupId))
        m_context.tail.unfollow(groupId);
}

QCoro::Task<Expected<QStringList>> RedisMembership::members(QString groupId)
{
    const QByteArray group = groupId.toUtf8();
    std::vector<QByteArray> names = {m_context.keys.seq(), m_context.keys.members(group)};
    std::vector<QByteArray> arguments = {group};
    const ScriptAnswer answer = co_await m_context.shard.call(m_context.shared.scripts.members,
                                                              std::move(names), std::move(arguments));
    if (answer.kind() != ScriptAnswer::Kind::Done)
        co_return unavailable();
    if (answer.status() != "OK")
        co_return unknownGroup(groupId);
    QStringList users;
    for (std::size_t i = 1; i < answer.size(); ++i)
        users.append(answer.text(i));
    co_return sortedByBytes(users);
}

QCoro::Task<RedisMembership::Asserted> RedisMembership::assertPlaces()
{
    const std::vector<Hold> holds = m_context.places.current();
    for (std::size_t i = 0; i < holds.size() || i == 0; i += assertedAtOnce) {
        const std::span all(holds);
        const auto some = all.subspan(i, std::min(assertedAtOnce, holds.size() - i));
        if (const Asserted asserted = co_await assertSome(some); asserted != Asserted::Yes)
            co_return asserted;
    }
    co_return Asserted::Yes;
}

QCoro::Task<RedisMembership::Asserted> RedisMembership::assertSome(std::span<const Hold> holds)
{
    const RedisKeys &keys = m_context.keys;
    const RedisBrokerOptions &options = m_context.shared.options;
    std::vector<QByteArray> names = {keys.meta(), keys.seq(), keys.servers(),
                                     keys.held(m_context.shared.serverId)};
    std::vector<QByteArray> arguments = {
        m_context.epoch,
        m_context.shared.serverId,
        keys.prefix(),
        QByteArray::number(options.maximumMembers),
        QByteArray::number(options.leaseDuration / std::chrono::microseconds(1)),
        QByteArray::number(m_context.shared.lastJoin + 1)};
    for (const Hold &hold : holds) {
        arguments.push_back(hold.groupId.toUtf8());
        arguments.push_back(hold.userId.toUtf8());
        arguments.push_back(QByteArray::number(hold.joinId));
        arguments.push_back(QByteArray::number(m_context.tail.lastSeq(hold.groupId)));
    }
    const auto sent = HeldPlaces::Clock::now();
    const ScriptAnswer answer = co_await m_context.shard.call(m_context.shared.scripts.assertPlaces,
                                                              std::move(names), std::move(arguments));
    if (answer.kind() != ScriptAnswer::Kind::Done)
        co_return Asserted::Failed;
    if (answer.status() == "BEHIND")
        co_return Asserted::Behind;
    if (answer.status() != "OK")
        co_return Asserted::OtherEpoch;
    m_context.leaseEnd = sent + options.leaseDuration; // the script renewed it
    std::vector<bool> hasRoom(holds.size(), true);
    for (std::size_t i = 1; i < answer.size(); ++i)
        hasRoom.at(static_cast<std::size_t>(answer.number(i))) = false;
    for (std::size_t i = 0; i < holds.size(); ++i)
        hasRoom[i] ? m_context.places.confirm(holds[i]) : evict(holds[i]);
    co_return Asserted::Yes;
}

// Its place was taken while this server could not defend it (design.md 5, "Membership").
void RedisMembership::evict(const Hold &hold)
{
    qCInfo(brokerLog) << "a member lost its place while this server could not renew its lease";
    m_context.shared.redisMetrics.evicted.add();
    m_context.places.forEachListener(hold.groupId, [this, &hold](int listener) {
        m_context.shared.listeners.post(
            listener, [hold](BrokerListener &one) { one.placeLost(hold.groupId, hold.userId); });
    });
    m_context.places.evict(hold.groupId, hold.userId);
    unfollowIfUnused(hold.groupId);
}

} // namespace nextchat::broker
