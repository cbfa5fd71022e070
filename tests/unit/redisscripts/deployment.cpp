// SPDX-License-Identifier: MIT
#include "deployment.h"

namespace nextchat::test {

namespace {

QByteArray number(qint64 value)
{
    return QByteArray::number(value);
}

} // namespace

Deployment::Deployment()
{
    if (!m_redis.start())
        qFatal("redis-server can't be started");
}

Deployment::~Deployment() = default;

Deployment::Words Deployment::run(const broker::BrokerScripts::Script &script, const Words &keys,
                                  const Words &arguments)
{
    const Words command = Words{"EVAL", script.text(true), number(keys.size())} + keys + arguments;
    const RedisAnswer answer = m_redis.ask(command);
    return answer.isError() ? Words{"error", answer.text} : answer.toList();
}

Deployment::Words Deployment::open(const QByteArray &identity, const QByteArray &previous,
                                   const QByteArray &memory, const Words &known, const QByteArray &layout,
                                   const QByteArray &history)
{
    const Words answer = run(m_scripts.open, {m_keys.meta(), m_keys.log(), m_keys.seq(), m_keys.groups()},
                             Words{layout, identity, "suffix", "1000", previous, memory, history} + known);
    if (answer.value(0) == "OK")
        epoch = answer.value(1);
    return answer;
}

Deployment::Words Deployment::create(const QByteArray &group, bool isFull)
{
    return run(m_scripts.create, {m_keys.meta(), m_keys.log(), m_keys.seq(), m_keys.groups()},
               {epoch, group, isFull ? "1" : "0"});
}

Deployment::Words Deployment::join(const QByteArray &server, const QByteArray &group, const QByteArray &user,
                                   int joinId, int most)
{
    return run(m_scripts.join,
               {m_keys.meta(), m_keys.seq(), m_keys.members(group), m_keys.servers(), m_keys.held(server)},
               {epoch, server, group, user, number(joinId), number(most), m_keys.events(group)});
}

Deployment::Words Deployment::leave(const QByteArray &server, const QByteArray &group, const QByteArray &user,
                                    int joinId, const QByteArray &how)
{
    return run(m_scripts.leave, {m_keys.members(group), m_keys.held(server)},
               {server, group, user, number(joinId), how, m_keys.events(group)});
}

Deployment::Words Deployment::members(const QByteArray &group)
{
    Words answer = run(m_scripts.members, {m_keys.seq(), m_keys.members(group)}, {group});
    std::sort(answer.begin() + 1, answer.end());
    return answer;
}

Deployment::Words Deployment::renew(const QByteArray &server, qint64 leaseMs)
{
    return run(m_scripts.renew, {m_keys.servers(), m_keys.meta()}, {server, number(leaseMs * 1000)});
}

Deployment::Words Deployment::reap(const QByteArray &server)
{
    return run(m_scripts.reap, {m_keys.meta(), m_keys.servers(), m_keys.held(server)},
               {server, m_keys.prefix(), "2"});
}

Deployment::Words Deployment::assertPlaces(const QByteArray &server, const Words &quadruples, int most,
                                           int fence)
{
    return run(m_scripts.assertPlaces, {m_keys.meta(), m_keys.seq(), m_keys.servers(), m_keys.held(server)},
               Words{epoch, server, m_keys.prefix(), number(most), "30000000", number(fence)} + quadruples);
}

Deployment::Words Deployment::publish(const Publish &request)
{
    const QByteArray sent = request.clientId.isEmpty()
        ? m_keys.own(request.server, request.ownId)
        : m_keys.sent(request.group, request.sender, request.clientId);
    return run(m_scripts.publish,
               {m_keys.meta(), m_keys.log(), m_keys.seq(), m_keys.members(request.group),
                m_keys.tail(request.group), sent},
               {epoch, request.server, request.group, request.sender, request.text, request.clientId, "60000",
                request.looksUp ? "1" : "0", number(request.notAfter), number(request.tailLength),
                number(request.tailTime), number(request.maximumBacklog), request.isJoined ? "1" : "0",
                m_keys.entries(), request.trace});
}

Deployment::Words Deployment::recent(const QByteArray &group, qint64 after, const QByteArray &before,
                                     int limit, bool newest, qint64 bytes)
{
    return run(m_scripts.recent, {m_keys.seq(), m_keys.tail(group), m_keys.log()},
               {group, number(after), before, number(limit), number(bytes), newest ? "1" : "0"});
}

QByteArray Deployment::field(const QByteArray &hash, const QByteArray &name)
{
    return m_redis.ask({"HGET", hash, name}).text;
}

} // namespace nextchat::test
