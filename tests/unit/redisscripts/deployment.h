// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/brokerscripts.h"
#include "server/broker/rediskeys.h"
#include "tests/support/redisserver.h"

namespace nextchat::test {

// One partition in a Redis, to which a test says what servers say: the broker's scripts, with their keys and
// arguments. Each answer is its list; `{"error", ...}` where Redis failed.
class Deployment
{
public:
    using Words = QByteArrayList;

    Deployment(); // starts Redis
    ~Deployment();

    [[nodiscard]] Words open(const QByteArray &identity = "run repl", const QByteArray &previous = {},
                             const QByteArray &memory = {}, const Words &known = {},
                             const QByteArray &layout = "1 16 1 0", const QByteArray &history = "none");
    [[nodiscard]] Words create(const QByteArray &group, bool isFull = false);
    // joinId "" : the next
    [[nodiscard]] Words join(const QByteArray &server, const QByteArray &group, const QByteArray &user,
                             int joinId, int most = 0);
    [[nodiscard]] Words leave(const QByteArray &server, const QByteArray &group, const QByteArray &user,
                              int joinId, const QByteArray &how = "left");
    [[nodiscard]] Words members(const QByteArray &group);
    [[nodiscard]] Words renew(const QByteArray &server, qint64 leaseMs = 30000);
    [[nodiscard]] Words reap(const QByteArray &server);
    [[nodiscard]] Words assertPlaces(const QByteArray &server, const Words &quadruples, int most = 0,
                                     int fence = 100);

    struct Publish
    {
        QByteArray server = "00aa";
        QByteArray group = "room";
        QByteArray sender = "ann";
        QByteArray text = "hello";
        QByteArray clientId = {};
        bool looksUp = true;
        qint64 notAfter = 9'000'000'000'000'000;
        int tailLength = 200;
        qint64 tailTime = 600000;
        qint64 maximumBacklog = 0;
        bool isJoined = true;
        QByteArray ownId = "1";
        QByteArray trace = {};
    };
    [[nodiscard]] Words publish(const Publish &request);
    [[nodiscard]] Words recent(const QByteArray &group, qint64 after, const QByteArray &before, int limit,
                               bool newest, qint64 bytes = 1'000'000);

    [[nodiscard]] Words run(const broker::BrokerScripts::Script &script, const Words &keys,
                            const Words &arguments);
    [[nodiscard]] RedisServer &redis() { return m_redis; }
    [[nodiscard]] const broker::RedisKeys &keys() const { return m_keys; }
    [[nodiscard]] const broker::BrokerScripts &scripts() const { return m_scripts; }
    [[nodiscard]] QByteArray field(const QByteArray &hash, const QByteArray &name);

    QByteArray epoch; // that of the last open()

private:
    RedisServer m_redis;
    const broker::RedisKeys m_keys{"test", 0};
    const broker::BrokerScripts m_scripts;
};

} // namespace nextchat::test
