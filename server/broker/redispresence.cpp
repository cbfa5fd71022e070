// SPDX-License-Identifier: MIT
#include "server/broker/redispresence.h"

#include "common/chat/rules.h"
#include "server/broker/exactutf8.h"

namespace nextchat::broker {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int ticksPerProbe = 10;
constexpr auto heardMemory = 2500ms; // two probes
constexpr auto silence = 5s; // then the connection is taken for dead

tl::unexpected<Error> unavailable()
{
    return failure(Error::Code::Unavailable, chat::texts::messagingUnavailable());
}

} // namespace

RedisPresence::RedisPresence(RedisShared &shared, RedisShard &shard, redis::Link &link)
    : m_shared(shared)
    , m_shard(shard)
    , m_link(link)
    , m_ownChannel(shared.options.prefix.toUtf8() + ":server:" + shared.serverId)
{ }

RedisPresence::~RedisPresence()
{
    for (auto &[groupId, watched] : m_groups) {
        for (const auto &reply : watched.waiting)
            reply.answerHere(unavailable());
    }
}

QCoro::Task<Expected<void>> RedisPresence::watch(RedisPartition &partition, int listener, QString groupId,
                                                 bool on)
{
    if (!on) {
        if (const auto watched = m_groups.find(groupId); watched != m_groups.end())
            std::erase(watched->second.listeners, listener);
        end(groupId);
        co_return Expected<void>();
    }
    if (!m_link.isReady())
        co_return unavailable();
    Watched &watched = m_groups[groupId];
    const bool isNew = !std::exchange(watched.partition, &partition);
    if (std::find(watched.listeners.begin(), watched.listeners.end(), listener) == watched.listeners.end())
        watched.listeners.push_back(listener);
    if (watched.isKnown)
        co_return Expected<void>();
    auto wait = [&watched](Reply<Expected<void>> reply) { watched.waiting.push_back(std::move(reply)); };
    if (isNew)
        subscribe(groupId);
    // Named: g++ 12 destroys a temporary twice. Nothing of this object may follow.
    co_return co_await ask<Expected<void>>(std::move(wait));
}

void RedisPresence::subscribe(const QString &groupId)
{
    const QByteArray channel = m_groups.at(groupId).partition->keys().events(groupId.toUtf8());
    m_link.subscribe(view(channel), [this, groupId](std::string_view payload, bool isSubscription) {
        if (isSubscription)
            compare(groupId);
        else
            heard(groupId, payload);
    });
}

// What was published before this is in what is read; what is published later is heard.
QCoro::Task<> RedisPresence::compare(QString groupId)
{
    const auto found = m_groups.find(groupId);
    if (found == m_groups.end())
        co_return;
    const auto members = co_await found->second.partition->membership().members(groupId);
    settle(groupId, members);
}

void RedisPresence::settle(const QString &groupId, const Expected<QStringList> &members)
{
    const auto found = m_groups.find(groupId);
    if (found == m_groups.end())
        return;
    Watched &watched = found->second;
    const auto waiting = std::exchange(watched.waiting, {});
    if (!members) {
        if (!waiting.empty())
            watched.listeners.clear();
        end(groupId);
        for (const auto &reply : waiting)
            reply.answerHere(tl::unexpected(members.error()));
        return;
    }
    const std::set<QString> now(members->begin(), members->end());
    if (waiting.empty()) { // they were known before Redis was away
        const std::set<QString> before = watched.members;
        for (const QString &userId : before) {
            if (!now.contains(userId))
                left(groupId, watched, userId);
        }
        for (const QString &userId : now)
            joined(groupId, watched, userId);
    }
    watched.members = now;
    watched.isKnown = true;
    for (const auto &reply : waiting)
        reply.answerHere(Expected<void>());
}

void RedisPresence::dropListener(int listener)
{
    QStringList groupIds;
    for (auto &[groupId, watched] : m_groups) {
        if (std::erase(watched.listeners, listener) > 0)
            groupIds.append(groupId);
    }
    for (const QString &groupId : groupIds)
        end(groupId);
}

void RedisPresence::end(const QString &groupId)
{
    const auto found = m_groups.find(groupId);
    if (found == m_groups.end() || !found->second.listeners.empty())
        return;
    const QByteArray channel = found->second.partition->keys().events(groupId.toUtf8());
    m_link.unsubscribe(view(channel));
    const auto waiting = std::move(found->second.waiting);
    m_groups.erase(found);
    for (const auto &reply : waiting)
        reply.answerHere(unavailable());
}

// --- the connection ---

void RedisPresence::connected()
{
    m_lastHeard = Clock::now();
    m_link.subscribe(view(m_ownChannel), [this](std::string_view, bool) { m_lastHeard = Clock::now(); });
    for (auto &[groupId, watched] : m_groups)
        subscribe(groupId);
}

void RedisPresence::disconnected()
{
    QStringList groupIds;
    for (auto &[groupId, watched] : m_groups) {
        watched.isKnown = false;
        if (!watched.waiting.empty())
            groupIds.append(groupId);
    }
    for (const QString &groupId : groupIds)
        settle(groupId, unavailable());
}

bool RedisPresence::isHeard() const
{
    return m_link.isReady() && Clock::now() - m_lastHeard < heardMemory;
}

void RedisPresence::tick()
{
    if (!m_link.isReady() || ++m_ticks % ticksPerProbe != 0)
        return;
    if (Clock::now() - m_lastHeard > silence && m_shard.isUsable()) {
        m_lastHeard = Clock::now();
        return m_link.reconnect(QStringLiteral("is silent"));
    }
    m_shard.command({"PUBLISH", m_ownChannel, ""});
}

// --- what is heard ---

void RedisPresence::heard(const QString &groupId, std::string_view event)
{
    const auto found = m_groups.find(groupId);
    if (found == m_groups.end() || event.empty())
        return;
    const QString userId = fromExactUtf8(event.substr(1)).value_or(QString());
    if (!chat::isValidId(userId))
        return; // published by someone else
    Watched &watched = found->second;
    if (event.front() == 'j')
        joined(groupId, watched, userId);
    else if (event.front() == 'l')
        left(groupId, watched, userId);
    else if (event.front() == 't')
        tell(watched, [groupId, userId](BrokerListener &listener) { listener.typing(groupId, userId); });
}

void RedisPresence::joined(const QString &groupId, Watched &watched, const QString &userId)
{
    if (watched.members.insert(userId).second)
        tell(watched,
             [groupId, userId](BrokerListener &listener) { listener.memberJoined(groupId, userId); });
}

void RedisPresence::left(const QString &groupId, Watched &watched, const QString &userId)
{
    if (watched.members.erase(userId) > 0)
        tell(watched, [groupId, userId](BrokerListener &listener) { listener.memberLeft(groupId, userId); });
}

template <typename Say> void RedisPresence::tell(const Watched &watched, const Say &say)
{
    for (const int listener : watched.listeners)
        m_shared.listeners.post(listener, say);
}

} // namespace nextchat::broker
