// SPDX-License-Identifier: MIT
#pragma once

#include "server/chat/groupmember.h"
#include "server/chat/typinglimit.h"
#include "server/chat/watchers.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace nextchat::chat {

// The members that the connections of one I/O thread are, by group, and the way of messages to them: a batch
// is encoded once per protocol, and each member gets the same bytes. Lives in that thread.
class Audience final : public broker::BrokerListener
{
public:
    // More than `heldBytes` of messages kept for one member closes its connection; 0: any number.
    Audience(broker::MessageBroker &broker, qsizetype heldBytes);
    ~Audience() override;

    void messagesArrived(const std::shared_ptr<const broker::MessageBatch> &batch) override;
    void memberJoined(const QString &groupId, const QString &userId) override;
    void memberLeft(const QString &groupId, const QString &userId) override;
    void typing(const QString &groupId, const QString &userId) override;
    // Each member's client hears of an epoch once, and before the epoch's first message: at once, or in its
    // place behind what is held. Members without contract.md 1.2 are not told.
    void epochBegan(const QString &groupId, const QString &epoch) override;
    // The members' connections are asked to reconnect: every client reads back, or resumes, when it joins
    // again.
    void messagesMissed(const QString &groupId) override;
    void placeLost(const QString &groupId, const QString &userId) override;

    // What broker::MessageBroker::attach() gave.
    [[nodiscard]] int listener() const { return m_watchers->listener; }
    void setListener(int id) { m_watchers->listener = id; }

    [[nodiscard]] Watchers &watchers() { return *m_watchers; }

private:
    friend class GroupMember;
    using Members = std::vector<GroupMember *>;

    // Consecutive messages of one group.
    using Run = std::vector<const Message *>;

    void add(GroupMember &member);
    void remove(GroupMember &member);
    static void prefetch(const Members &members, std::size_t index);
    void deliver(Members &members, const Run &run);
    void hold(GroupMember &member, const Run &run);
    void limitHeld(GroupMember &member);
    template <typename Which> void askToReconnect(const QString &groupId, const Which &which);

    qsizetype m_heldBytes;
    std::unordered_map<QString, Members>
        m_groups; // only groups with members; references to the lists must stay valid
    std::shared_ptr<Watchers> m_watchers;
    TypingLimit m_typing; // of users on all threads and servers
};

} // namespace nextchat::chat
