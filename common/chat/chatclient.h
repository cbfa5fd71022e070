// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/outbox.h"
#include "common/chat/types.h"
#include "common/signalr/hubconnection.h"

namespace nextchat::chat {

class GroupSessions;
class GroupWatches;

struct ChatClientOptions
{
    QUrl url; // e.g. http://localhost:5000/next-chat

    // Asked before each connection. With `auth.mode: trusted` the user's name is the token.
    std::function<QString()> accessToken = {};

    // Those that may be used; HubConnectionOptions say how one is chosen.
    QList<signalr::HubTransport> transports = signalr::allTransports();
    bool negotiate = true;
    signalr::ReconnectPolicy reconnect = signalr::ReconnectPolicy::forChat();
    std::chrono::milliseconds callTimeout = std::chrono::seconds(30);
    std::chrono::milliseconds keepAliveInterval = std::chrono::seconds(15);
    std::chrono::milliseconds serverTimeout = std::chrono::seconds(30);
};

// A chat user's connection: the methods of contract.md 1.1 and 1.2 with their types, groups that outlive a
// reconnect, and an outbox.
//
// After a reconnect it resumes every group it is in. Each message of a group is given out once and in order,
// as part of historyReceived or by messageReceived; where messages may be missing, mayHaveMissed says so
// first. Errors carry the server's own sentence and a code: NotFound, NotMember, InvalidArgument, Conflict,
// LimitReached, Unavailable (certainly not done), UnknownOutcome (connection lost, no answer in time),
// Internal. Lives in one thread with an event loop; may be destroyed at any time.
class ChatClient : public QObject
{
    Q_OBJECT

public:
    using State = signalr::HubConnection::State;

    explicit ChatClient(ChatClientOptions options, QObject *parent = nullptr);
    ~ChatClient() override;

    [[nodiscard]] State state() const { return m_hub->state(); }

    [[nodiscard]] QCoro::Task<Expected<void>> start(); // errors: HubConnection::start
    QCoro::Task<> stop(); // leaves all groups; what is in the outbox stays there

    [[nodiscard]] QCoro::Task<Expected<void>> createGroup(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<QList<Group>>> listGroups();
    [[nodiscard]] QCoro::Task<Expected<QList<Group>>> findGroups(QString prefix, std::optional<QString> after,
                                                                 int limit);
    // On Ok historyReceived came before. Joining again gives only what is new in it.
    [[nodiscard]] QCoro::Task<Expected<GroupJoinResult>> joinGroup(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>>
    leaveGroup(QString groupId); // while Reconnecting: it is not resumed
    [[nodiscard]] QStringList joinedGroups() const; // sorted

    // Sends without the outbox.
    [[nodiscard]] QCoro::Task<Expected<void>> sendMessage(QString groupId, QString text);
    [[nodiscard]] QCoro::Task<Expected<MessageReceipt>> postMessage(QString groupId, QString text,
                                                                    QString clientMessageId);

    [[nodiscard]] QCoro::Task<Expected<HistoryPage>> getHistory(QString groupId,
                                                                std::optional<qint64> beforeSeq, int limit);
    [[nodiscard]] QCoro::Task<Expected<SearchPage>> searchHistory(QString groupId, QString text,
                                                                  std::optional<qint64> beforeSeq, int limit);
    // Calls back for each message above `afterSeq`, oldest first, until the end. Return false from it to stop
    // early.
    [[nodiscard]] QCoro::Task<Expected<void>> streamHistory(QString groupId, qint64 afterSeq,
                                                            std::function<bool(Message)> onMessage);
    [[nodiscard]] QCoro::Task<Expected<QStringList>> listMembers(QString groupId);
    // While on, memberJoined, memberLeft and memberTyping tell of the other users; kept over reconnects,
    // until the group is left. Who is there at its beginning, and after each caughtUp, listMembers called
    // behind it tells. Off while Reconnecting: it is not taken up again.
    [[nodiscard]] QCoro::Task<Expected<void>> watch(QString groupId, bool on);
    // The server passes on one a second of a user; the others succeed as well.
    [[nodiscard]] QCoro::Task<Expected<void>> typing(QString groupId);

    // The bare call; joins and catches up outside this client's own bookkeeping of the group.
    [[nodiscard]] QCoro::Task<Expected<ResumeResult>> resumeGroup(QString groupId, QString epoch,
                                                                  qint64 afterSeq);

    // Puts a message into the outbox, connected or not, and returns its client message id. Error:
    // InvalidArgument.
    Expected<QString> post(const QString &groupId, const QString &text);
    [[nodiscard]] Outbox &outbox() { return m_outbox; }

    [[nodiscard]] signalr::HubConnection &connection() { return *m_hub; }

Q_SIGNALS:
    void stateChanged(nextchat::signalr::HubConnection::State state);
    void reconnecting(const nextchat::Error &error, std::chrono::milliseconds delay);
    void reconnected(); // the groups are being resumed
    void closed(const std::optional<nextchat::Error> &error);

    void historyReceived(const QString &groupId,
                         const QList<nextchat::chat::Message> &messages); // by joining; oldest first
    void messageReceived(const nextchat::chat::Message &message);
    void mayHaveMissed(const QString &groupId); // between the messages given out before and after this
    void caughtUp(
        const QString &groupId); // after a reconnect: the group is resumed, all that was missed is given out
    void groupLost(const QString &groupId,
                   const nextchat::Error &error); // could not be resumed; we are no longer in it
    // Messages accepted just before may be lost, where messaging.acceptWhen allows it; the group is being
    // resumed.
    void epochBegan(const QString &groupId, const QString &epoch);
    void memberJoined(const QString &groupId, const QString &userId);
    void memberLeft(const QString &groupId, const QString &userId);
    void memberTyping(const QString &groupId, const QString &userId);
    void outboxChanged(const nextchat::chat::OutboxItem &item);

private:
    void watchConnection();
    void watchGroups();
    void handleServerCalls();
    void askForEpochs(const QString &groupId);
    void sendFromOutbox();
    QCoro::Task<> sendOne(OutboxItem item);
    [[nodiscard]] QCoro::Task<Expected<signalr::Value>> call(QString method, signalr::Value::Array values);
    template <typename T>
    [[nodiscard]] QCoro::Task<Expected<T>> callFor(QString method, signalr::Value::Array values);

    const ChatClientOptions m_options;
    Outbox m_outbox;
    QTimer m_outboxTimer;
    bool m_hearsOfEpochs = false; // on this connection
    std::unique_ptr<signalr::HubConnection> m_hub;
    std::unique_ptr<GroupSessions> m_groups;
    std::unique_ptr<GroupWatches> m_watches;
};

} // namespace nextchat::chat
