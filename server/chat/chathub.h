// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "server/broker/messagebroker.h"
#include "server/chat/audience.h"
#include "server/chat/chatmetrics.h"
#include "server/chat/chatoptions.h"
#include "server/chat/tokenbucket.h"
#include "server/chat/turnstile.h"
#include "server/history/historystore.h"
#include "server/signalr/hub.h"
#include "server/signalr/hubmethods.h"

#include <map>
#include <memory>

namespace nextchat::chat {

// What the chat hubs of one I/O thread work with; outlives them.
struct ChatServices
{
    broker::MessageBroker &broker;
    history::HistoryStore &history;
    Audience &audience;
    ChatMetrics &metrics;
    ChatOptions options;
    TypingLimit typing = TypingLimit(); // of the users of this thread
};

// The hub of contract.md 1: its methods are the contract's, with the shapes, limits and errors given there.
// One per connection.
class ChatHub final : public signalr::Hub
{
public:
    ChatHub(ChatServices &services, signalr::HubConnectionContext &connection);
    ~ChatHub() override;

    static void registerMethods(signalr::HubMethods &methods);

    void disconnected(signalr::DisconnectReason reason) override;
    [[nodiscard]] Expected<void> admit(const QString &method) override;
    [[nodiscard]] QString describeUnforeseen(const QString &method, const std::exception &thrown) override;

private:
    template <typename T> using Call = QCoro::Task<Expected<T>>;

    // contract.md 1.1
    Call<void> createGroup(QString groupId);
    Call<QList<Group>> listGroups();
    Call<GroupJoinResult> joinGroup(QString groupId);
    Call<void> leaveGroup(QString groupId);
    Call<void> sendMessage(QString groupId, QString text);

    // contract.md 1.2
    Call<MessageReceipt> postMessage(QString groupId, QString text, QString clientMessageId);
    Call<HistoryPage> getHistory(QString groupId, std::optional<qint64> beforeSeq, int limit);
    Call<SearchPage> searchHistory(QString groupId, QString text, std::optional<qint64> beforeSeq, int limit);
    Call<ResumeResult> resumeGroup(QString groupId, QString epoch, qint64 afterSeq);
    Call<void> streamHistory(signalr::StreamWriter<Message> writer, QString groupId, qint64 afterSeq);
    Call<QStringList> listMembers(QString groupId);
    Call<QList<Group>> findGroups(QString prefix, QString after, int limit);
    // Belongs to the connection, and ends with its being in the group. Nobody is told of what he does
    // himself, on whichever connection.
    Call<void> watch(QString groupId, bool on);
    // What comes within a second of the user's last, and is thus not passed on, succeeds as well.
    Call<void> typing(QString groupId);

    // Fails unless the connection is in the group.
    Call<void> requireMember(QString groupId);
    Call<MessageReceipt> publish(QString groupId, QString text, QString clientMessageId);
    // Takes a place and begins to hold what arrives; ends an earlier join of the group.
    Call<broker::Joined> enter(QString groupId);
    // Takes back an enter() whose history could not be had. `wasIn`: it was in the group before.
    void abandon(const QString &groupId, bool wasIn);
    Call<ResumeResult> resume(QString groupId, QString epoch, qint64 afterSeq);
    Call<ResumeResult> recover(broker::Joined joined, QString epoch, qint64 afterSeq);
    void usesExtensions();

    ChatServices &m_services;
    signalr::HubConnectionContext &m_connection;
    std::map<QString, std::unique_ptr<GroupMember>> m_groups; // those this connection is in
    Turnstile m_membership; // joins, resumes, leaves and watches of a connection go one after the other
    TokenBucket m_calls;
    TokenBucket m_creates;
    bool m_ended = false;
    bool m_usesExtensions = false; // has called a method of contract.md 1.2
};

} // namespace nextchat::chat
