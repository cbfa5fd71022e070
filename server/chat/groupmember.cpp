// SPDX-License-Identifier: MIT
#include "server/chat/groupmember.h"

#include "server/chat/audience.h"
#include "server/chat/clientcalls.h"

namespace nextchat::chat {

GroupMember::GroupMember(Audience &audience, signalr::HubConnectionContext &connection, QString groupId)
    : m_audience(audience)
    , m_connection(connection)
    , m_groupId(std::move(groupId))
{
    m_audience.add(*this);
}

GroupMember::~GroupMember()
{
    setWatching(false);
    m_audience.remove(*this);
}

void GroupMember::release(qint64 afterSeq)
{
    m_holding = false;
    m_lastSeq = std::max(m_lastSeq, afterSeq);
    m_heldBytes = 0;
    const std::vector<Held> held = std::exchange(m_held, {});
    // An epoch that the client knows is no news, and those before it are none either.
    const auto known = std::find(held.rbegin(), held.rend(), Held(m_epoch)).base();
    signalr::HubConnectionContext &connection = m_connection;
    for (auto item = held.begin(); item != held.end(); ++item) {
        if (const auto *message = std::get_if<Message>(&*item)) {
            if (message->seq <= m_lastSeq)
                continue;
            m_lastSeq = message->seq;
            connection.send(onMessage(*message));
        } else if (item >= known) {
            const auto &epoch = std::get<QString>(*item);
            beginEpoch(epoch, signalr::Broadcast({onEpoch(m_groupId, epoch)}));
        }
        if (!connection.isOpen())
            return; // this object is gone
    }
}

void GroupMember::beginEpoch(const QString &epoch, const signalr::Broadcast &onEpoch)
{
    if (std::exchange(m_epoch, epoch) != epoch && wantsEpochs)
        m_connection.send(onEpoch);
}

void GroupMember::setWatching(bool on)
{
    if (std::exchange(m_watching, on) == on)
        return;
    if (on)
        m_audience.watchers().add(*this);
    else
        m_audience.watchers().remove(*this);
}

} // namespace nextchat::chat
