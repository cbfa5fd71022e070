// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagebroker.h"
#include "server/chat/turnstile.h"
#include "server/signalr/broadcast.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace nextchat::chat {

class GroupMember;

// The members of one I/O thread that watch their groups (contract.md 1.2, Watch). The broker is asked to
// report a group while it has a watcher here: its calls take time, so they go one after the other per group,
// and each says what is wanted when its turn comes. Lives in that thread; a call under way keeps it.
class Watchers : public std::enable_shared_from_this<Watchers>
{
public:
    // The broker outlives this.
    explicit Watchers(broker::MessageBroker &broker)
        : m_broker(broker)
    { }

    int listener = -1; // as whom to ask the broker

    void add(GroupMember &member); // settled() is still to be called
    void remove(GroupMember &member);

    // Has the broker know whether the group has watchers, and waits for it. Its error when it could not be
    // told; the next call, or a report that nobody wants, tries again.
    [[nodiscard]] QCoro::Task<Expected<void>> settled(const QString &groupId);

    // Sends the call to all watchers of the group but the user's own connections: what one does oneself is no
    // news.
    void tell(const QString &groupId, const QString &userId, const signalr::HubMessage &call);

private:
    struct Group
    {
        std::vector<GroupMember *> members;
        Turnstile turnstile;
        std::optional<bool> reported = false; // what the broker does; nothing: not known
        int settling = 0; // calls of settle()
    };

    void settleBehind(const QString &groupId);
    static QCoro::Task<Expected<void>> settle(std::shared_ptr<Watchers> self, QString groupId);

    broker::MessageBroker &m_broker;
    std::unordered_map<QString, Group> m_groups; // with watchers, or not settled
};

} // namespace nextchat::chat
