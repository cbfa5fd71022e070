// SPDX-License-Identifier: MIT
#include "server/chat/audience.h"

#include "server/chat/chatlog.h"
#include "server/chat/clientcalls.h"

#include <QHash>

namespace nextchat::chat {

namespace {

constexpr qsizetype frameBytes = 64 * 1024; // about as much leaves in one WebSocket frame
constexpr qsizetype overheadBytes = 300; // of a message beside its text, encoded
// A user's reports of typing from several threads or servers may arrive closer together than they were sent.
constexpr std::chrono::milliseconds typingJitter{250};

qsizetype encodedSize(const Message &message)
{
    return message.text.size() + overheadBytes; // ASCII mostly; only a bound for batching
}

} // namespace

// Fetches what the next members need from memory while this one is served: with 1,000 members each is far
// from the one before (measured: 2% of all CPU of a delivery).
void Audience::prefetch(const Members &members, std::size_t index)
{
    constexpr std::size_t connectionAhead = 2;
    constexpr std::size_t memberAhead = 4;
    if (index >= connectionAhead)
        __builtin_prefetch(&members[index - connectionAhead]->m_connection);
    if (index >= memberAhead)
        __builtin_prefetch(members[index - memberAhead]);
}

Audience::Audience(broker::MessageBroker &broker, qsizetype heldBytes)
    : m_heldBytes(heldBytes)
    , m_watchers(std::make_shared<Watchers>(broker))
    , m_typing(typingJitter)
{ }

Audience::~Audience() = default;

void Audience::add(GroupMember &member)
{
    auto &members = m_groups[member.m_groupId];
    member.m_index = members.size();
    members.push_back(&member);
}

void Audience::remove(GroupMember &member)
{
    const auto group = m_groups.find(member.m_groupId);
    auto &members = group->second;
    members.back()->m_index = member.m_index;
    members[member.m_index] = members.back();
    members.pop_back();
    if (members.empty())
        m_groups.erase(group);
}

void Audience::messagesArrived(const std::shared_ptr<const broker::MessageBatch> &batch)
{
    // The groups in the order of their first message, each with its messages in order, cut into frames.
    std::vector<std::pair<QString, Run>> runs;
    QHash<QString, std::pair<std::size_t, qsizetype>> open; // the run to append to, and its size
    for (const Message &message : *batch) {
        if (!m_groups.contains(message.groupId))
            continue;
        auto found = open.find(message.groupId);
        if (found == open.end() || found->second > frameBytes) {
            found = open.insert(message.groupId, {runs.size(), 0});
            runs.emplace_back(message.groupId, Run());
        }
        runs[found->first].second.push_back(&message);
        found->second += encodedSize(message);
    }
    for (const auto &[groupId, run] : runs) {
        const auto group = m_groups.find(groupId);
        if (group != m_groups.end()) // its last member may just have been closed
            deliver(group->second, run);
    }
}

void Audience::deliver(Members &members, const Run &run)
{
    std::vector<signalr::HubMessage> messages;
    messages.reserve(run.size());
    for (const Message *message : run)
        messages.push_back(onMessage(*message));
    const signalr::Broadcast broadcast(std::move(messages));
    const qint64 first = run.front()->seq;
    const qint64 last = run.back()->seq;
    // Sending may close a slow connection, which takes itself (only) out of the list: from the back, its
    // place is then taken by one that was served already. The last one to go takes the list with it.
    for (std::size_t left = members.size(); left > 0; --left) {
        GroupMember &member = *members[left - 1];
        prefetch(members, left - 1);
        if (member.m_holding) {
            hold(member, run);
        } else if (member.m_lastSeq < first) {
            member.m_lastSeq = last;
            member.m_connection.send(broadcast);
        } else if (member.m_lastSeq < last) {
            for (const Message *message : run) {
                if (message->seq > member.m_lastSeq)
                    member.m_held.emplace_back(*message);
            }
            member.release(member.m_lastSeq);
        }
    }
}

void Audience::hold(GroupMember &member, const Run &run)
{
    for (const Message *message : run) {
        member.m_held.emplace_back(*message);
        member.m_heldBytes += encodedSize(*message);
    }
    limitHeld(member);
}

void Audience::limitHeld(GroupMember &member)
{
    if (m_heldBytes > 0 && member.m_heldBytes > m_heldBytes) {
        qCInfo(chatLog, "connection %s waits for history while too much arrives; it is asked to reconnect",
               qUtf8Printable(member.m_connection.connectionId()));
        member.m_connection.close({}, true);
    }
}

void Audience::epochBegan(const QString &groupId, const QString &epoch)
{
    const auto group = m_groups.find(groupId);
    if (group == m_groups.end())
        return;
    const signalr::Broadcast broadcast({onEpoch(groupId, epoch)});
    Members &members = group->second;
    for (std::size_t left = members.size(); left > 0; --left) { // as in deliver()
        GroupMember &member = *members[left - 1];
        if (member.m_holding) {
            member.m_held.emplace_back(epoch);
            member.m_heldBytes += overheadBytes;
            limitHeld(member);
        } else {
            member.beginEpoch(epoch, broadcast);
        }
    }
}

template <typename Which> void Audience::askToReconnect(const QString &groupId, const Which &which)
{
    const auto group = m_groups.find(groupId);
    if (group == m_groups.end())
        return;
    Members &members = group->second;
    for (std::size_t left = members.size(); left > 0; --left) { // as in deliver()
        if (which(*members[left - 1]))
            members[left - 1]->m_connection.close({}, true);
    }
}

void Audience::messagesMissed(const QString &groupId)
{
    askToReconnect(groupId, [](const GroupMember &) { return true; });
}

void Audience::placeLost(const QString &groupId, const QString &userId)
{
    askToReconnect(groupId, [&userId](const GroupMember &member) { return member.userId() == userId; });
}

void Audience::memberJoined(const QString &groupId, const QString &userId)
{
    m_watchers->tell(groupId, userId, onMemberJoined(groupId, userId));
}

void Audience::memberLeft(const QString &groupId, const QString &userId)
{
    m_watchers->tell(groupId, userId, onMemberLeft(groupId, userId));
}

void Audience::typing(const QString &groupId, const QString &userId)
{
    if (m_typing.take(groupId, userId))
        m_watchers->tell(groupId, userId, onTyping(groupId, userId));
}

} // namespace nextchat::chat
