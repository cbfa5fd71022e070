// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/rawhub.h"
#include "tests/support/redisserver.h"
#include "tests/support/serverprocess.h"

#include <QTest>

namespace nextchat::test {

// Of a server over that Redis (redis.url), with a short lease; `settings`: KEY=VALUE.
[[nodiscard]] inline QStringList redisArguments(const QString &redis, const QStringList &settings = {})
{
    using namespace Qt::StringLiterals;
    QStringList list{u"--redis"_s, redis,
                     u"--set"_s,   u"limits.callsPerSecond=0"_s,
                     u"--set"_s,   u"groups.leaseDuration=2s"_s};
    for (const QString &setting : settings)
        list += {u"--set"_s, setting};
    return list;
}

[[nodiscard]] inline QStringList membersOf(RawHub &hub, const QString &group)
{
    QStringList users;
    const QJsonArray found = hub.invoke(QStringLiteral("ListMembers"), {group}).value(u"result").toArray();
    for (const auto user : found)
        users.append(user.toString());
    return users;
}

// A Redis for each test, and servers over it.
class RedisServersFixture : public QObject
{
protected:
    void startRedis()
    {
        m_servers.clear();
        m_redis = std::make_unique<RedisServer>();
        QVERIFY(m_redis->start());
    }
    void startServers(int count, const QStringList &settings = {})
    {
        for (int i = 0; i < count; ++i) {
            m_servers.push_back(std::make_unique<ServerProcess>(redisArguments(m_redis->url(), settings)));
            QVERIFY2(m_servers.back()->start(), m_servers.back()->standardError().constData());
        }
    }
    [[nodiscard]] RawHub connect(int server, const QByteArray &user)
    {
        return RawHub(m_servers[std::size_t(server)]->port(), user);
    }
    // All of them are in the group "room" then.
    void meet(std::initializer_list<RawHub *> hubs)
    {
        const QString room = QStringLiteral("room");
        QCOMPARE((*hubs.begin())->errorOf(QStringLiteral("CreateGroup"), {room}), QString());
        for (RawHub *hub : hubs)
            QCOMPARE(hub->errorOf(QStringLiteral("JoinGroup"), {room}), QString());
    }

    std::unique_ptr<RedisServer> m_redis;
    std::vector<std::unique_ptr<ServerProcess>> m_servers;
};

} // namespace nextchat::test
