// SPDX-License-Identifier: MIT
#include "server/broker/groupregistry.h"

namespace nextchat::broker {

LocalGroup *GroupRegistry::find(const QString &groupId)
{
    const auto found = m_groups.find(groupId);
    return found == m_groups.end() ? nullptr : &found->second;
}

LocalGroup &GroupRegistry::add(const QString &groupId, qint64 lastSeq, qint64 lastTime)
{
    const auto [group, isNew] = m_groups.try_emplace(groupId);
    if (isNew) {
        group->second.id = groupId;
        group->second.lastSeq = lastSeq;
        group->second.lastTime = lastTime;
        m_byBytes.emplace(groupId.toUtf8(), &group->second);
    }
    return group->second;
}

QStringList GroupRegistry::list(const QString &prefix, const QString &after, int limit) const
{
    const QByteArray prefixBytes = prefix.toUtf8();
    auto group = m_byBytes.lower_bound(prefixBytes);
    if (!after.isNull()) {
        const QByteArray afterBytes = after.toUtf8();
        if (afterBytes >= prefixBytes)
            group = m_byBytes.upper_bound(afterBytes);
    }
    QStringList result;
    for (; group != m_byBytes.end() && group->first.startsWith(prefixBytes); ++group) {
        if (limit > 0 && result.size() >= limit)
            break;
        result.append(group->second->id);
    }
    return result;
}

void GroupRegistry::forEach(const std::function<void(LocalGroup &)> &call)
{
    for (auto &[id, group] : m_groups)
        call(group);
}

QStringList sortedByBytes(const QStringList &ids)
{
    std::vector<std::pair<QByteArray, const QString *>> keyed;
    keyed.reserve(static_cast<std::size_t>(ids.size()));
    for (const QString &id : ids)
        keyed.emplace_back(id.toUtf8(), &id);
    std::sort(keyed.begin(), keyed.end());
    QStringList result;
    result.reserve(ids.size());
    for (const auto &[bytes, id] : keyed)
        result.append(*id);
    return result;
}

} // namespace nextchat::broker
