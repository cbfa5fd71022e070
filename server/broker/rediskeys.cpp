// SPDX-License-Identifier: MIT
#include "server/broker/rediskeys.h"

namespace nextchat::broker {

RedisKeys::RedisKeys(const QByteArray &prefix, int partition)
    : m_prefix('{' + prefix + ':' + QByteArray::number(partition) + "}:")
    , m_log(m_prefix + "log")
    , m_meta(m_prefix + "meta")
    , m_seq(m_prefix + "seq")
    , m_groups(m_prefix + "groups")
    , m_servers(m_prefix + "servers")
    , m_entries(m_prefix + "entries")
{ }

int RedisKeys::partitionOf(const QByteArray &group, int partitions)
{
    constexpr quint64 offsetBasis = 0xcbf29ce484222325;
    constexpr quint64 prime = 0x100000001b3;
    quint64 hash = offsetBasis;
    for (const char byte : group)
        hash = (hash ^ static_cast<quint8>(byte)) * prime;
    return static_cast<int>(hash % static_cast<quint64>(partitions));
}

} // namespace nextchat::broker
