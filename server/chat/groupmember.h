// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagebroker.h"
#include "server/signalr/hubconnectioncontext.h"

#include <variant>
#include <vector>

namespace nextchat::chat {

class Audience;

// One connection's being in one group, as its I/O thread knows it. Made holding: what arrives is kept until
// release(), so that history and live messages join without gap or double (design.md 5, "Join and resume").
class GroupMember
{
public:
    GroupMember(Audience &audience, signalr::HubConnectionContext &connection, QString groupId);
    ~GroupMember();
    GroupMember(const GroupMember &) = delete;
    GroupMember &operator=(const GroupMember &) = delete;

    [[nodiscard]] const QString &groupId() const { return m_groupId; }
    [[nodiscard]] const QString &userId() const { return m_connection.userId(); }

    // Keeps what arrives from now on.
    void hold() { m_holding = true; }
    // Sends what was kept, messages above `afterSeq` only, and from now on everything above it.
    void release(qint64 afterSeq);

    // The client learns of this epoch otherwise, or began in it: OnEpoch says it no more.
    void knowsEpoch(const QString &epoch) { m_epoch = epoch; }

    // Whether the connection gets what Watchers tell of the group.
    void setWatching(bool on);

    broker::Membership membership; // what the broker knows it by
    bool wantsEpochs = false; // the connection uses methods of contract.md 1.2

private:
    friend class Audience;
    friend class Watchers;

    // A message, or the epoch that began there.
    using Held = std::variant<Message, QString>;

    void beginEpoch(const QString &epoch, const signalr::Broadcast &onEpoch);

    Audience &m_audience;
    signalr::HubConnectionContext &m_connection;
    QString m_groupId;
    std::size_t m_index = 0; // in the audience's list of the group
    bool m_holding = true;
    qint64 m_lastSeq = 0; // the highest that was sent, or handed over as history
    QString m_epoch; // the last that the client knows of; null: none
    std::vector<Held> m_held; // in the order of their arrival
    qsizetype m_heldBytes = 0; // an estimate
    bool m_watching = false;
    std::size_t m_watcherIndex = 0; // in the watchers' list of the group
};

} // namespace nextchat::chat
