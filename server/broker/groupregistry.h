// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/places.h"

#include <QByteArray>

#include <map>
#include <unordered_map>

namespace nextchat::broker {

// One group as the broker's thread knows it.
struct LocalGroup
{
    QString id;
    qint64 lastSeq = 0; // of the last message that is committed and delivered
    qint64 lastTime = 0; // its sendTime, microseconds since 1970-01-01 UTC
    Places places;
    std::vector<int> watchers; // listeners
};

// All groups, found by id and listed in the order of their UTF-8 bytes. Groups stay where they are for as
// long as this lives. Belongs to the broker's thread.
class GroupRegistry
{
public:
    [[nodiscard]] LocalGroup *find(const QString &groupId);
    [[nodiscard]] std::size_t size() const { return m_groups.size(); }

    LocalGroup &add(const QString &groupId, qint64 lastSeq, qint64 lastTime); // no effect when it exists

    // As MessageBroker::groups().
    [[nodiscard]] QStringList list(const QString &prefix, const QString &after, int limit) const;

    void forEach(const std::function<void(LocalGroup &)> &call);

private:
    std::unordered_map<QString, LocalGroup> m_groups; // node-based: pointers to groups stay valid
    std::map<QByteArray, const LocalGroup *> m_byBytes;
};

// In the order of their UTF-8 bytes, which is not that of QString.
[[nodiscard]] QStringList sortedByBytes(const QStringList &ids);

} // namespace nextchat::broker
