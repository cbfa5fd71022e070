// SPDX-License-Identifier: MIT
#include "server/chat/watchers.h"

#include "server/chat/chatlog.h"
#include "server/chat/groupmember.h"

namespace nextchat::chat {

void Watchers::add(GroupMember &member)
{
    auto &members = m_groups[member.groupId()].members;
    member.m_watcherIndex = members.size();
    members.push_back(&member);
}

void Watchers::remove(GroupMember &member)
{
    auto &members = m_groups.at(member.groupId()).members;
    members.back()->m_watcherIndex = member.m_watcherIndex;
    members[member.m_watcherIndex] = members.back();
    members.pop_back();
    if (members.empty())
        settleBehind(member.groupId());
}

QCoro::Task<Expected<void>> Watchers::settled(const QString &groupId)
{
    return settle(shared_from_this(), groupId);
}

void Watchers::settleBehind(const QString &groupId)
{
    auto behind = [](std::shared_ptr<Watchers> self, QString group) -> QCoro::Task<> {
        if (const auto settled = co_await settle(std::move(self), group); !settled)
            qCInfo(chatLog, "the broker still has to learn who watches: %s",
                   qUtf8Printable(settled.error().message));
    };
    behind(shared_from_this(), groupId);
}

QCoro::Task<Expected<void>> Watchers::settle(std::shared_ptr<Watchers> self, QString groupId)
{
    Group &group = self->m_groups[groupId]; // stays as long as somebody settles
    ++group.settling;
    Expected<void> told;
    {
        const auto pass = co_await group.turnstile.enter();
        const bool wanted = !group.members.empty();
        if (group.reported != wanted) {
            group.reported.reset();
            told = co_await self->m_broker.watch(self->listener, groupId, wanted);
            if (told)
                group.reported = wanted;
        }
    }
    if (--group.settling == 0 && group.members.empty() && group.reported == false)
        self->m_groups.erase(groupId);
    co_return told;
}

void Watchers::tell(const QString &groupId, const QString &userId, const signalr::HubMessage &call)
{
    const auto found = m_groups.find(groupId);
    if (found == m_groups.end())
        return;
    auto &members = found->second.members;
    if (members.empty()) {
        if (found->second.settling == 0) // an earlier call failed
            settleBehind(groupId);
        return;
    }
    const signalr::Broadcast broadcast({call});
    // From the back, as in Audience::deliver(); the last one to go may take the list with it.
    for (std::size_t left = members.size(); left > 0; --left) {
        GroupMember &member = *members[left - 1];
        if (member.userId() != userId)
            member.m_connection.send(broadcast);
    }
}

} // namespace nextchat::chat
