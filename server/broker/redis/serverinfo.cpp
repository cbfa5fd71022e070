// SPDX-License-Identifier: MIT
#include "server/broker/redis/serverinfo.h"

#include <QList>
#include <QMap>
#include <QStringList>

namespace nextchat::broker::redis {

using namespace Qt::StringLiterals;

ServerInfo ServerInfo::parse(std::string_view info)
{
    QMap<QByteArray, QByteArray> values;
    for (const QByteArray &line : QByteArray(info.data(), qsizetype(info.size())).split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            values.insert(line.left(colon), line.mid(colon + 1).trimmed());
    }
    ServerInfo result;
    result.runId = values.value("run_id");
    result.replicationId = values.value("master_replid");
    const QList<QByteArray> version = values.value("redis_version").split('.');
    result.majorVersion = version.value(0).toInt();
    result.minorVersion = version.value(1).toInt();
    result.isCluster = values.value("cluster_enabled") == "1" || values.value("redis_mode") == "cluster";
    result.isReplica = values.value("role") == "slave";
    result.replicas = values.value("connected_slaves").toInt();
    result.requiresReplicas = values.contains("min_slaves_good_slaves");
    result.keepsLog = values.value("aof_enabled") == "1";
    result.evicts = values.value("maxmemory_policy", "noeviction") != "noeviction";
    return result;
}

Expected<void> ServerInfo::check() const
{
    if (isCluster)
        return failure(Error::Code::Conflict,
                       u"is a Redis Cluster, which Next Chat does not use: give the URLs of several plain "
                       "Redis servers instead"_s);
    if (majorVersion < 6 || (majorVersion == 6 && minorVersion < 2))
        return failure(Error::Code::Conflict,
                       u"is version "_s % QString::number(majorVersion) % u'.' % QString::number(minorVersion)
                           % u"; 6.2 is the oldest that works");
    if (isReplica)
        return failure(Error::Code::Unavailable, u"is a replica, which takes no writes"_s);
    return {};
}

QStringList ServerInfo::warnings() const
{
    QStringList found;
    if (evicts)
        found.append(u"Redis throws data away when its memory is full; set maxmemory-policy noeviction."_s);
    if (!keepsLog)
        found.append(
            u"Redis keeps no append-only file, so that its restart loses messages; set appendonly yes."_s);
    if (replicas > 0 && !requiresReplicas)
        found.append(
            u"Redis has replicas, but goes on without them, so that a failover can lose messages; set "
            "min-replicas-to-write 1 and min-replicas-max-lag 10."_s);
    return found;
}

} // namespace nextchat::broker::redis
