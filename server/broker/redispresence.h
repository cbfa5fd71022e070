// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redispartition.h"

#include <map>
#include <set>

namespace nextchat::broker {

// Who watches the groups of one Redis on this server, and what Redis publishes of them: who joined, left or
// types. Subscribed only while somebody watches. What was missed while Redis was away shows when the members
// are compared. Belongs to the broker's thread.
class RedisPresence
{
public:
    RedisPresence(RedisShared &shared, RedisShard &shard, redis::Link &link);

    ~RedisPresence(); // answers who waits

    // As in MessageBroker.
    [[nodiscard]] QCoro::Task<Expected<void>> watch(RedisPartition &partition, int listener, QString groupId,
                                                    bool on);
    void dropListener(int listener);

    // The link is up, or down.
    void connected();
    void disconnected();

    // Whether it heard itself within the last seconds.
    [[nodiscard]] bool isHeard() const;
    // Publishes to itself, and notices when that is not heard.
    void tick();

private:
    struct Watched
    {
        RedisPartition *partition = nullptr;
        std::vector<int> listeners;
        std::set<QString> members; // as the listeners know them
        bool isKnown = false; // the members were read since it was subscribed
        std::vector<Reply<Expected<void>>> waiting; // for that
    };

    void subscribe(const QString &groupId);
    QCoro::Task<> compare(QString groupId);
    void settle(const QString &groupId, const Expected<QStringList> &members);
    void end(const QString &groupId);
    void heard(const QString &groupId, std::string_view event);
    void joined(const QString &groupId, Watched &watched, const QString &userId);
    void left(const QString &groupId, Watched &watched, const QString &userId);
    template <typename Say> void tell(const Watched &watched, const Say &say);

    RedisShared &m_shared;
    RedisShard &m_shard;
    redis::Link &m_link;
    std::map<QString, Watched> m_groups;
    const QByteArray m_ownChannel;
    std::chrono::steady_clock::time_point m_lastHeard; // of itself
    int m_ticks = 0;
};

} // namespace nextchat::broker
