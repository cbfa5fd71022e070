// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagebroker.h"
#include "server/signalr/hubconnectioncontext.h"

#include <memory>
#include <unordered_map>
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

    // Keeps what arrives from now on.
    void hold() { m_holding = true; }
    // Sends what was kept above `afterSeq`, and from now on everything above it.
    void release(qint64 afterSeq);

    broker::Membership membership; // what the broker knows it by
    bool wantsEpochs = false; // the connection uses methods of contract.md 1.2

private:
    friend class Audience;

    Audience &m_audience;
    signalr::HubConnectionContext &m_connection;
    QString m_groupId;
    std::size_t m_index = 0; // in the audience's list of the group
    bool m_holding = true;
    qint64 m_lastSeq = 0; // the highest that was sent, or handed over as history
    std::vector<Message> m_held;
    qsizetype m_heldBytes = 0; // an estimate
};

// The members that the connections of one I/O thread are, by group, and the way of messages to them: a batch
// is encoded once per protocol, and each member gets the same bytes. Lives in that thread.
class Audience final : public broker::BrokerListener
{
public:
    // More than `heldBytes` of messages kept for one member closes its connection; 0: any number.
    explicit Audience(qsizetype heldBytes);
    ~Audience() override;

    void messagesArrived(const std::shared_ptr<const broker::MessageBatch> &batch) override;
    void memberJoined(const QString &, const QString &) override { }
    void memberLeft(const QString &, const QString &) override { }
    void typing(const QString &, const QString &) override { }
    void epochBegan(const QString &groupId, const QString &epoch) override;

    // What broker::MessageBroker::attach() gave.
    int listener = -1;

private:
    friend class GroupMember;
    using Members = std::vector<GroupMember *>;

    // Consecutive messages of one group.
    using Run = std::vector<const Message *>;

    static void prefetch(const Members &members, std::size_t index);
    void deliver(Members &members, const Run &run);
    void hold(GroupMember &member, const Run &run);

    qsizetype m_heldBytes;
    std::unordered_map<QString, Members>
        m_groups; // only groups with members; references to the lists must stay valid
};

} // namespace nextchat::chat
